//! What can be verified of a key without asking anybody: entropy and inner structure.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD};

use super::guard;
use crate::rules::Structure;

/// Shannon entropy in bits per byte.
pub fn entropy(bytes: &[u8]) -> f32 {
    let mut counts = [0_u32; 256];
    for byte in bytes {
        counts[*byte as usize] += 1;
    }
    #[expect(clippy::cast_precision_loss, reason = "lengths of keys are small")]
    let total = bytes.len() as f32;
    #[expect(clippy::cast_precision_loss, reason = "counts in a key are small")]
    let shares = counts.iter().filter(|count| **count > 0).map(|count| *count as f32 / total);
    shares.map(|share| -share * share.log2()).sum()
}

/// Whether `secret` has the structure its rule asks for. `before` is its line up to the secret.
pub fn has_structure(structure: Structure, secret: &[u8], before: &[u8]) -> bool {
    match structure {
        Structure::Jwt => is_jwt(secret),
        Structure::Pem => is_usable_pem(secret),
        Structure::UrlPassword => is_real_password(secret, url_user(before)) && !is_named_before(secret, before),
        Structure::BasicAuth => is_basic_auth(secret),
        Structure::Base64 => is_base64(secret) && !guard::is_veiled_word(secret),
        Structure::Base64Json => holds_json(secret),
        Structure::DiscordBot => is_discord_bot(secret),
        Structure::Pypi => is_pypi(secret),
        Structure::AwsKeyId => secret.iter().skip(4).all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(b)),
        Structure::AzureStorage => decode(secret).is_some_and(|key| key.len() == 64),
    }
}

/// Base64, and not a word whose length happens to fit.
fn is_base64(text: &[u8]) -> bool {
    let mixed = text.iter().any(u8::is_ascii_uppercase) && text.iter().any(u8::is_ascii_lowercase);
    mixed && decode(text).is_some()
}

/// Standard or URL-safe base64, padded or not.
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let bare = text.iter().rposition(|b| *b != b'=').map_or(0, |at| at + 1);
    [&BASE64_NOPAD, &BASE64URL_NOPAD]
        .iter()
        .find_map(|form| form.decode(&text[..bare]).ok())
        .or_else(|| BASE64.decode(text).ok())
        .or_else(|| BASE64URL.decode(text).ok())
        // Issued tokens often carry stray bits in their last character.
        .or_else(|| (bare > 4).then(|| BASE64URL_NOPAD.decode(&text[..bare - bare % 4]).ok()).flatten())
        .or_else(|| (bare > 4).then(|| BASE64_NOPAD.decode(&text[..bare - bare % 4]).ok()).flatten())
}

/// A header that names an algorithm, claims, and a signature: unsigned tokens open nothing. What is encrypted has five
/// parts, and its second is no text.
fn is_jwt(secret: &[u8]) -> bool {
    let parts: Vec<&[u8]> = secret.split(|b| *b == b'.').collect();
    let [header, claims, signature, rest @ ..] = parts.as_slice() else { return false };
    let object = |part: &[u8]| -> Option<serde_json::Map<String, serde_json::Value>> {
        serde_json::from_slice(&decode(part)?).ok()
    };
    let Some(header) = object(header) else { return false };
    let algorithm = header.get("alg").and_then(|alg| alg.as_str()).unwrap_or_default();
    // `ey` is an opening brace: what follows may have been altered, and was a token all the same.
    let claims =
        !rest.is_empty() || header.contains_key("zip") || claims.starts_with(b"ey") || object(claims).is_some();
    claims && signature.len() >= 20 && !algorithm.is_empty() && !algorithm.eq_ignore_ascii_case("none")
}

