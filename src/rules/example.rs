//! Examples with placeholders: keys are made from shapes when needed, so that no real-looking key stands in the repository.
//!
//! `{alnum:24}` becomes 24 random characters of the set, `{uuid}` a UUID, `{check:github}` the checksum of the token
//! before it, and `{-hex:20}` random text that is not part of the secret. `{{` and `}}` are braces.

use super::checksum::Checksum;

/// An expanded example and where its secret parts stand.
#[derive(Debug, PartialEq, Eq)]
pub struct Example {
    pub text: String,
    /// Byte ranges of the text that a finding must cover.
    pub secret: Vec<std::ops::Range<usize>>,
}

/// Expands `template`; the same seed gives the same text.
///
/// # Errors
/// One sentence that names the placeholder which is not known.
pub fn expand(template: &str, seed: u64) -> Result<Example, String> {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut example = Example { text: String::new(), secret: Vec::new() };
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        example.text.push_str(&rest[..at]);
        let brace = &rest[at..];
        if brace.starts_with("{{") || brace.starts_with("}}") {
            example.text.push_str(&brace[..1]);
            rest = &brace[2..];
            continue;
        }
        let end = brace.find('}').filter(|_| brace.starts_with('{'));
        let end = end.ok_or_else(|| format!("a brace in `{template}` has no partner: write `{{{{` or `}}}}`"))?;
        let start = example.text.len();
        let (spec, filler) = match brace[1..end].strip_prefix('-') {
            Some(spec) => (spec, true),
            None => (&brace[1..end], false),
        };
        let value = placeholder(spec, &example.text, &mut random)?;
        example.text.push_str(&value);
        if !filler {
            example.secret.push(start..example.text.len());
        }
        rest = &brace[end + 1..];
    }
    example.text.push_str(rest);
    Ok(example)
}

fn placeholder(spec: &str, before: &str, random: &mut Random) -> Result<String, String> {
    let unknown = || format!("`{{{spec}}}` is not a placeholder");
    if spec == "uuid" {
        let hex = random.text(charset("hex").unwrap_or_default(), 32);
        return Ok(format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..]));
    }
    let (name, argument) = spec.split_once(':').ok_or_else(unknown)?;
    if name == "check" {
        let scheme = Checksum::from_name(argument).ok_or_else(unknown)?;
        let token = before.rfind(|c: char| !c.is_ascii_alphanumeric() && !"_-.+/=".contains(c)).map_or(0, |at| at + 1);
        let assigned = before[token..].find('=').filter(|at| token + at + 1 < before.len());
        let token = token + assigned.map_or(0, |at| at + 1);
        return Ok(String::from_utf8_lossy(&scheme.of(&before.as_bytes()[token..])).into_owned());
    }
    let set = charset(name).ok_or_else(unknown)?;
    let length: usize = argument.parse().map_err(|_| unknown())?;
    Ok(random.text(set, length))
}

fn charset(name: &str) -> Option<&'static str> {
    Some(match name {
        "lower" => "abcdefghijklmnopqrstuvwxyz",
        "upper" => "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "alpha" => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "digit" => "0123456789",
        "alnum" => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "loweralnum" => "0123456789abcdefghijklmnopqrstuvwxyz",
        "upperalnum" => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "hex" => "0123456789abcdef",
        "HEX" => "0123456789ABCDEF",
        "base64" => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        "base64url" => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        "bech32" => "qpzry9x8gf2tvdw0s3jn54khce6mua7l",
        "BECH32" => "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
        "base32" => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
        "word" => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_",
        _ => return None,
    })
}

/// A xorshift generator: examples need variety and repeatability, not unpredictability.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Text of `length` characters whose ends are letters or digits, as issued tokens' mostly are.
    fn text(&mut self, set: &str, length: usize) -> String {
        let set = set.as_bytes();
        let mut text = String::with_capacity(length);
        while text.len() < length {
            let c = set[(self.next() >> 33) as usize % set.len()] as char;
            let edge = text.is_empty() || text.len() + 1 == length;
            if !edge || c.is_ascii_alphanumeric() {
                text.push(c);
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_become_text_of_their_set_and_length() {
        let example = expand("K=ab_{hex:20}; {{x}}", 7).unwrap();
        assert_eq!(example.secret, [5..25]);
        assert!(example.text.ends_with("; {x}"));
        assert!(example.text[5..25].bytes().all(|b| b.is_ascii_hexdigit()));
        assert_eq!(expand("K=ab_{hex:20}; {{x}}", 7).unwrap(), example, "the seed decides");
    }

    #[test]
    fn a_checksum_is_of_the_token_before_it() {
        let example = expand("TOKEN=ghp_{alnum:30}{check:github}", 3).unwrap();
        let token = example.text.strip_prefix("TOKEN=").unwrap();
        assert!(Checksum::Github.verifies(token.as_bytes()));
    }

    #[test]
    fn an_unknown_placeholder_is_named() {
        assert_eq!(expand("{nope:3}", 1).unwrap_err(), "`{nope:3}` is not a placeholder");
        assert!(expand("a } b", 1).unwrap_err().contains("has no partner"));
    }
}
