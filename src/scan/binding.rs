//! What a value is bound to: the name on the left of it, through whatever the language puts between.

use std::ops::Range;

/// How a value stands in its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// After `=`, `:`, `=>`, an XML tag, a header's or a parameter's name.
    Assigned,
    /// An argument of a call.
    Argument,
    /// Neither.
    Bare,
}

/// A value's binding; `name` is a range of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    pub kind: Kind,
    pub name: Option<Range<usize>>,
}

/// Words of an `Authorization` header or of a type annotation that stand between a name and its value.
const SCHEMES: &[&str] = &["bearer", "basic", "token", "oauth", "apikey", "api-key", "key"];
const TYPES: &[&str] =
    &["string", "str", "text", "char", "any", "object", "secret", "option", "optional", "varchar", "bytes", "u8"];

/// The binding of the value that begins at `start` of `line`.
pub fn binding(line: &[u8], start: usize) -> Binding {
    let mut at = skip_opening(line, start);
    at = skip_scheme(line, at);
    let Some((kind, before)) = operator(line, at) else { return element(line, start) };
    let mut name = name_before(line, before);
    if kind == Kind::Assigned
        && let Some(range) = &name
        && TYPES.contains(&lower(&line[range.clone()]).as_str())
    {
        name = annotated(line, range.start).or(name);
    }
    if let Some(range) = &name
        && lower(&line[range.clone()]) == "value"
    {
        name = sibling(line, range.start).or(name);
    }
    Binding { kind, name }
}

/// A name without its separators, lower case: `X-Api-Key` and `xApiKey` are `xapikey`.
pub fn normalise(name: &[u8]) -> String {
    name.iter().filter(|b| b.is_ascii_alphanumeric()).map(|b| b.to_ascii_lowercase() as char).collect()
}

/// Whether a name is one that credentials are given.
pub fn is_credential(name: &[u8]) -> bool {
    const PARTS: &[&str] = &[
        "key", "token", "secret", "pass", "pwd", "auth", "cred", "api", "bearer", "license", "webhook", "sign", "dsn",
        "jwt", "session", "cookie",
    ];
    let joined = normalise(name);
    PARTS.iter().any(|part| joined.contains(part)) && !is_digest(name)
}

/// Whether a name says that its value is a digest or an identifier made to be public.
pub fn is_digest(name: &[u8]) -> bool {
    const WORDS: &[&str] = &[
        "h1",
        "sha",
        "sha1",
        "sha256",
        "sha384",
        "sha512",
        "shasum",
        "digest",
        "checksum",
        "integrity",
        "fingerprint",
        "thumbprint",
        "commit",
        "revision",
        "etag",
        "md5",
        "hash",
        "pubkey",
    ];
    const JOINED: &[&str] = &["publickey", "pubkey", "keyid", "requestid", "traceid", "shasum", "sha256", "sha512"];
    let joined = normalise(name);
    words(name).any(|word| WORDS.contains(&word.as_str())) || JOINED.iter().any(|part| joined.contains(part))
}

/// A digest that names a commit: `/commit/HEX` and the other pages of one, `owner/action@HEX`.
pub fn is_revision(before: &[u8], value: &[u8]) -> bool {
    const PAGES: &[&str] = &[
        "commit/", "commits/", "tree/", "blob/", "raw/", "compare/", "archive/", "zipball/", "tarball/", "rev/", "@",
        "..",
    ];
    super::randomness::is_hex(value)
        && matches!(value.len(), 40 | 64)
        && PAGES.iter().any(|page| before.ends_with(page.as_bytes()))
}

/// The words of a name, lower case; `apiKeySha256` has three.
pub fn words(name: &[u8]) -> impl Iterator<Item = String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut before = b' ';
    for byte in name {
        let begins = byte.is_ascii_uppercase() && before.is_ascii_lowercase();
        if begins || !byte.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (byte.is_ascii_alphanumeric(), words.last_mut()) {
            word.push(byte.to_ascii_lowercase() as char);
        }
        before = *byte;
    }
    words.into_iter().filter(|word| !word.is_empty())
}

