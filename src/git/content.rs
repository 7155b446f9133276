//! The added lines of one changed file.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use anyhow::{Result, bail};

use super::changes::Entry;
use super::diff;
use super::objects::Objects;
use crate::hunk::{self, Hunk, Origin};
use crate::text;

/// Above this a blob is read in pieces, so that memory stays bounded.
const STREAMED: u64 = 16 * 1024 * 1024;
/// Size of a piece; pieces end at line breaks where there are any.
const PIECE: usize = 4 * 1024 * 1024;
/// Bytes of the piece before that are seen again, so that no key is cut in two.
const OVERLAP: usize = 64 * 1024;

/// Reads `new` and hands over the hunks that it adds to every one of `olds`.
///
/// # Errors
/// The new side is missing or cannot be read, or `act` failed.
pub fn added(
    objects: &Objects,
    path: &[u8],
    origin: &Origin,
    new: Entry,
    olds: &[Option<Entry>],
    act: &mut dyn FnMut(Hunk) -> Result<()>,
) -> Result<()> {
    if objects.size(&new.id).is_some_and(|size| size > STREAMED) {
        return stream(objects, path, origin, new, olds, act);
    }
    let Some(blob) = objects.recall(&new.id)? else { bail!("object {} is missing", new.id) };
    let new_text = text::decode(&blob);
    let mut lines = vec![1..u32::MAX];
    for old in olds {
        // An old side that is not here (partial clones) leaves everything added: never less.
        let Some(old) = old.and_then(|old| objects.recall(&old.id).ok().flatten()) else { continue };
        let added = diff::added_lines(&text::decode(&old), &new_text);
        lines = if lines == [1..u32::MAX] { added } else { diff::intersect(&lines, &added) };
    }
    hunk::split(path, origin, &new_text, &lines).into_iter().try_for_each(act)
}

/// The same for a very large blob: lines are compared as sets of hashes, and read in pieces.
fn stream(
    objects: &Objects,
    path: &[u8],
    origin: &Origin,
    new: Entry,
    olds: &[Option<Entry>],
    act: &mut dyn FnMut(Hunk) -> Result<()>,
) -> Result<()> {
    let hasher = RandomState::new();
    let mut known: HashSet<u64> = HashSet::new();
    // A line that any parent has is not this commit's.
    for old in olds.iter().flatten() {
        let mut lines = LineHashes { hasher: &hasher, rest: Vec::new(), known: &mut known };
        objects.stream(&old.id, |piece| {
            lines.take(piece);
            Ok(())
        })?;
        lines.finish();
    }
    let mut pieces = Pieces { path, origin, hasher: &hasher, known: &known, text: Vec::new(), first_line: 1, seen: 0 };
    let there = objects.stream(&new.id, |piece| {
        pieces.text.extend_from_slice(piece);
        if pieces.text.len() >= PIECE { pieces.hand_over(false, act) } else { Ok(()) }
    })?;
    if !there {
        bail!("object {} is missing", new.id);
    }
    pieces.hand_over(true, act)
}

/// Lines of the old side that are remembered, at most; beyond that, lines count as added.
const MOST_KNOWN: usize = 2_000_000;

struct LineHashes<'a> {
    hasher: &'a RandomState,
    rest: Vec<u8>,
    known: &'a mut HashSet<u64>,
}

impl LineHashes<'_> {
    fn take(&mut self, piece: &[u8]) {
        for part in piece.split_inclusive(|b| *b == b'\n') {
            self.rest.extend_from_slice(part);
            if part.ends_with(b"\n") || self.rest.len() > PIECE {
                self.finish();
            }
        }
    }

    fn finish(&mut self) {
        if self.known.len() < MOST_KNOWN && !self.rest.is_empty() {
            self.known.insert(self.hasher.hash_one(self.rest.as_slice()));
        }
        self.rest.clear();
    }
}

/// The new side, piece by piece.
struct Pieces<'a> {
    path: &'a [u8],
    origin: &'a Origin,
    hasher: &'a RandomState,
    known: &'a HashSet<u64>,
    text: Vec<u8>,
    first_line: u32,
    /// Bytes at the start of `text` that were handed over before.
    seen: usize,
}

impl Pieces<'_> {
    fn hand_over(&mut self, last: bool, act: &mut dyn FnMut(Hunk) -> Result<()>) -> Result<()> {
        let whole = if last { None } else { memchr::memrchr(b'\n', &self.text) };
        let end = whole.map_or(self.text.len(), |at| at + 1);
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
            if at > self.seen && !self.known.contains(&self.hasher.hash_one(part)) {
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
