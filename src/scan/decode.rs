//! Text in base64: a Kubernetes secret, a wrapped configuration. What it decodes to is looked at like any other text.

use std::ops::Range;

use super::verify;

/// Shorter runs are names and words, and hold no key.
const LEAST: usize = 32;
/// A run longer than this is a blob; its beginning is looked at.
const MOST: usize = 64 * 1024;

/// A run of base64 that decodes to text.
pub struct Decoded {
    pub text: Vec<u8>,
    /// Where the run stands.
    pub run: Range<usize>,
}

/// Every run of base64 in `text` that decodes to printable text.
pub fn decoded(text: &[u8]) -> Vec<Decoded> {
    runs(text).into_iter().filter_map(|run| decode(text, run)).collect()
}

fn decode(text: &[u8], run: Range<usize>) -> Option<Decoded> {
    let encoded = &text[run.clone()];
    let mixed = encoded.iter().any(u8::is_ascii_uppercase) && encoded.iter().any(u8::is_ascii_lowercase);
    let whole = &encoded[..encoded.len().min(MOST) / 4 * 4 + if encoded.len() > MOST { 0 } else { encoded.len() % 4 }];
    let plain = mixed.then(|| verify::decode(whole)).flatten()?;
    let printable = |b: &u8| (b' '..0x7f).contains(b) || matches!(b, b'\n' | b'\r' | b'\t');
    plain.iter().all(printable).then_some(Decoded { text: plain, run })
}

/// Runs of the alphabet, at least [`LEAST`] long. Every such run holds one of the places looked at, so the rest of an
/// ordinary text is skipped.
fn runs(text: &[u8]) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut at = LEAST - 1;
    while at < text.len() {
        if !in_alphabet(text[at]) {
            at += LEAST;
            continue;
        }
        let before = text[..at].iter().rev().take_while(|b| in_alphabet(**b)).count();
        let after = text[at..].iter().take_while(|b| in_alphabet(**b)).count();
        if before + after >= LEAST {
            runs.push(at - before..at + after);
        }
        at += after + LEAST;
    }
    runs
}

fn in_alphabet(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_text_is_decoded_wherever_it_stands() {
        let wrapped = data_encoding::BASE64.encode(b"token = something or other, and more");
        for text in [format!("data:\n  token: {wrapped}\n"), wrapped.clone(), format!("x\"{wrapped}\"")] {
            let found = decoded(text.as_bytes());
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].text, b"token = something or other, and more");
            assert!(text[found[0].run.clone()].starts_with(&wrapped[..20]));
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_left_alone() {
        let noise: Vec<u8> = (0..60_u8).map(|n| n.wrapping_mul(37) ^ 0xa5).collect();
        assert!(decoded(data_encoding::BASE64.encode(&noise).as_bytes()).is_empty());
        assert!(decoded(b"a_name_of_many_words_that_is_long_enough_to_look_like_a_run").is_empty());
    }
}
