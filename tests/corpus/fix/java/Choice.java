import java.util.List;
import java.util.Optional;

class Choice {
    enum Stage { LIVE, TEST }

    static String key(Stage stage) {
        return stage == Stage.LIVE ? "@KEY@" : "none";
    }

    public static void main(String[] args) {
        char quote = '"';
        for (Stage stage : List.of(Stage.values())) {
            System.out.println(Optional.of(key(stage)).map(String::length).get() + " " + quote + key(stage));
        }
    }
}