fn lower(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).to_ascii_lowercase()
}

/// Back over quotes, brackets and string prefixes that open the value.
fn skip_opening(line: &[u8], mut at: usize) -> usize {
    let quoted = at > 0 && matches!(line[at - 1], b'"' | b'\'' | b'`');
    if line[..at].ends_with(b"- ") && line[..at - 2].trim_ascii_end().ends_with(b":") {
        // The first item of a YAML list is bound to the list's name.
        at -= 2;
    }
    while at > 0
        && matches!(line[at - 1], b'"' | b'\'' | b'`' | b'\\' | b'{' | b'[' | b' ' | b'\t' | b'\n' | b'\r' | b'<')
    {
        at -= 1;
    }
    let prefix = at > 0 && matches!(line[at - 1], b'b' | b'r' | b'f' | b'u' | b'@' | b'L' | b'$');
    let alone = at < 2 || !line[at - 2].is_ascii_alphanumeric();
    if quoted && prefix && alone { skip_spaces(line, at - 1) } else { at }
}

fn skip_spaces(line: &[u8], mut at: usize) -> usize {
    while at > 0 && matches!(line[at - 1], b' ' | b'\t') {
        at -= 1;
    }
    at
}

fn word_before(line: &[u8], end: usize) -> Range<usize> {
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'$');
    let start = line[..end].iter().rposition(|b| !is_name(b)).map_or(0, |at| at + 1);
    start..end
}

fn skip_scheme(line: &[u8], at: usize) -> usize {
    let word = word_before(line, at);
    if !SCHEMES.contains(&lower(&line[word.clone()]).as_str()) {
        return at;
    }
    let before = skip_opening(line, word.start);
    let bound = before > 0 && matches!(line[before - 1], b':' | b'=' | b',' | b'(' | b'>');
    if bound { before } else { at }
}

/// The operator that ends at `at`, and where it begins.
fn operator(line: &[u8], at: usize) -> Option<(Kind, usize)> {
    let last = *line[..at].last()?;
    match last {
        b'=' | b':' | b'>' | b'|' | b'?' | b'~' => {
            let mut start = at;
            while start > 0 && matches!(line[start - 1], b'=' | b':' | b'>' | b'?' | b'|' | b'~' | b' ' | b'-' | b'+') {
                start -= 1;
            }
            Some((Kind::Assigned, start))
        }
        b'(' => Some((Kind::Argument, at - 1)),
        b',' => Some((Kind::Argument, first_argument(line, at - 1))),
        _ => None,
    }
}

/// For `header("X-Api-Key", VALUE)` the end of the text before; for other arguments the end of the function's name.
fn first_argument(line: &[u8], comma: usize) -> usize {
    let before = skip_spaces(line, comma);
    let quoted = before > 0 && matches!(line[before - 1], b'"' | b'\'' | b'`');
    let call = || line[..before].iter().rposition(|b| *b == b'(');
    if quoted { before } else { call().unwrap_or(before) }
}

fn name_before(line: &[u8], end: usize) -> Option<Range<usize>> {
    let mut at = end;
    while at > 0 && matches!(line[at - 1], b' ' | b'\t' | b'"' | b'\'' | b'`' | b']' | b')' | b'\\' | b'%') {
        at -= 1;
    }
    let word = word_before(line, at);
    (!word.is_empty()).then_some(word)
}

/// What stands among other words of an XML element is bound to the element: `<secret>{id VALUE}</secret>`.
fn element(line: &[u8], start: usize) -> Binding {
    let name = || {
        let closed = line[..start].iter().rposition(|b| *b == b'>')?;
        let opened = line[..closed].iter().rposition(|b| *b == b'<')?;
        let name = opened + 1..closed;
        let plain = line[name.clone()].iter().all(|b| b.is_ascii_alphanumeric() || b"_-.:".contains(b));
        (plain && !name.is_empty() && !line[closed..start].contains(&b'<')).then_some(name)
    };
    let name = name();
    Binding { kind: if name.is_some() { Kind::Assigned } else { Kind::Bare }, name }
}

