//! What a name tells of its value: that it is a credential, that it might be one, or that it is something else.

use super::binding;

/// How surely a name announces a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Telling {
    /// `key`, `auth`, `acmeKey`: of credentials, and of much else.
    Weakly,
    /// `password`, `api_key`, `clientSecret`.
    Plainly,
}

/// What a name's last word says its value is, when it is no credential.
const THINGS: &[&str] = &[
    "id",
    "ids",
    "uid",
    "name",
    "names",
    "file",
    "files",
    "filename",
    "path",
    "paths",
    "dir",
    "directory",
    "folder",
    "url",
    "uri",
    "link",
    "href",
    "type",
    "types",
    "kind",
    "label",
    "labels",
    "field",
    "fields",
    "column",
    "header",
    "headers",
    "prefix",
    "suffix",
    "length",
    "len",
    "size",
    "count",
    "index",
    "idx",
    "offset",
    "format",
    "pattern",
    "regex",
    "regexp",
    "placeholder",
    "hint",
    "error",
    "errors",
    "err",
    "message",
    "msg",
    "title",
    "description",
    "desc",
    "text",
    "help",
    "class",
    "selector",
    "style",
    "color",
    "icon",
    "version",
    "date",
    "time",
    "expiry",
    "expires",
    "expiration",
    "ttl",
    "age",
    "policy",
    "role",
    "scope",
    "scopes",
    "endpoint",
    "host",
    "hostname",
    "domain",
    "port",
    "method",
    "algorithm",
    "alg",
    "mode",
    "status",
    "enabled",
    "required",
    "valid",
    "source",
    "ref",
    "provider",
    "manager",
    "service",
    "store",
    "storage",
    "handler",
    "factory",
    "class",
    "template",
    "strategy",
    "store",
    "issuer",
    "audience",
    "salt",
    "iv",
    "nonce",
    "screen",
    "page",
    "button",
    "input",
    "form",
    "view",
    "event",
    "action",
    "command",
    "code",
    "option",
    "param",
    "parameter",
    "variable",
    "var",
    "env",
    "property",
    "strength",
    "rule",
    "rules",
    "limit",
    "max",
    "min",
    "test",
    "tests",
    "state",
    "position",
    "usage",
    "reset",
    "request",
    "response",
    "result",
    "info",
    "data64",
    "map",
    "list",
    "set",
    "char",
    "chars",
    "location",
    "region",
    "bucket",
    "alias",
    "user",
    "username",
    "email",
    "owner",
    "group",
    "vault",
    "arn",
    "value",
    "pair",
    "lines",
    "bits",
    "exponent",
    "mac",
    "com",
    "io",
    "net",
    "org",
];

/// Words that make a key one of a table, a map or a keyboard.
const OTHER_KEYS: &[&str] = &[
    "public",
    "pub",
    "publishable",
    "foreign",
    "primary",
    "partition",
    "sort",
    "row",
    "hash",
    "range",
    "cache",
    "object",
    "map",
    "lookup",
    "index",
    "unique",
    "composite",
    "query",
    "search",
    "translation",
    "locale",
    "i18n",
    "intl",
    "message",
    "label",
    "registry",
    "config",
    "setting",
    "settings",
    "routing",
    "idempotency",
    "dedup",
    "dedupe",
    "group",
    "short",
    "hot",
    "shortcut",
    "arrow",
    "keyboard",
    "press",
    "down",
    "up",
    "peer",
    "host",
    "known",
    "react",
    "item",
    "entry",
    "node",
    "parent",
    "child",
    "column",
    "field",
    "property",
    "attribute",
    "tab",
    "menu",
    "event",
    "topic",
    "track",
    "mac",
    "song",
    "music",
    "sample",
    "frame",
    "s3",
    "storage_path",
    "json",
    "dict",
    "feature",
    "flag",
    "metric",
    "log",
    "test",
    "build",
    "restore",
    "issue",
    "jira",
    "project",
    "ticket",
    "sitemap",
    "google_site",
    "verification",
    "site",
    "anon",
    "trace",
    "resource",
    "file",
    "path",
    "name",
    "display",
    "order",
    "hkey",
    "type",
    "data",
    "content",
    "state",
    "step",
];

