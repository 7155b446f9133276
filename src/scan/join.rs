//! What is written in parts: strings that are joined, lines that go on in the next, tokens wrapped over lines.

use std::ops::Range;

use super::reading::Reading;

/// Parts farther apart than this do not belong together.
const FAR: usize = 512;
/// A part shorter than this at the end of a line is a word.
const LEAST: usize = 12;
/// So many parts make a key; more make a table.
const MOST: usize = 64;

/// Adds every group of parts, with the lines they begin and end in, as one.
pub fn read(text: &[u8], into: &mut Reading) {
    let mut seams: Vec<Range<usize>> = strings(text);
    seams.extend(lines(text));
    seams.sort_by_key(|seam| seam.start);
    for group in seams.chunk_by(|a, b| b.start >= a.end && b.start - a.end <= FAR) {
        for group in group.chunks(MOST) {
            if into.is_full() {
                return;
            }
            join(text, group, into);
        }
    }
}

fn join(text: &[u8], seams: &[Range<usize>], into: &mut Reading) {
    let (first, last) = (seams[0].start, seams[seams.len() - 1].end);
    let mut at = memchr::memrchr(b'\n', &text[..first]).map_or(0, |line| line + 1).max(first.saturating_sub(FAR));
    for seam in seams {
        into.copy(text, at..seam.start);
        at = seam.end;
    }
    let end = memchr::memchr(b'\n', &text[last..]).map_or(text.len(), |line| last + line).min(last + FAR);
    into.copy(text, at..end);
    into.part(end);
}

/// From one string's closing quote to behind the opening one of the next: `"ab" + "cd"`, `"ab"` and `"cd"` in two lines.
fn strings(text: &[u8]) -> Vec<Range<usize>> {
    let closes = memchr::memchr3_iter(b'"', b'\'', b'`', text).filter(|at| *at > 0 && is_token(text[at - 1]));
    let mut seams: Vec<Range<usize>> = closes.filter_map(|at| Some(at..seam(text, at)?)).collect();
    // What opens a string was not the end of one.
    seams.dedup_by(|b, a| b.start < a.end);
    seams
}

/// Where the next string's text begins, if one is joined to the string that the quote at `at` closes.
fn seam(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at + 1..text.len().min(at + 200)];
    let blank = |bytes: &[u8]| bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let before = blank(rest);
    let operator = match &rest[before..] {
        [b'.', b'.', ..] => 2,
        [b'+' | b'.' | b'&' | b'\\' | b'_', ..] => 1,
        _ => 0,
    };
    let behind = before + operator + blank(&rest[before + operator..]);
    let joined = operator > 0 || rest[..before].contains(&b'\n');
    let opens = matches!(rest.get(behind), Some(b'"' | b'\'' | b'`'));
    let goes_on = rest.get(behind + 1).is_some_and(|b| is_token(*b));
    (joined && opens && goes_on).then_some(at + 1 + behind + 1)
}

/// From the end of a line to the token that goes on in the next: behind a backslash, or where both lines are one token.
fn lines(text: &[u8]) -> Vec<Range<usize>> {
    let mut seams = Vec::new();
    let mut before: Option<Range<usize>> = None;
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text).chain([text.len()]) {
        let line = &text[start..end];
        let indent = line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let trimmed = line.trim_ascii_end().len();
        let token = start + indent..start + trimmed.max(indent);
        let is_part = (LEAST..FAR).contains(&token.len()) && text[token.clone()].iter().all(|b| is_token(*b));
        if let Some(before) = before.filter(|_| is_part && has_digit(&text[token.clone()])) {
            seams.push(before.end..token.start);
        }
        let slash = trimmed > 1 && line[trimmed - 1] == b'\\' && is_token(line[trimmed - 2]);
        before = (is_part && has_digit(&text[token.clone()])).then_some(token);
        if slash {
            let next = text.get(end + 1..).unwrap_or_default();
            let indent = next.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
            if next.get(indent).is_some_and(|b| is_token(*b)) {
                seams.push(start + trimmed - 1..end + 1 + indent);
            }
        }
        start = end + 1;
    }
    seams
}

fn has_digit(token: &[u8]) -> bool {
    token.iter().any(u8::is_ascii_digit) && token.iter().any(u8::is_ascii_alphabetic)
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> String {
        let mut reading = Reading::default();
        read(text.as_bytes(), &mut reading);
        String::from_utf8_lossy(reading.text()).trim_end().to_owned()
    }

    #[test]
    fn parts_are_read_as_one() {
        for (text, whole) in [
            ("k = \"ab1\" + \"cd2\"", "k = \"ab1cd2\""),
            ("k = \"ab1\"\n    \"cd2\" # key", "k = \"ab1cd2\" # key"),
            ("$k = 'ab1' . 'cd2' . 'ef3';", "$k = 'ab1cd2ef3';"),
            ("k = \"ab1\" \\\n  \"cd2\"", "k = \"ab1cd2\""),
            ("K=ab1\\\n  cd2", "K=ab1cd2"),
            ("k: >-\n  abcdefgh1234\n  ijklmnop5678\n", "  abcdefgh1234ijklmnop5678"),
        ] {
            assert_eq!(joined(text), whole, "{text}");
        }
    }

    #[test]
    fn what_only_stands_side_by_side_is_not_joined() {
        for text in ["\"ab\", \"cd\"", "f(\"ab\")(\"cd\")", "\"ab \" + \"cd\"", "a word\nanother word", "alpha\nbeta"] {
            assert_eq!(joined(text), "", "{text}");
        }
    }
}