/// A private key that can be used as it is: not encrypted, not cut short, not a format string.
pub fn is_usable_pem(block: &[u8]) -> bool {
    let holds = |part: &[u8]| memchr::memmem::find(block, part).is_some();
    let encrypted = holds(b"ENCRYPTED") || holds(b"DEK-Info");
    let cut = holds(b"...") || holds(b"%s") || holds(b"${") || holds(b"{{");
    let text = pem_body(block);
    let openssh_encrypted = decode(&text).is_some_and(|key| {
        key.starts_with(b"openssh-key-v1\0") && key.get(19..23).is_some_and(|cipher| cipher != b"none")
    });
    !encrypted && !cut && !openssh_encrypted && text.len() >= 60 && !guard::is_placeholder(&text[..60], 0)
}

/// The base64 characters between the BEGIN and END lines, `\n` escapes and string joins left out.
fn pem_body(block: &[u8]) -> Vec<u8> {
    let dashes = |from: usize| memchr::memmem::find(&block[from..], b"-----").map(|at| from + at);
    let start = dashes(5).map_or(0, |at| at + 5);
    let end = memchr::memmem::find(&block[start..], b"-----END").map_or(block.len(), |at| start + at);
    let mut body = Vec::with_capacity(end - start);
    let mut bytes = block[start..end].iter().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next_if(|next| matches!(next, b'n' | b'r' | b't'));
            }
            b if b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=') => body.push(*b),
            _ => {}
        }
    }
    body
}

/// The user name of a URL whose password comes next.
fn url_user(before: &[u8]) -> &[u8] {
    let start = memchr::memmem::rfind(before, b"://").map_or(0, |at| at + 3);
    let end = before.len() - usize::from(before.last() == Some(&b':'));
    &before[start.min(end)..end]
}

/// Whether the user, the database or the host in front of a password is called the same.
fn is_named_before(password: &[u8], before: &[u8]) -> bool {
    let whole = |at: usize| {
        let ends = |byte: Option<&u8>| byte.is_none_or(|b| !b.is_ascii_alphanumeric());
        ends(at.checked_sub(1).and_then(|at| before.get(at))) && ends(before.get(at + password.len()))
    };
    memchr::memmem::find_iter(before, password).any(whole)
}

fn is_real_password(password: &[u8], user: &[u8]) -> bool {
    let distinct = password.iter().collect::<std::collections::BTreeSet<_>>().len();
    // `pass;auth=NTLM`, `pa%3Ass`
    let bare = password.split(|b| *b == b';').next().unwrap_or_default();
    let plain = percent_decoded(bare);
    password != user && distinct > 2 && !guard::is_stock(&plain) && !guard::is_placeholder(password, 0)
}

/// The password as a person chose it, where the structure is that of one.
pub fn password(structure: Structure, secret: &[u8]) -> Option<Vec<u8>> {
    match structure {
        Structure::UrlPassword => Some(percent_decoded(secret)),
        Structure::BasicAuth => {
            decode(secret).map(|pair| pair.into_iter().skip_while(|b| *b != b':').skip(1).collect())
        }
        _ => None,
    }
}

