import java.net.URI;
import java.net.http.HttpRequest;

/** It's a client. */
public class Client {
    private static final String API_KEY = "@KEY@";

    static HttpRequest charge(int amount) {
        return HttpRequest.newBuilder(URI.create("https://api.example.com/v1/charges?amount=" + amount))
            .header("Authorization", "Bearer " + API_KEY)
            .build();
    }

    public static void main(String[] args) {
        System.out.println(charge(12).headers().map());
    }
}
