//! Known-answer tests of cryptographic libraries: a key beside what it makes of a text opens nothing.

use super::assignment::Assignment;
use super::lines::Lines;
use super::randomness;

/// How far from the key its answer stands.
const REACH: u32 = 6;
/// Fields that no configuration has beside a key.
const ANSWERS: &[&str] = &[
    "ct",
    "pt",
    "ciphertext",
    "plaintext",
    "cipher",
    "plain",
    "tag",
    "mac",
    "aad",
    "ad",
    "msg",
    "message",
    "input",
    "output",
    "in",
    "out",
    "digest",
    "okm",
    "prk",
    "count",
    "tcid",
    "adata",
    "payload",
    "data",
    "seed",
    "expected",
];

/// Whether `found` is a hexadecimal `key` in a block of fields of which another is a test's text or answer.
pub fn is_known_answer(text: &[u8], lines: &Lines, found: &Assignment) -> bool {
    let (name, value) = (&text[found.name.clone()], &text[found.value.clone()]);
    let is_key = [b"key".as_slice(), b"ikm", b"hmackey", b"k"].iter().any(|key| name.eq_ignore_ascii_case(key));
    if !is_key || !randomness::is_hex(value) {
        return false;
    }
    let around = lines.around(lines.index(found.name.start), REACH);
    let start = around.start.max(found.name.start.saturating_sub(2048));
    let end = around.end.min(found.value.end + 2048);
    text[start..end].split(|b| matches!(b, b'\n' | b',' | b';')).any(is_answer)
}

/// `CT = 8a03...`, `"msg": "00ff"`: a field of an answer with hexadecimal digits, a number, or nothing in it.
fn is_answer(field: &[u8]) -> bool {
    let Some(at) = field.iter().position(|b| matches!(b, b'=' | b':')) else { return false };
    let bare = |text: &[u8]| -> Vec<u8> { text.iter().copied().filter(|b| !b" \t\r\"'`{}[]()".contains(b)).collect() };
    let (name, value) = (bare(&field[..at]).to_ascii_lowercase(), bare(&field[at + 1..]));
    ANSWERS.iter().any(|answer| answer.as_bytes() == name) && value.iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::expand;
    use crate::scan::assignment::Bond;

    fn told(template: &str) -> bool {
        let text = expand(template, 1).unwrap().text;
        let value = text.find("Key = ").unwrap() + 6;
        let found =
            Assignment { name: value - 6..value - 3, value: value..value + 32, quoted: false, bond: Bond::Assigned };
        is_known_answer(text.as_bytes(), &Lines::of(text.as_bytes(), 1), &found)
    }

    #[test]
    fn a_key_beside_its_answer_is_a_test_vector() {
        assert!(told("Count = 3\nKey = {hex:32}\nIV = {hex:24}\nCT = {hex:48}\n"));
        assert!(told("Key = {hex:32}\nInput = \nMAC = {hex:32}\n"));
    }

    #[test]
    fn a_key_of_a_configuration_is_none() {
        assert!(!told("Key = {hex:32}\nIV = {hex:32}\n"));
        assert!(!told("message = Hello there\nKey = {hex:32}\noutput = report.txt\n"));
    }
}
