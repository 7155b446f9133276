import java.nio.charset.StandardCharsets;
import java.util.Base64;

class Header {
    static String basic() {
        byte[] pair = ("user:" + "name").getBytes(StandardCharsets.UTF_8);
        return Base64.getEncoder().encodeToString(pair);
    }

    public static void main(String[] args) {
        String[] headers = {
            "Accept: application/json",
            "Authorization: Bearer @KEY@",
        };
        System.out.println(String.join("\n", headers) + basic());
    }
}