/// Tokens that open nothing, in names without separators: of forms, of pages of a list, of a lexer or a theme.
const PASSING: &[&str] = &[
    "csrf",
    "xsrf",
    "authenticitytoken",
    "verificationtoken",
    "pagetoken",
    "nexttoken",
    "continuationtoken",
    "synctoken",
    "resumetoken",
    "cursortoken",
    "canceltoken",
    "cancellationtoken",
    "designtoken",
    "syntaxtoken",
    "injectiontoken",
    "amzcredential",
    "googcredential",
    "devicetoken",
];

/// What a name tells of a password.
pub fn of_password(name: &[u8]) -> Option<Telling> {
    const ENDS: &[&str] = &[
        "password",
        "passwords",
        "passwd",
        "passwort",
        "passphrase",
        "passcode",
        "pwd",
        "passw",
        "pword",
        "psswd",
        "paswd",
        "pswd",
        "pasword",
        "psword",
        "pssword",
        "passord",
        "passwrd",
        "paswrd",
        "psswrd",
        "pswrd",
        "identifiedby",
    ];
    const NO_PASS: &[&str] = &["bypass", "compass", "surpass", "trespass", "encompass", "overpass", "allpass", "pass"];
    let words = binding::words(name).collect::<Vec<_>>();
    let joined = binding::normalise(name);
    let last = last_word(&words)?;
    if THINGS.contains(&last) || binding::is_digest(name) || joined.contains("nopass") || is_encrypted(&words) {
        return None;
    }
    let spelt = |word: &str| {
        let word = unnumbered(word);
        ENDS.iter().any(|end| word.ends_with(end))
            || matches!(word, "pw" | "pass" | "psw" | "creds")
            || (word.ends_with("pass") && !NO_PASS.contains(&word))
    };
    let holds = words.iter().any(|word| spelt(word)) || ENDS.iter().any(|end| joined.ends_with(end));
    // A bare `pass` is a verb as often as a noun.
    holds.then_some(if unnumbered(&joined) == "pass" { Telling::Weakly } else { Telling::Plainly })
}

/// Whether a function's name has `pass` as its verb: `checkPass`, `it.pass`; `setDbPass` has another.
pub fn passes(function: &[u8]) -> bool {
    const OWNERS: &[&str] =
        &["set", "with", "db", "user", "admin", "root", "smtp", "mail", "ftp", "sql", "login", "auth"];
    let words = binding::words(function).collect::<Vec<_>>();
    words.last().is_some_and(|last| last == "pass") && !words.iter().any(|word| OWNERS.contains(&word.as_str()))
}

/// Words that tell of a token by themselves.
const TOKENS: &[&str] =
    &["token", "secret", "secrets", "credential", "credentials", "creds", "apikey", "bearer", "jwt"];

/// How such a word may end.
const TOKEN_ENDS: &[&str] =
    &["token", "secret", "apikey", "accesskey", "secretkey", "privatekey", "authkey", "apitoken"];

/// Words beside which a key is one that opens something.
const OF_KEYS: &[&str] = &[
    "api",
    "secret",
    "private",
    "access",
    "auth",
    "encryption",
    "encrypt",
    "signing",
    "sign",
    "master",
    "license",
    "licence",
    "account",
    "admin",
    "app",
    "client",
    "consumer",
    "session",
    "service",
    "server",
    "security",
    "sdk",
    "live",
    "prod",
    "production",
    "subscription",
    "shared",
    "deploy",
    "webhook",
    "crypto",
    "aes",
    "hmac",
    "jwt",
    "write",
    "rest",
    "application",
    "developer",
    "user",
    "personal",
];

