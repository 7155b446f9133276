use std::collections::HashMap;

#[derive(Debug, Clone)]
struct Config {
    name: String,
    secret: String,
}

impl Default for Config {
    fn default() -> Self {
        Self { name: "shop".into(), secret: "@KEY@".to_owned() }
    }
}

fn main() {
    let config = Config::default();
    let all: HashMap<&str, &str> = HashMap::from([("secret", config.secret.as_str())]);
    println!("{} {}", config.name, all["secret"]);
}
