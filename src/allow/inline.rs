//! `keystop:allow RULE reason`, in the line of the key or alone in the line above it.

use super::Decision;
use crate::finding::Finding;
use crate::hunk::Hunk;

const MARK: &[u8] = b"keystop:allow";

/// What the finding's own lines say about it.
pub fn decide(hunk: &Hunk, finding: &Finding) -> Decision {
    let line = |number: u32| {
        let index = number.checked_sub(hunk.first_line)? as usize;
        hunk.text.split(|b| *b == b'\n').nth(index)
    };
    let above = finding.start.line.checked_sub(1).and_then(line).filter(|line| stands_alone(line));
    let own = [line(finding.start.line), line(finding.end.line), above];
    let said = own.into_iter().flatten().filter_map(|line| reason(line, &finding.rule));
    match said.max_by_key(|reason| !reason.is_empty()) {
        None => Decision::Report,
        Some(reason) if reason.is_empty() => {
            Decision::Void(format!("`keystop:allow {}` needs a reason after it", finding.rule))
        }
        Some(reason) => Decision::Allowed(reason),
    }
}

/// The reason a line gives for allowing `rule`; empty if it gives none.
fn reason(line: &[u8], rule: &str) -> Option<String> {
    memchr::memmem::find_iter(line, MARK).find_map(|at| {
        let said = String::from_utf8_lossy(&line[at + MARK.len()..]).into_owned();
        let (named, reason) = match said.trim_start().split_once(char::is_whitespace) {
            Some((named, reason)) => (named.to_owned(), reason),
            None => (said.trim().to_owned(), ""),
        };
        let closing = |c: char| c.is_whitespace() || matches!(c, '*' | '/' | '-' | '>' | '"' | '\'' | ',' | '}');
        (named.trim_end_matches(closing) == rule).then(|| reason.trim_end_matches(closing).trim().to_owned())
    })
}

/// A comment of its own: nothing but comment signs before the mark.
fn stands_alone(line: &[u8]) -> bool {
    memchr::memmem::find(line, MARK).is_some_and(|at| !line[..at].iter().any(u8::is_ascii_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_belongs_to_one_rule() {
        let of = |line: &str| reason(line.as_bytes(), "stripe-secret-key");
        assert_eq!(
            of("x = 1 # keystop:allow stripe-secret-key sandbox of the docs"),
            Some("sandbox of the docs".into())
        );
        assert_eq!(of("/* keystop:allow stripe-secret-key sandbox */"), Some("sandbox".into()));
        assert_eq!(of("// keystop:allow stripe-secret-key"), Some(String::new()));
        assert_eq!(of("// keystop:allow github-token why"), None);
        assert_eq!(of("// keystop:allow"), None);
    }

    #[test]
    fn the_line_above_counts_only_as_a_comment() {
        assert!(stands_alone(b"  # keystop:allow x y"));
        assert!(!stands_alone(b"a = 1 # keystop:allow x y"));
    }
}
