//! A second reading of a text: what its encoded, escaped and split parts say, each byte with the place it was read at.

use std::ops::Range;

use super::{decode, join, unescape};

/// How often something may be wrapped: base64 in base64 in a string of two parts.
pub const DEPTH: usize = 3;
/// No reading is longer: a hunk that is one large blob must not hold up a commit.
const MOST: usize = 1 << 20;
/// Between two parts, so that a rule's surroundings end with the part.
const APART: &[u8] = b"\n\n\n\n\n\n\n\n\n\n\n\n";

#[derive(Default)]
pub struct Reading {
    text: Vec<u8>,
    /// Where in the text that was read each byte of this one comes from.
    places: Vec<Range<usize>>,
}

impl Reading {
    pub fn of(text: &[u8]) -> Self {
        let mut reading = Self::default();
        decode::read(text, &mut reading);
        unescape::read(text, &mut reading);
        join::read(text, &mut reading);
        reading
    }

    /// What this reading says when it is read again; places are those of the first text.
    pub fn again(&self) -> Self {
        let mut inner = Self::of(&self.text);
        for place in &mut inner.places {
            *place = self.outer(place);
        }
        inner
    }

    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Where a range of this reading was written.
    pub fn outer(&self, inner: &Range<usize>) -> Range<usize> {
        match (self.places.get(inner.start), self.places.get(inner.end.saturating_sub(1))) {
            (Some(first), Some(last)) => first.start..last.end.max(first.end),
            _ => 0..0,
        }
    }

    /// Whether a range of this reading was written as it is read: the first look at the text has seen it.
    pub fn is_plain(&self, inner: &Range<usize>) -> bool {
        self.outer(inner).len() == inner.len()
    }

    /// Whether a range comes out of one encoded run, which is a secret as a whole.
    pub fn is_encoded(&self, inner: &Range<usize>) -> bool {
        inner.len() > 1 && self.places[inner.start] == self.places[inner.end - 1]
    }

    pub fn is_full(&self) -> bool {
        self.text.len() >= MOST
    }

    pub fn push(&mut self, byte: u8, place: Range<usize>) {
        self.text.push(byte);
        self.places.push(place);
    }

    /// Bytes as they stand at `range` of `text`.
    pub fn copy(&mut self, text: &[u8], range: Range<usize>) {
        for at in range {
            self.push(text[at], at..at + 1);
        }
    }

    /// Ends a part that was read up to `end`.
    pub fn part(&mut self, end: usize) {
        for byte in APART {
            self.push(*byte, end..end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_kept_through_every_reading() {
        let inner = data_encoding::BASE64.encode(b"the words of a sentence in base64");
        let outer = data_encoding::BASE64.encode(inner.as_bytes());
        let text = format!("data: {outer}\n");
        let second = Reading::of(text.as_bytes()).again();
        let at = memchr::memmem::find(second.text(), b"sentence").unwrap();
        assert_eq!(&text[second.outer(&(at..at + 8))], outer.trim_end_matches('='));
        assert!(second.is_encoded(&(at..at + 8)) && !second.is_plain(&(at..at + 8)));
        assert!(Reading::of(b"plain text\n").text().is_empty());
    }
}
