//! A very large text, piece by piece, so that memory stays bounded and no key is cut in two.

use std::io::Read;
use std::ops::Range;

use anyhow::Result;

use crate::hunk::{Hunk, Origin};
use crate::text;

/// Above this a text is read in pieces.
pub const STREAMED: u64 = 16 * 1024 * 1024;
/// Size of a piece; pieces end at line breaks where there are any.
pub const PIECE: usize = 4 * 1024 * 1024;
/// Bytes of the piece before that are seen again.
const OVERLAP: usize = 64 * 1024;

/// A text of which the beginning has been taken.
pub struct Pieces<'a> {
    path: &'a [u8],
    origin: &'a Origin,
    is_added: &'a dyn Fn(&[u8]) -> bool,
    text: Vec<u8>,
    first_line: u32,
    /// Bytes at the start of `text` that were handed over before.
    seen: usize,
}

impl<'a> Pieces<'a> {
    /// `is_added` is asked about every line with its break.
    pub fn new(path: &'a [u8], origin: &'a Origin, is_added: &'a dyn Fn(&[u8]) -> bool) -> Self {
        Self { path, origin, is_added, text: Vec::new(), first_line: 1, seen: 0 }
    }

    /// Takes what comes next.
    ///
    /// # Errors
    /// `act` failed.
    pub fn take(&mut self, next: &[u8], act: &mut dyn FnMut(Hunk) -> Result<()>) -> Result<()> {
        self.text.extend_from_slice(next);
        if self.text.len() < PIECE {
            return Ok(());
        }
        let end = memchr::memrchr(b'\n', &self.text).map_or(self.text.len(), |at| at + 1);
        self.hand_over(end, act)
    }

    /// Hands over what is left.
    ///
    /// # Errors
    /// `act` failed.
    pub fn finish(mut self, act: &mut dyn FnMut(Hunk) -> Result<()>) -> Result<()> {
        self.hand_over(self.text.len(), act)
    }

    fn hand_over(&mut self, end: usize, act: &mut dyn FnMut(Hunk) -> Result<()>) -> Result<()> {
        let added = self.added(end);
        if !added.is_empty() {
            act(Hunk {
                path: self.path.to_vec(),
                origin: self.origin.clone(),
                text: self.text[..end].to_vec(),
                first_line: self.first_line,
                added,
            })?;
        }
        let keep = self.kept_from(end);
        let lines = memchr::memchr_iter(b'\n', &self.text[..keep]).count();
        self.first_line = self.first_line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.text.drain(..keep);
        self.seen = end - keep;
        Ok(())
    }

    /// Where the overlap begins: a line break near enough, or in the middle of an endless line.
    fn kept_from(&self, end: usize) -> usize {
        let from = end.saturating_sub(OVERLAP);
        memchr::memchr(b'\n', &self.text[from..end]).filter(|at| from + at + 1 < end).map_or(from, |at| from + at + 1)
    }

    fn added(&self, end: usize) -> Vec<Range<u32>> {
        let mut runs: Vec<Range<u32>> = Vec::new();
        let (mut line, mut at) = (self.first_line, 0);
        for part in self.text[..end].split_inclusive(|b| *b == b'\n') {
            at += part.len();
            if at > self.seen && (self.is_added)(part) {
                match runs.last_mut() {
                    Some(run) if run.end == line => run.end += 1,
                    _ => runs.push(line..line + 1),
                }
            }
            line = line.saturating_add(1);
        }
        runs
    }
}

/// Reads a text that is new as a whole: at once, or in pieces if it is very large.
///
/// # Errors
/// It cannot be read, or `act` failed.
pub fn read(
    path: &[u8],
    origin: &Origin,
    source: &mut dyn Read,
    act: &mut dyn FnMut(Hunk) -> Result<()>,
) -> Result<()> {
    let mut text = Vec::new();
    source.take(STREAMED).read_to_end(&mut text)?;
    if (text.len() as u64) < STREAMED {
        return whole(path, origin, text, act);
    }
    let mut pieces = Pieces::new(path, origin, &|_| true);
    while !text.is_empty() {
        pieces.take(&text, act)?;
        text.clear();
        source.take(PIECE as u64).read_to_end(&mut text)?;
    }
    pieces.finish(act)
}

/// The same for a text that is in memory already.
///
/// # Errors
/// `act` failed.
pub fn whole(path: &[u8], origin: &Origin, text: Vec<u8>, act: &mut dyn FnMut(Hunk) -> Result<()>) -> Result<()> {
    if text.len() as u64 >= STREAMED {
        return read(path, origin, &mut text.as_slice(), act);
    }
    act(Hunk::whole(path.to_vec(), origin.clone(), text::decoded(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_text_is_handed_over_with_its_own_line_numbers() {
        let line = b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\n";
        let count = 2 * usize::try_from(STREAMED).unwrap() / line.len();
        let mut text = line.repeat(count);
        text.extend(b"last\n");
        let (mut hunks, mut last) = (0, 0);
        read(b"a", &Origin::File, &mut text.as_slice(), &mut |hunk| {
            hunks += 1;
            let lines: Vec<&[u8]> = hunk.text.split(|b| *b == b'\n').collect();
            if let Some(at) = lines.iter().position(|line| *line == b"last") {
                last = hunk.first_line as usize + at;
            }
            assert!(hunk.text.len() <= usize::try_from(STREAMED).unwrap() + PIECE + OVERLAP);
            Ok(())
        })
        .unwrap();
        assert_eq!(last, count + 1);
        assert!(hunks > 1);
    }
}
