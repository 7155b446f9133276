//! What a blob says as text: UTF-16 is decoded, everything else is taken as the bytes it is.

use std::borrow::Cow;

/// Bytes looked at to tell UTF-16 without a byte order mark.
const SNIFF: usize = 2048;

/// The text of a blob, line breaks kept, so that line numbers are those of an editor.
///
/// PowerShell's `>` writes UTF-16, which git calls binary: it is decoded with and without a byte order mark. Bytes that
/// are not text stay as they are; a key in them still stands there in ASCII.
pub fn decode(bytes: &[u8]) -> Cow<'_, [u8]> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)),
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        _ => match zero_halves(&bytes[..bytes.len().min(SNIFF)]) {
            Some(Half::High) => Cow::Owned(utf16(bytes, u16::from_le_bytes)),
            Some(Half::Low) => Cow::Owned(utf16(bytes, u16::from_be_bytes)),
            None => Cow::Borrowed(bytes),
        },
    }
}

/// The same for bytes that are not needed otherwise: most texts are not copied.
pub fn decoded(bytes: Vec<u8>) -> Vec<u8> {
    match decode(&bytes) {
        Cow::Owned(text) => text,
        Cow::Borrowed(text) if text.len() == bytes.len() => bytes,
        Cow::Borrowed(text) => text.to_vec(),
    }
}

/// Which byte of each pair is nearly always zero.
enum Half {
    High,
    Low,
}

/// Latin text in UTF-16 has a zero in every pair, always on the same side; binary data has not.
fn zero_halves(head: &[u8]) -> Option<Half> {
    let pairs = head.len() / 2;
    if pairs < 4 {
        return None;
    }
    let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let (most, few) = (pairs * 7 / 10, pairs / 50);
    match () {
        () if odd >= most && even <= few => Some(Half::High),
        () if even >= most && odd <= few => Some(Half::Low),
        () => None,
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    text.into_bytes()
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar.
pub fn date(days: u64) -> (u64, u64, u64) {
    // Years are taken to begin in March, so that the leap day is the last one; 400 years have 146,097 days.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf16_is_decoded_with_and_without_a_mark() {
        let text = "key = value\nnext\n";
        for (mark, bytes) in [
            (vec![0xff, 0xfe], encode(text, u16::to_le_bytes)),
            (vec![0xfe, 0xff], encode(text, u16::to_be_bytes)),
            (vec![], encode(text, u16::to_le_bytes)),
            (vec![], encode(text, u16::to_be_bytes)),
        ] {
            assert_eq!(&*decode(&[mark, bytes].concat()), text.as_bytes());
        }
    }

    #[test]
    fn other_bytes_stay_as_they_are() {
        for bytes in [b"plain".as_slice(), b"\0\x01\x02key\0\0\0rest", b"", b"\0\0\0\0\0\0\0\0"] {
            assert_eq!(&*decode(bytes), bytes);
        }
    }
}