/// What a name tells of a token; `before` is the text in front of it: `Private Key` is one name.
pub fn of_token(name: &[u8], before: &[u8]) -> Option<Telling> {
    let mut words = spoken_before(before);
    words.extend(binding::words(name));
    let last = last_word(&words)?;
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let joined = words.concat();
    if THINGS.contains(&last)
        || binding::is_digest(name)
        || has(&["public", "pub", "publishable", "nonce", "cookie", "cookies", "socket", "uuid", "guid"])
        || PASSING.iter().any(|part| joined.contains(part))
        || is_encrypted(&words)
    {
        return None;
    }
    let ends = |word: &String| TOKEN_ENDS.iter().any(|end| unnumbered(word).ends_with(end));
    if has(TOKENS) || words.iter().any(ends) {
        return Some(Telling::Plainly);
    }
    let is_key = |word: &String| {
        let word = unnumbered(word);
        word == "keys" || (word.ends_with("key") && !is_other_word(word))
    };
    if words.iter().any(is_key) {
        if has(OF_KEYS) {
            return Some(Telling::Plainly);
        }
        return (!has(OTHER_KEYS)).then_some(Telling::Weakly);
    }
    let weak = |word: &String| {
        matches!(word.as_str(), "auth" | "sig" | "session" | "access" | "private" | "license" | "dsn" | "api")
            || word.ends_with("auth")
    };
    words.iter().any(weak).then_some(Telling::Weakly)
}

/// A word without the number behind it: `pass2` is a second `pass`.
fn unnumbered(word: &str) -> &str {
    word.trim_end_matches(|c: char| c.is_ascii_digit())
}

/// Whether a name says that its value has been encrypted or hashed.
fn is_encrypted(words: &[String]) -> bool {
    const WORDS: &[&str] = &["encrypted", "crypted", "ciphertext", "sealed", "hashed", "bcrypt", "salted"];
    words.iter().any(|word| WORDS.contains(&word.as_str()))
}

/// English words that end like keys.
fn is_other_word(word: &str) -> bool {
    ["monkey", "turkey", "donkey", "whiskey", "jockey", "hockey", "hotkey", "sshkey", "pubkey", "keykey"]
        .contains(&word)
}

/// The last word that is no number.
fn last_word(words: &[String]) -> Option<&str> {
    words.iter().rev().find(|word| !word.bytes().all(|b| b.is_ascii_digit())).map(String::as_str)
}

/// Words of a spoken name in front of its last: `API`, `private`, `client secret`.
fn spoken_before(before: &[u8]) -> Vec<String> {
    const JOINING: &[&str] = &[
        "api",
        "secret",
        "access",
        "private",
        "public",
        "auth",
        "client",
        "license",
        "encryption",
        "signing",
        "service",
    ];
    let tail = &before[before.len().saturating_sub(24)..];
    let Some((b' ', head)) = tail.split_last() else { return Vec::new() };
    let word = head.rsplit(|b| !b.is_ascii_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
    let known = JOINING.iter().find(|joining| joining.as_bytes() == word);
    known.map(|word| vec![(*word).to_owned()]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_passwords() {
        for name in
            ["password", "DB_PASS", "userPwd", "adminpw_pw", "spring.datasource.password", "dbpass", "pass2", "X_PSWD"]
        {
            assert!(of_password(name.as_bytes()).is_some(), "{name}");
        }
        for name in [
            "bypass",
            "password_field",
            "passwordHash",
            "resetPasswordUrl",
            "compass",
            "passive",
            "IAMPasswordPolicy",
            "encrypted_password",
        ] {
            assert_eq!(of_password(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn functions_that_pass_take_no_password() {
        for name in ["base.pass", "checkPass", "should_pass"] {
            assert!(passes(name.as_bytes()), "{name}");
        }
        for name in ["setPass", "db.withPass", "setPassword", "userPass"] {
            assert!(!passes(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn names_of_tokens() {
        let plain =
            ["token", "API_KEY", "clientSecret", "x-api-key", "acmeToken", "STRIPE_SECRET_KEY", "encryptionKey"];
        for name in plain {
            assert_eq!(of_token(name.as_bytes(), b""), Some(Telling::Plainly), "{name}");
        }
        for name in ["key", "acme_key", "auth"] {
            assert_eq!(of_token(name.as_bytes(), b""), Some(Telling::Weakly), "{name}");
        }
        for name in [
            "public_key",
            "keyId",
            "token_url",
            "secretName",
            "foreignKey",
            "cache-key",
            "monkey",
            "api_key_sha256",
            "publicToken",
            "csrfmiddlewaretoken",
            "partitionKey",
            "encryptedKey",
            "nextPageToken",
        ] {
            assert_eq!(of_token(name.as_bytes(), b""), None, "{name}");
        }
        assert_eq!(of_token(b"Key", b"your Private "), Some(Telling::Plainly));
        assert_eq!(of_token(b"key", b"ssh public "), None);
    }
}
