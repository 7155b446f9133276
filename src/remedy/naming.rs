//! Names: of the variable, as the environment and as the file's language write it.

use crate::remedy::language::Case;

/// The words of a name, lower case: `cioAppKey`, `CIO_APP_KEY` and `cio-app-key` are the same three.
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() {
            before = ' ';
            continue;
        }
        let begins = before == ' ' || (c.is_ascii_uppercase() && before.is_ascii_lowercase());
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words
}

/// A name in a language's case.
pub fn write(words: &[String], case: Case) -> String {
    let capital = |word: &String| {
        let (head, tail) = word.split_at(1.min(word.len()));
        head.to_ascii_uppercase() + tail
    };
    match case {
        Case::Snake => words.join("_"),
        Case::Kebab => words.join("-"),
        Case::Screaming => words.join("_").to_ascii_uppercase(),
        Case::Pascal => words.iter().map(capital).collect(),
        Case::Camel => words.iter().take(1).cloned().chain(words.iter().skip(1).map(capital)).collect(),
    }
}

/// Whether a name in the file is good enough to be the environment variable's too.
pub fn is_environment_name(name: &str) -> bool {
    let shouting = name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    shouting && name.len() >= 6 && words(name).len() >= 2 && !name.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_words_in_every_case() {
        for name in ["cioAppKey", "CIO_APP_KEY", "cio-app-key", "CioAppKey"] {
            assert_eq!(write(&words(name), Case::Screaming), "CIO_APP_KEY", "{name}");
        }
        assert_eq!(write(&words("STRIPE_SECRET_KEY"), Case::Camel), "stripeSecretKey");
        assert_eq!(write(&words("STRIPE_SECRET_KEY"), Case::Pascal), "StripeSecretKey");
    }

    #[test]
    fn only_a_telling_name_goes_to_the_environment() {
        assert!(is_environment_name("BILLING_STRIPE_KEY"));
        assert!(!is_environment_name("KEY"));
        assert!(!is_environment_name("stripeKey"));
    }
}
