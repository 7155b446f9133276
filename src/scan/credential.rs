//! Whether what stands under a telling name is a credential, and how sure that is.
//!
//! The order of questions is the order of their cost: what the value is written like, what its name tells, how random
//! it reads. `docs/confidence.md` explains the outcomes.

use std::ops::Range;

use super::assignment::{Assignment, Bond};
use super::dialect::Dialect;
use super::telling::{self, Telling};
use super::{binding, guard, randomness};
use crate::rules::{Announced, Confidence};

/// Shorter values are nobody's secret, longer ones are data.
const LENGTHS: Range<usize> = 6..4096;

/// A token of fewer bytes could be guessed.
const SHORTEST_TOKEN: usize = 8;

/// A longer run of letters is no name.
const LONGEST_NAME: usize = 80;

/// How sure it is that an assignment gives a credential away; nothing if it does not.
pub fn judge(
    announced: Announced,
    text: &[u8],
    line: usize,
    found: &Assignment,
    dialect: Dialect,
) -> Option<Confidence> {
    let (name, value) = (&text[found.name.clone()], &text[found.value.clone()]);
    if !LENGTHS.contains(&value.len()) || !guard::is_literal(value, found.quoted) || guard::is_placeholder(value, 0) {
        return None;
    }
    if binding::normalise(name) == binding::normalise(value) {
        return None;
    }
    let bound = found.bond != Bond::Spoken;
    if !bound && is_key_id(value) {
        return None;
    }
    if is_badge(&text[line..found.name.start]) || is_noise(name, &text[line..found.name.start]) {
        return None;
    }
    match announced {
        Announced::Password => {
            let telling = telling::of_password(name)?;
            let sure = password(value)?;
            if found.bond == Bond::Argument && telling::passes(name) {
                return None;
            }
            let firm = telling == Telling::Plainly && (bound || (found.quoted && dialect != Dialect::Code));
            if firm || randomness::is_random(value) { Some(sure) } else { None }
        }
        Announced::Token if value.len() < SHORTEST_TOKEN => None,
        Announced::Token => {
            let telling = telling::of_token(name, &text[line..found.name.start])?;
            token(value, telling, bound)
        }
    }
}

/// Keys and their fingerprints are named by half a key's digest or the whole of it, as OpenPGP writes them.
fn is_key_id(value: &[u8]) -> bool {
    matches!(value.len(), 16 | 40) && value.iter().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(b))
}

/// Whether a word stands in the `class` of an element: it says how something looks.
fn is_style(before: &[u8]) -> bool {
    let quote = before.iter().rposition(|b| matches!(b, b'"' | b'\''));
    let attribute = quote.and_then(|at| before[..at].strip_suffix(b"="));
    attribute.is_some_and(|text| text.ends_with(b"class") || text.ends_with(b"className"))
}

/// The token of a badge is in everybody's README and shows a picture.
fn is_badge(before: &[u8]) -> bool {
    ["badge", "shields.io"].iter().any(|word| memchr::memmem::find(before, word.as_bytes()).is_some())
}

/// A short word in the middle of encoded bytes is no name.
fn is_noise(name: &[u8], before: &[u8]) -> bool {
    let opens = |b: &u8| b.is_ascii_whitespace() || b"\"'`,;{(<&?|/$[:@-#*!".contains(b);
    name.len() <= 3 && !before.last().is_none_or(opens)
}

/// A password is chosen by a person: any mixture that is not made of words will do.
fn password(value: &[u8]) -> Option<Confidence> {
    // A text of lines, as strings in code hold it.
    let lines = [b"\\n", b"\\r", b"\\t"].iter().any(|escape| memchr::memmem::find(value, *escape).is_some());
    if guard::is_stock(value) || guard::is_wordlike(value) || lines {
        return None;
    }
    let has = |test: fn(&u8) -> bool| value.iter().any(test);
    let letters = has(u8::is_ascii_alphabetic);
    let other = has(u8::is_ascii_digit) || has(u8::is_ascii_punctuation);
    let surprise = randomness::surprise(value);
    if randomness::is_random(value) || (letters && other && surprise >= 0.8) {
        return Some(Confidence::Medium);
    }
    (letters && other && value.len() >= 8 && surprise > 0.3).then_some(Confidence::Low)
}

