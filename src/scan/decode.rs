//! Text in base64 and in hexadecimal: a Kubernetes secret, a wrapped configuration. Whatever the run begins with, in
//! base64 the text is found at one of four alignments.

use std::ops::Range;

use super::reading::Reading;

/// Shorter runs are names and words, and hold no key.
const LEAST: usize = 32;
/// A run longer than this is a blob; its beginning is looked at.
const MOST: usize = 64 * 1024;
/// So much text in a row is no chance.
const TEXT: usize = 20;

/// Adds what the runs of `text` decode to; every byte stands for its whole run.
pub fn read(text: &[u8], into: &mut Reading) {
    for run in runs(text) {
        if into.is_full() {
            return;
        }
        let encoded = &text[run.start..run.end.min(run.start + MOST)];
        let plain = if encoded.iter().all(u8::is_ascii_hexdigit) { hexadecimal(encoded) } else { base64(encoded) };
        if let Some(plain) = plain {
            for byte in plain {
                into.push(byte, run.clone());
            }
            into.part(run.end);
        }
    }
}

fn hexadecimal(encoded: &[u8]) -> Option<Vec<u8>> {
    let even = &encoded[..encoded.len() / 2 * 2];
    data_encoding::HEXLOWER_PERMISSIVE
        .decode(even)
        .ok()
        .filter(|plain| plain.len() >= TEXT && plain.iter().all(is_text))
}

/// The longest piece of text at any alignment.
fn base64(encoded: &[u8]) -> Option<Vec<u8>> {
    let mixed = encoded.iter().any(u8::is_ascii_uppercase) && encoded.iter().any(u8::is_ascii_lowercase);
    let aligned = (0..4).filter(|_| mixed).map(|skip| sextets(&encoded[skip..]));
    let texts = aligned.filter_map(|plain| {
        let longest = plain.split(|b| !is_text(b)).max_by_key(|piece| piece.len())?;
        Some(longest.to_vec())
    });
    texts.max_by_key(Vec::len).filter(|text| text.len() >= TEXT)
}

/// Base64 of either alphabet; stray bits at the end are left out, as issued tokens often have them.
fn sextets(encoded: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(encoded.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in encoded {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            _ => 63,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            plain.push((bits >> count & 0xff) as u8);
        }
    }
    plain
}

fn is_text(byte: &u8) -> bool {
    (b' '..0x7f).contains(byte) || matches!(byte, b'\n' | b'\r' | b'\t')
}

/// Runs of the alphabet, at least [`LEAST`] long. Every such run holds one of the places looked at, so the rest of an
/// ordinary text is skipped.
fn runs(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = LEAST - 1;
    std::iter::from_fn(move || {
        while at < text.len() {
            if !in_alphabet(text[at]) {
                at += LEAST;
                continue;
            }
            let before = text[..at].iter().rev().take_while(|b| in_alphabet(**b)).count();
            let after = text[at..].iter().take_while(|b| in_alphabet(**b)).count();
            let run = at - before..at + after;
            at += after + LEAST;
            if run.len() >= LEAST {
                return Some(run);
            }
        }
        None
    })
}

fn in_alphabet(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Reading {
        let mut reading = Reading::default();
        read(text.as_bytes(), &mut reading);
        reading
    }

    #[test]
    fn wrapped_text_is_decoded_wherever_it_stands() {
        let plain = b"token = something or other, and more";
        let wrapped = data_encoding::BASE64.encode(plain);
        let hex = data_encoding::HEXLOWER.encode(plain);
        for text in [
            format!("data:\n  token: {wrapped}\n"),
            wrapped.clone(),
            format!("x\"{wrapped}\""),
            format!("/{wrapped}"),
            format!("v1/{wrapped}"),
            format!("a/-{wrapped}"),
            format!("x = {hex}"),
        ] {
            let found = decoded(&text);
            assert!(memchr::memmem::find(found.text(), plain).is_some(), "{text}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_left_alone() {
        let noise: Vec<u8> = (0..60_u8).map(|n| n.wrapping_mul(37) ^ 0xa5).collect();
        assert!(decoded(&data_encoding::BASE64.encode(&noise)).text().is_empty());
        assert!(decoded("a_name_of_many_words_that_is_long_enough_to_look_like_a_run").text().is_empty());
        assert!(decoded(&"9f86d081884c7d659a2feaa0c55ad015".repeat(2)).text().is_empty());
    }
}
