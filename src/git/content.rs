//! The added lines of one changed file.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use anyhow::{Result, bail};

use super::changes::Entry;
use super::diff;
use super::objects::Objects;
use crate::hunk::{self, Hunk, Origin};
use crate::pieces::{PIECE, Pieces, STREAMED};
use crate::text;

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
        let added = diff::added_lines(&text::decode(&old), &new_text)?;
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
    let is_added = |line: &[u8]| !known.contains(&hasher.hash_one(line));
    let mut pieces = Pieces::new(path, origin, &is_added);
    if !objects.stream(&new.id, |piece| pieces.take(piece, act))? {
        bail!("object {} is missing", new.id);
    }
    pieces.finish(act)
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