/// A text without the escapes of URLs.
fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let escape = text.get(at + 1..at + 3).filter(|_| text[at] == b'%');
        let byte = escape.and_then(|digits| data_encoding::HEXLOWER_PERMISSIVE.decode(digits).ok());
        plain.push(byte.as_ref().map_or(text[at], |byte| byte[0]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    plain
}

/// `user:password` in base64, the password not a stock word.
fn is_basic_auth(secret: &[u8]) -> bool {
    let Some(decoded) = decode(secret) else { return false };
    let Some(colon) = decoded.iter().position(|b| *b == b':') else { return false };
    let (user, password) = (&decoded[..colon], &decoded[colon + 1..]);
    let printable = decoded.iter().all(|b| (b' '..0x7f).contains(b));
    let token_as_user = password.is_empty() && user.len() >= 16 && !guard::is_placeholder(user, 0);
    printable && (token_as_user || is_real_password(password, user))
}

/// Everything after the last prefix character is base64 of a JSON object.
fn holds_json(secret: &[u8]) -> bool {
    memchr::memmem::find(secret, b"eyJ").is_some_and(|at| {
        let body = secret[at..].split(|b| matches!(b, b'_' | b'.')).next().unwrap_or_default();
        decode(body).is_some_and(|text| text.starts_with(b"{\""))
    })
}

/// The first part of a bot token is the bot's numeric id.
fn is_discord_bot(secret: &[u8]) -> bool {
    let id = secret.split(|b| *b == b'.').next().unwrap_or_default();
    decode(id).is_some_and(|id| id.len() >= 15 && id.iter().all(u8::is_ascii_digit))
}

/// A macaroon: version 2, then a location field with an index's host.
fn is_pypi(secret: &[u8]) -> bool {
    let body = secret.strip_prefix(b"pypi-").unwrap_or(secret);
    let Some(macaroon) = decode(body) else { return false };
    let [2, 1, length, rest @ ..] = macaroon.as_slice() else { return false };
    rest.get(..usize::from(*length)).is_some_and(|host| host.ends_with(b"pypi.org"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_in_bits_per_byte() {
        assert!(entropy(b"aaaa") < 0.01);
        assert!((entropy(b"abcd") - 2.0).abs() < 0.01);
    }

    #[test]
    fn unsigned_tokens_are_not_keys() {
        let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        let signed = |alg: &str, signature: &str| {
            format!("{}.{}.{signature}", part(&format!(r#"{{"alg":"{alg}"}}"#)), part(r#"{"sub":"1"}"#))
        };
        let signature = part("a signature, by its length");
        assert!(is_jwt(signed("HS256", &signature).as_bytes()));
        assert!(!is_jwt(signed("none", &signature).as_bytes()));
        assert!(!is_jwt(signed("HS256", "").as_bytes()));
    }

    #[test]
    fn tokens_without_claims_are_not_keys() {
        let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        let signature = "q8W3zL1vB9tR4kX7Kp2Lq9Wv";
        let header = part(r#"{"alg":"HS256"}"#);
        assert!(!is_jwt(format!("{header}.{}.{signature}", part("some text")).as_bytes()));
        assert!(!is_jwt(format!("{header}.{signature}").as_bytes()));
    }

    #[test]
    fn certificates_and_empty_blocks_in_base64_are_not_keys() {
        let manifest = |kind: &str, body: &str| {
            let text = format!("-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n");
            has_structure(Structure::Base64, BASE64.encode(text.as_bytes()).as_bytes(), b"")
        };
        let body = "q8W3zL1vB9tR4kX7Kp2Lq9WvN5mJ8hG2".repeat(3);
        assert!(manifest("PRIVATE KEY", &body));
        assert!(!manifest("PRIVATE KEY", "") && !manifest("CERTIFICATE", &body));
    }

    #[test]
    fn a_pypi_token_is_a_macaroon_of_an_index() {
        let token = |location: &[u8]| {
            let length = u8::try_from(location.len()).unwrap();
            let body = [&[2, 1, length], location, &[2, 4], b"some"].concat();
            [b"pypi-", BASE64URL_NOPAD.encode(&body).as_bytes()].concat()
        };
        assert!(is_pypi(&token(b"pypi.org")) && is_pypi(&token(b"test.pypi.org")));
        assert!(!is_pypi(&token(b"example.com")));
    }

    #[test]
    fn passwords_of_urls_must_be_somebodys() {
        let real = |before: &str, password: &str| {
            has_structure(Structure::UrlPassword, password.as_bytes(), before.as_bytes())
        };
        assert!(real("postgres://app:", "k7Qz-91xW"));
        assert!(real("postgres://k7Qz-91xWapp:", "k7Qz-91xW"));
        for (before, password) in [
            ("postgres://app:", "password"),
            ("postgres://app:", "app"),
            ("postgres://app:", "${DB_PASSWORD}"),
            ("amqp://guest:", "guest"),
            ("http://u:", "xxxx"),
            ("imap://u:", "pa%3Ass"),
            ("imap://u:", "secret;AUTH=XOAUTH2"),
            ("postgres://shop-k7Qz:", "k7Qz"),
        ] {
            assert!(!real(before, password), "{before}{password}");
        }
    }
}
