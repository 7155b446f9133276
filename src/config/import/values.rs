//! Patterns of another tool as `values`: regexes over the whole secret. What is a key itself is not written down.

use super::Imported;
use crate::rules::literal;
use crate::secret::Secret;

/// Bytes from which a plain text could be a key.
const KEY: usize = 16;

/// A plain text that a secret holds somewhere. One that could be a key itself is accepted as such.
pub fn holding(imported: &mut Imported, text: &str, fold: bool) -> Option<String> {
    if is_key(text) {
        imported.keys.push(Secret::new(text.as_bytes()));
        return None;
    }
    let flag = if fold { "(?i)" } else { "" };
    Some(format!("{flag}(?s:.*){}(?s:.*)", regex_syntax::escape(text)))
}

/// A plain text that is the secret.
pub fn exactly(imported: &mut Imported, text: &str) -> Option<String> {
    if is_key(text) {
        imported.keys.push(Secret::new(text.as_bytes()));
        return None;
    }
    Some(regex_syntax::escape(text))
}

/// A regex that matches somewhere in a secret; none if keystop cannot read it.
pub fn matching(imported: &mut Imported, regex: &str) -> Option<String> {
    if regex.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b)) {
        return holding(imported, regex, false);
    }
    let value = match regex.strip_prefix('^').and_then(|rest| rest.strip_suffix('$')) {
        // A bar at the top would leave one of the anchors.
        Some(whole) if !whole.contains('|') && !whole.ends_with('\\') => whole.to_owned(),
        _ => format!("(?s:.*)(?:{regex})(?s:.*)"),
    };
    if literal::parse(&value).is_err() {
        imported.leave("a regex of values that keystop cannot read");
        return None;
    }
    Some(value)
}

/// Long, and of letters and digits: what a machine made, rather than a word.
fn is_key(text: &str) -> bool {
    text.len() >= KEY && text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().any(|b| b.is_ascii_alphabetic())
}