/// A token is made by a machine: it must read as if drawn at random.
fn token(value: &[u8], telling: Telling, bound: bool) -> Option<Confidence> {
    if randomness::is_uuid(value) {
        return Some(if telling == Telling::Plainly || bound { Confidence::Medium } else { Confidence::Low });
    }
    if !randomness::is_random(value)
        || guard::is_stock(value)
        || guard::is_wordlike(value)
        || guard::is_designation(value)
    {
        return None;
    }
    let hex = randomness::is_hex(value);
    // Codes of letters alone, as for activation, are read out on the phone as often as they are kept.
    if telling == Telling::Weakly && !value.iter().any(u8::is_ascii_digit) {
        return Some(Confidence::Low);
    }
    // `key: linux-5d41402a...`: a cache is keyed by digests.
    let digest = |part: &[u8]| part.len() < value.len() && part.len() >= 20 && randomness::is_hex(part);
    if telling == Telling::Weakly && hex && value.len() <= 16 {
        return Some(Confidence::Low);
    }
    if telling == Telling::Weakly && value.split(|b| !b.is_ascii_alphanumeric()).any(digest) {
        return Some(Confidence::Low);
    }
    match telling {
        Telling::Plainly if bound || value.len() >= 16 => Some(Confidence::Medium),
        Telling::Weakly if value.len() >= 16 && (bound || !hex || value.len() >= 20) => Some(Confidence::Medium),
        Telling::Plainly => Some(Confidence::Low),
        Telling::Weakly => None,
    }
}

/// A value behind a telling word that is bound to nothing: long and random beyond doubt.
pub fn loose(text: &[u8], line: &Range<usize>, name: &Range<usize>) -> Option<Range<usize>> {
    let telling = telling::of_token(&text[name.clone()], &text[line.start..name.start])?;
    if telling == Telling::Weakly || name.len() > LONGEST_NAME || is_style(&text[line.start..name.start]) {
        return None;
    }
    let (from, end) = (name.end, line.end.min(name.end + 512));
    if !guard::is_open(&text[from..end]) {
        return None;
    }
    let is_token = |b: &u8| b.is_ascii_alphanumeric() || b"+/=_-.".contains(b);
    let mut at = from;
    while at < end {
        let run = text[at..end].iter().take_while(|b| is_token(b)).count();
        let opening = text[at..at + run].iter().take_while(|b| **b == b'=').count();
        let closing = text[at..at + run].iter().rev().take_while(|b| b"._-".contains(b)).count();
        let trimmed = at + opening..(at + run - closing).max(at + opening);
        // What goes on with a brace is filled in later, what ends in dots is cut.
        let slot = text.get(at + run) == Some(&b'{') || text[..at + run].ends_with(b"...");
        // In an element of its own nothing else is meant.
        let element = text.get(name.end) == Some(&b'>');
        let value = &text[trimmed.clone()];
        if trimmed.len() >= 20 && !slot && (is_beyond_doubt(value) || (element && randomness::is_random(value))) {
            return Some(trimmed);
        }
        at += run.max(1);
    }
    None
}

fn is_beyond_doubt(value: &[u8]) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    value.len() >= 20
        && digits >= 2
        && !randomness::is_hex(value)
        && !randomness::is_uuid(value)
        && randomness::surprise(value) >= 1.6
        && guard::is_literal(value, false)
        && !guard::is_placeholder(value, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_is_a_style_announces_nothing() {
        assert!(is_style(b"<a class=\"") && is_style(b"<span className='hljs "));
        assert!(!is_style(b"<input value=\"") && !is_style(b"class Config: \""));
    }

    #[test]
    fn ids_of_keys_are_told_by_their_form() {
        assert!(is_key_id(b"4AEE18F83AFDEB23") && !is_key_id(b"4aee18f83afdeb23") && !is_key_id(b"4AEE18F83AFDEB2"));
    }
}
