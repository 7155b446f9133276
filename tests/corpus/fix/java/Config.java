import java.util.LinkedHashMap;
import java.util.Map;

class Config {
    private final Map<String, Object> values = new LinkedHashMap<>();

    Config() {
        values.put("name", "shop");
        values.put("stripe.secret", "@KEY@"); // don't print
        values.put("retries", 3);
    }

    @SuppressWarnings("unchecked")
    <T> T get(String name) {
        return (T) values.get(name);
    }

    public static void main(String[] args) {
        Config config = new Config();
        String secret = config.get("stripe.secret");
        System.out.println(secret.substring(4) + config.<Integer>get("retries"));
    }
}