/// The name before a type annotation: `key: string = VALUE`.
fn annotated(line: &[u8], type_start: usize) -> Option<Range<usize>> {
    let mut at = type_start;
    while at > 0 && matches!(line[at - 1], b' ' | b'\t' | b':' | b'&' | b'*' | b'<' | b'?' | b'\'') {
        at -= 1;
    }
    name_before(line, at)
}

/// The name given beside a value: `<add key="ApiKey" value="VALUE"/>`, `{"name": "API_KEY", "value": "VALUE"}`.
fn sibling(line: &[u8], value_name: usize) -> Option<Range<usize>> {
    let text = &line[..value_name];
    let lowered = text.to_ascii_lowercase();
    let alone = |at: usize| at > 0 && !lowered[at - 1].is_ascii_alphanumeric();
    let (at, key) = ["name", "key"]
        .iter()
        .filter_map(|key| {
            let at = memchr::memmem::find_iter(&lowered, key.as_bytes()).filter(|at| alone(*at)).last()?;
            Some((at, key))
        })
        .max()?;
    let after = at + key.len();
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let start = after + text[after..].iter().position(is_name)?;
    let end = start + text[start..].iter().position(|b| !is_name(b)).unwrap_or(text.len() - start);
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_of(line: &str) -> (Kind, String) {
        let at = line.find("VALUE").unwrap();
        let found = binding(line.as_bytes(), at);
        (found.kind, found.name.map(|range| line[range].to_owned()).unwrap_or_default())
    }

    #[test]
    fn a_value_knows_its_name_in_every_language() {
        for (line, name) in [
            ("API_KEY=VALUE", "API_KEY"),
            ("export API_KEY='VALUE'", "API_KEY"),
            ("const apiKey: string = \"VALUE\";", "apiKey"),
            ("api_key := `VALUE`", "api_key"),
            ("  apiKey => 'VALUE',", "apiKey"),
            ("\"api-key\": \"VALUE\"", "api-key"),
            ("<apiKey>VALUE</apiKey>", "apiKey"),
            ("<secret>{acme VALUE}</secret>", "secret"),
            ("curl -H \"Authorization: Bearer VALUE\"", "Authorization"),
            ("https://h/x?api_key=VALUE&y=1", "api_key"),
            ("config[\"api_key\"] = \"VALUE\"", "api_key"),
            ("let key: &str = \"VALUE\";", "key"),
            ("<add key=\"ApiKey\" value=\"VALUE\"/>", "ApiKey"),
            ("KEY = b\"VALUE\"", "KEY"),
        ] {
            assert_eq!(name_of(line), (Kind::Assigned, name.to_owned()), "{line}");
        }
        assert_eq!(name_of("client.setApiKey(\"VALUE\")"), (Kind::Argument, "client.setApiKey".into()));
        assert_eq!(name_of("req.header(\"X-Api-Key\", \"VALUE\")"), (Kind::Argument, "X-Api-Key".into()));
        assert_eq!(name_of("new Client(siteId, 'VALUE')"), (Kind::Argument, "Client".into()));
        assert_eq!(name_of("the VALUE stands here").0, Kind::Bare);
        assert_eq!(name_of("</b> the VALUE stands here").0, Kind::Bare);
    }

    #[test]
    fn commits_are_told_from_tokens_by_where_they_stand() {
        let id = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567".as_bytes();
        for before in ["https://github.com/acme/token/commit/", "uses: acme/github-token@", "compare/v1..."] {
            assert!(is_revision(before.as_bytes(), id), "{before}");
        }
        assert!(!is_revision(b"GITHUB_TOKEN=", id) && !is_revision(b"https://github.com/login/token/", id));
        assert!(!is_revision(b"user@", b"q8W3zL1vB9tR4kX7Kp2Lq9Wv"));
    }

    #[test]
    fn digests_are_not_credentials() {
        assert!(is_credential(b"X-Api-Key"));
        assert!(is_credential(b"HASHICORP_TOKEN") && is_credential(b"codecommitPassword"));
        assert!(!is_credential(b"api_key_sha256") && !is_credential(b"apiKeyHash"));
        assert!(!is_credential(b"port"));
    }
}
