//! Escapes of URLs and of strings: `%2B`, `\u002b`, `\x2b`, `\/`. A line that has one is read without any.

use super::reading::Reading;

/// How much of a long line is read around an escape.
const AROUND: usize = 2048;

/// Adds every line of `text` that holds an escape, unescaped.
pub fn read(text: &[u8], into: &mut Reading) {
    let mut done = 0;
    for at in memchr::memchr2_iter(b'%', b'\\', text) {
        if at < done || escape(&text[at..]).is_none() {
            continue;
        }
        if into.is_full() {
            return;
        }
        let start =
            memchr::memrchr(b'\n', &text[..at]).map_or(0, |line| line + 1).max(at.saturating_sub(AROUND)).max(done);
        let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |line| at + line).min(at + AROUND);
        let mut from = start;
        while from < end {
            let (byte, length) =
                escape(&text[from..end]).or_else(|| quote(&text[from..end])).unwrap_or((text[from], 1));
            into.push(byte, from..from + length);
            from += length;
        }
        into.part(end);
        done = end;
    }
}

/// The byte that an escape at the beginning of `text` stands for, and how long the escape is.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    let (digits, length) = match text {
        [b'%', high, low, ..] => ([*high, *low], 3),
        [b'\\', b'x', high, low, ..] => ([*high, *low], 4),
        [b'\\', b'u', b'0', b'0', high, low, ..] => ([*high, *low], 6),
        [b'\\', b'/', ..] => return Some((b'/', 2)),
        _ => return None,
    };
    let byte = data_encoding::HEXLOWER_PERMISSIVE.decode(&digits).ok()?[0];
    (b' '..0x7f).contains(&byte).then_some((byte, length))
}

/// A quote or a backslash within a string: no reason to read a line again, but part of what it says.
fn quote(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [b'\\', byte @ (b'"' | b'\'' | b'\\'), ..] => Some((*byte, 2)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_with_escapes_are_read_without() {
        for (text, plain) in [
            ("a\nkey=%61bc%2Bd\nb", "key=abc+d"),
            (r#"{"u": "https:\/\/h\/a"}"#, r#"{"u": "https://h/a"}"#),
            (r#""\u0061\x62c \"d\"""#, r#""abc "d"""#),
        ] {
            let mut reading = Reading::default();
            read(text.as_bytes(), &mut reading);
            assert_eq!(String::from_utf8_lossy(reading.text()).trim_end(), plain, "{text}");
        }
        let mut reading = Reading::default();
        read(b"100 % done, \\n and \\\"quoted\\\" and %zz and \\u20ac", &mut reading);
        assert!(reading.text().is_empty());
    }
}
