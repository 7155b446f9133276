//! The statistical model: how a value reads, between ordinary source text and characters drawn at random.
//!
//! `ordinary.txt` holds what each pair of characters costs in ordinary words, names and paths, in bits; the script
//! `scripts/train_randomness.py` made it. In random text every character costs the logarithm of its alphabet. The mean
//! difference per pair says how much better "drawn at random" explains a value; `docs/confidence.md` has the figures.

/// Rows and columns: letters of both cases, digits, `_-./+=`, anything else, and the edge of the word.
const SYMBOLS: usize = 70;
const OTHER: u8 = 68;
const ROW: usize = SYMBOLS + 1;
/// A character of the table is a cost in steps of a sixth of a bit, counted from `!`.
const STEP: f32 = 1.0 / 6.0;
const FIRST: u8 = b'!';

static ORDINARY: &[u8; SYMBOLS * ROW] = include_bytes!("ordinary.txt");

/// Bits per pair that ordinary text costs more than random text. Words and names stay below 0.9, nearly every random
/// value of more than ten letters and digits is above 1.2.
#[expect(clippy::cast_precision_loss, reason = "values are short")]
pub fn surprise(value: &[u8]) -> f32 {
    if value.len() < 2 {
        return 0.0;
    }
    let cost = |pair: &[u8]| f32::from(ORDINARY[symbol(pair[0]) as usize * ROW + symbol(pair[1]) as usize] - FIRST);
    let ordinary: f32 = value.windows(2).map(cost).sum::<f32>() * STEP;
    ordinary / (value.len() - 1) as f32 - alphabet(value).log2()
}

/// Whether a value was drawn at random rather than written: long enough, mixed, and no word.
pub fn is_random(value: &[u8]) -> bool {
    if is_hex(value) {
        return is_mixed_hex(value);
    }
    if is_time(value) {
        return false;
    }
    let parts = value.split(|b| !b.is_ascii_alphanumeric());
    if parts.clone().all(is_hex) {
        // Groups of digits, a letter among them: dates and numbers have none.
        return is_mixed_hex(&parts.collect::<Vec<_>>().concat());
    }
    // A prefix of words in front takes nothing away from a random rest.
    if parts.clone().any(|part| part.len() >= 12 && part.len() < value.len() && is_random(part)) {
        return true;
    }
    #[expect(clippy::cast_precision_loss, reason = "values are short")]
    let total = surprise(value) * value.len() as f32;
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    // Without a digit among them, letters must be stranger: abbreviations and foreign words are no keys.
    let least = if digits == 0 { 1.6 } else { 1.0 };
    (surprise(value) >= least && total >= 16.0 && digits < value.len()) || is_nearly_hex(value)
}

/// A token of letters and digits that happens to have few letters behind `f`.
fn is_nearly_hex(value: &[u8]) -> bool {
    let hex: Vec<u8> = value.iter().copied().filter(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b)).collect();
    let others = value.len() - hex.len();
    let lower = value.iter().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
    value.len() >= 24 && lower && others * 6 <= value.len() && is_mixed_hex(&hex)
}

/// A date and a time: numbers, what separates them, and at most the letters `T` and `Z`.
fn is_time(value: &[u8]) -> bool {
    let letters = value.iter().filter(|b| !b.is_ascii_digit() && !b"-:.+,/ ".contains(b));
    letters.clone().all(|b| matches!(b, b'T' | b'Z' | b't' | b'z')) && letters.count() <= 2
}

/// Hexadecimal digits of one case only.
pub fn is_hex(value: &[u8]) -> bool {
    value.iter().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b))
        || value.iter().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(b))
}

/// Hexadecimal digits in which neither numbers nor letters are rare, as chance would have it.
fn is_mixed_hex(value: &[u8]) -> bool {
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let mut seen = [false; 256];
    for byte in value {
        seen[*byte as usize] = true;
    }
    let distinct = seen.iter().filter(|seen| **seen).count();
    value.len() >= 16 && letters * 8 >= value.len() && letters * 3 <= value.len() * 2 && distinct >= 6
}

/// `8-4-4-4-12` hexadecimal digits.
pub fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// How many characters a generator would have drawn this value's from.
#[expect(clippy::cast_precision_loss, reason = "fewer than 256")]
fn alphabet(value: &[u8]) -> f32 {
    if is_hex(value) {
        return if value.iter().all(u8::is_ascii_digit) { 10.0 } else { 16.0 };
    }
    if value.iter().all(u8::is_ascii_hexdigit) {
        return 22.0;
    }
    let has = |test: fn(&u8) -> bool, size: usize| if value.iter().any(test) { size } else { 0 };
    let mut others: Vec<u8> = value.iter().copied().filter(|b| !b.is_ascii_alphanumeric()).collect();
    others.sort_unstable();
    others.dedup();
    let size = has(u8::is_ascii_lowercase, 26) + has(u8::is_ascii_uppercase, 26) + has(u8::is_ascii_digit, 10);
    (size + others.len()).max(2) as f32
}

fn symbol(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => byte - b'a',
        b'A'..=b'Z' => byte - b'A' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'_' => 62,
        b'-' => 63,
        b'.' => 64,
        b'/' => 65,
        b'+' => 66,
        b'=' => 67,
        _ => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::expand;

    #[test]
    fn names_and_words_are_ordinary() {
        for text in [
            "openSesame",
            "getAccessToken",
            "super-secret-key",
            "com.example.app.Token",
            "resetPasswordToken1",
            "x-amz-security-token",
            "app/models/user.rb",
            "aes-256-gcm",
            "EC2InstanceProfile1",
            "utf8mb4_general_ci",
            "2021-03-04T10:20:30",
            "2021-03-04T10:20:30.123456Z",
        ] {
            assert!(!is_random(text.as_bytes()), "{text}: {}", surprise(text.as_bytes()));
        }
    }

    #[test]
    fn a_token_that_is_nearly_hexadecimal_is_random() {
        let told = (1..100).filter(|seed| {
            let text = expand("{hex:6}j{hex:14}z{hex:10}", *seed).unwrap().text;
            is_random(text.as_bytes())
        });
        assert!(told.count() >= 95);
        for text in ["face-recognition-feedback-cafe2", "abcdef-decade-facade", "deadbeefcafebabeadded1"] {
            assert!(!is_random(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn nearly_all_random_text_is_random() {
        for shape in ["{alnum:16}", "{alnum:32}", "{loweralnum:20}", "{hex:32}", "{base64:44}", "{upperalnum:24}"] {
            let told = (1..200).filter(|seed| is_random(expand(shape, *seed).unwrap().text.as_bytes())).count();
            assert!(told >= 196, "{shape}: {told} of 199");
        }
    }

    #[test]
    fn the_table_has_a_row_a_symbol() {
        assert!(ORDINARY.chunks(ROW).all(|row| row[SYMBOLS] == b'\n' && row[..SYMBOLS].iter().all(|b| *b >= FIRST)));
    }
}
