//! The line a finding stands in, without any secret.

use std::ops::Range;

use super::lines::Lines;
use crate::finding::Excerpt;

/// A run of this many token characters that no rule claimed is not shown either.
const LONG: usize = 20;

/// The excerpt around `span`; `all` are the spans of every match with what may be shown of them.
pub fn of(text: &[u8], lines: &Lines, span: &Range<usize>, preview: String, all: &[(Range<usize>, String)]) -> Excerpt {
    let first = lines.range(lines.index(span.start));
    let last = lines.range(lines.index(span.end.saturating_sub(1)));
    let after = if last == first { span.end..last.end.max(span.end) } else { 0..0 };
    Excerpt { before: redact(text, first.start..span.start, all), preview, after: redact(text, after, all) }
}

/// `range` of the text with every claimed span, and every long run that could be a key, replaced.
fn redact(text: &[u8], range: Range<usize>, all: &[(Range<usize>, String)]) -> Vec<u8> {
    let mut shown = Vec::with_capacity(range.len());
    let mut at = range.start;
    while at < range.end {
        if let Some((claimed, preview)) = all.iter().find(|(claimed, _)| claimed.contains(&at)) {
            shown.extend_from_slice(preview.as_bytes());
            at = claimed.end.min(range.end);
            continue;
        }
        let next = all.iter().map(|(claimed, _)| claimed.start).filter(|start| *start > at).min().unwrap_or(range.end);
        let piece = &text[at..next.min(range.end)];
        let run = piece.iter().position(|b| !is_token(*b)).unwrap_or(piece.len());
        if run >= LONG && is_mixed(&piece[..run]) {
            shown.extend_from_slice(format!("({run} bytes)").as_bytes());
            at += run;
        } else {
            let step = run.max(1);
            shown.extend_from_slice(&piece[..step]);
            at += step;
        }
    }
    shown
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-')
}

/// Letters and digits in one run: not a path of words, not a plain name.
fn is_mixed(run: &[u8]) -> bool {
    run.iter().filter(|b| b.is_ascii_digit()).count() >= 3 && run.iter().any(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_claimed_nor_unclaimed_secrets_are_shown() {
        let text = b"a = AAAA1111; b = q8W3zL1vB9tR4kX7Kp2Lq9Wv; c".as_slice();
        let all = [(4..12, "AA...(8 bytes)".to_owned())];
        let excerpt = of(text, &Lines::of(text, 1), &(4..12), "AA...(8 bytes)".into(), &all);
        assert_eq!(excerpt.before, b"a = ");
        assert_eq!(excerpt.after, b"; b = (24 bytes); c");
    }
}
