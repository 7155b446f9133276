//! The index, and its comparison with a tree that costs what has changed and not what is there.

use std::path::Path;

use anyhow::{Context, Result};
use gix_index::entry::{Flags, Stage};
use gix_index::extension::Tree as CachedTree;

use super::Id;
use super::changes::{Change, Entry};
use super::objects::Objects;
use super::tree;

/// Reads an index; none if it has a form that only git reads (sparse), or cannot be decoded: git has the last word.
///
/// # Errors
/// The file is there and cannot be opened.
pub fn read(path: &Path) -> Result<Option<gix_index::State>> {
    match std::fs::metadata(path) {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Some(gix_index::State::new(gix_hash::Kind::Sha1)));
        }
        Err(error) => return Err(error).with_context(|| format!("cannot open `{}`", path.display())),
    }
    // As git does, the checksum is left to `git fsck`: it takes longer than everything else.
    // Several threads would each hold a part and then put it together: twice the memory, and no sooner done.
    let options = gix_index::decode::Options { thread_limit: Some(1), ..Default::default() };
    let file = gix_index::File::at(path, gix_hash::Kind::Sha1, true, options);
    Ok(file.ok().map(gix_index::State::from).filter(|state| !state.is_sparse()))
}

/// The paths in which `index` differs from `tree`.
///
/// # Errors
/// A tree is missing or broken.
pub fn compare(objects: &Objects, index: &gix_index::State, tree: Option<Id>) -> Result<Vec<Change>> {
    let mut walk = Walk { objects, index, changes: Vec::new() };
    walk.folder(tree, 0, 0..index.entries().len(), index.tree())?;
    Ok(walk.changes)
}

struct Walk<'a> {
    objects: &'a Objects,
    index: &'a gix_index::State,
    changes: Vec<Change>,
}

impl Walk<'_> {
    /// Compares one folder: `prefix` bytes of every path in `range` lead to it.
    fn folder(
        &mut self,
        tree: Option<Id>,
        prefix: usize,
        range: std::ops::Range<usize>,
        cached: Option<&CachedTree>,
    ) -> Result<()> {
        if let (Some(tree), Some(cached)) = (tree, cached)
            && cached.num_entries.is_some()
            && cached.id.as_bytes() == tree.as_bytes()
        {
            return Ok(());
        }
        let path = range.clone().next().map(|at| self.path(at)[..prefix].to_vec()).unwrap_or_default();
        let mut siblings = tree::items(self.objects, tree)?.into_iter().peekable();
        let mut at = range.start;
        while at < range.end {
            let rest = &self.path(at)[prefix..];
            let name_end = memchr::memchr(b'/', rest);
            let key = rest[..name_end.map_or(rest.len(), |end| end + 1)].to_vec();
            while let Some(gone) = siblings.next_if(|sibling| sibling.key < key) {
                tree::removed(self.objects, &path, &gone, &mut self.changes)?;
            }
            let old = siblings.next_if(|sibling| sibling.key == key).map(|sibling| sibling.entry);
            if name_end.is_some() {
                let full = [path.as_slice(), &key].concat();
                let end = at
                    + self.index.entries()[at..range.end].partition_point(|entry| {
                        let path: &[u8] = entry.path(self.index);
                        path <= full.as_slice() || path.starts_with(&full)
                    });
                let name = &key[..key.len() - 1];
                let cached = cached.and_then(|tree| tree.children.iter().find(|child| child.name.as_slice() == name));
                self.folder(old.map(|old| old.id), prefix + key.len(), at..end, cached)?;
                at = end;
            } else {
                self.file(at, old);
                at += 1;
            }
        }
        siblings.try_for_each(|gone| tree::removed(self.objects, &path, &gone, &mut self.changes))
    }

    fn path(&self, at: usize) -> &[u8] {
        self.index.entries()[at].path(self.index)
    }

    fn file(&mut self, at: usize, old: Option<Entry>) {
        let entry = &self.index.entries()[at];
        // Unresolved conflicts cannot be committed; an intent to add adds nothing yet.
        let staged = entry.stage() == Stage::Unconflicted && !entry.flags.contains(Flags::INTENT_TO_ADD);
        let Some(id) = Id::from_bytes(entry.id.as_bytes()).filter(|_| staged) else { return };
        let new = Entry { mode: entry.mode.bits(), id };
        if old != Some(new) {
            self.changes.push(Change { path: self.path(at).to_vec(), old, new: Some(new) });
        }
    }
}
