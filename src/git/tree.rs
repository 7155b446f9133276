//! Trees, and their comparison with each other that skips what they share.

use std::cmp::Ordering;
use std::rc::Rc;

use anyhow::{Context, Result, bail};

use super::Id;
use super::changes::{Change, Entry};
use super::objects::Objects;

/// An entry of a folder.
pub struct Item {
    /// The name; folders end in `/`, so that the order is that of paths in the index.
    pub key: Vec<u8>,
    pub entry: Entry,
}

impl Item {
    fn is_folder(&self) -> bool {
        self.key.ends_with(b"/")
    }
}

/// The entries of a tree, in order; none for no tree.
///
/// # Errors
/// The tree is missing or broken.
pub fn items(objects: &Objects, tree: Option<Id>) -> Result<Vec<Item>> {
    let raw = Raw::of(objects, tree)?;
    let mut entries = raw.entries();
    let mut items = Vec::new();
    while let Some(named) = entries.next()? {
        items.push(Item { key: named.key(), entry: named.entry });
    }
    Ok(items)
}

/// A tree as git stores it; empty for no tree.
struct Raw {
    tree: Option<Id>,
    bytes: Rc<Vec<u8>>,
}

impl Raw {
    fn of(objects: &Objects, tree: Option<Id>) -> Result<Self> {
        let Some(id) = tree else { return Ok(Self { tree, bytes: Rc::default() }) };
        let Some(bytes) = objects.recall(&id)? else { bail!("tree {id} is missing") };
        Ok(Self { tree, bytes })
    }

    fn entries(&self) -> Entries<'_> {
        Entries { tree: self.tree, rest: &self.bytes }
    }
}

/// The entries of a tree, read one after the other: most are the same on both sides of a comparison, and skipped.
struct Entries<'a> {
    tree: Option<Id>,
    rest: &'a [u8],
}

impl<'a> Entries<'a> {
    fn next(&mut self) -> Result<Option<Named<'a>>> {
        let Some(tree) = self.tree.filter(|_| !self.rest.is_empty()) else { return Ok(None) };
        let broken = || format!("tree {tree} is broken");
        let (mode, after) = split_at(self.rest, b' ').with_context(broken)?;
        let (name, after) = split_at(after, 0).with_context(broken)?;
        let (id, after) = after.split_at_checked(tree.as_bytes().len()).with_context(broken)?;
        let mode = std::str::from_utf8(mode).ok().and_then(|mode| u32::from_str_radix(mode, 8).ok());
        let (mode, id) = (mode.with_context(broken)?, Id::from_bytes(id).with_context(broken)?);
        self.rest = after;
        Ok(Some(Named { name, entry: Entry { mode, id } }))
    }
}

/// An entry with its name.
struct Named<'a> {
    name: &'a [u8],
    entry: Entry,
}

impl Named<'_> {
    /// What a folder's name ends in when names are put in order.
    fn end(&self) -> &'static [u8] {
        if self.entry.mode & 0o170_000 == 0o040_000 { b"/" } else { b"" }
    }

    fn key(&self) -> Vec<u8> {
        [self.name, self.end()].concat()
    }

    fn order(&self, other: &Self) -> Ordering {
        let shared = self.name.len().min(other.name.len());
        let rests = || {
            let rest = self.name[shared..].iter().chain(self.end());
            rest.cmp(other.name[shared..].iter().chain(other.end()))
        };
        self.name[..shared].cmp(&other.name[..shared]).then_with(rests)
    }
}

fn split_at(bytes: &[u8], end: u8) -> Option<(&[u8], &[u8])> {
    memchr::memchr(end, bytes).map(|at| (&bytes[..at], &bytes[at + 1..]))
}

/// The changes from `old` to `new`, in the order of paths.
///
/// # Errors
/// A tree is missing or broken.
pub fn compare(objects: &Objects, old: Option<Id>, new: Option<Id>) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    folder(objects, &[], (old, new), &mut changes)?;
    Ok(changes)
}

fn folder(objects: &Objects, path: &[u8], trees: (Option<Id>, Option<Id>), changes: &mut Vec<Change>) -> Result<()> {
    if trees.0 == trees.1 {
        return Ok(());
    }
    let (old_tree, new_tree) = (Raw::of(objects, trees.0)?, Raw::of(objects, trees.1)?);
    let (mut olds, mut news) = (old_tree.entries(), new_tree.entries());
    let (mut next_old, mut next_new) = (olds.next()?, news.next()?);
    loop {
        let order = match (&next_old, &next_new) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.order(new),
        };
        let old = if order.is_le() { std::mem::replace(&mut next_old, olds.next()?) } else { None };
        let new = if order.is_ge() { std::mem::replace(&mut next_new, news.next()?) } else { None };
        pair(objects, path, (old, new), changes)?;
    }
}

/// One name, on one side or both.
fn pair(
    objects: &Objects,
    path: &[u8],
    (old, new): (Option<Named>, Option<Named>),
    changes: &mut Vec<Change>,
) -> Result<()> {
    let (old_entry, new_entry) = (old.as_ref().map(|named| named.entry), new.as_ref().map(|named| named.entry));
    let Some(either) = old.or(new).filter(|_| old_entry != new_entry) else { return Ok(()) };
    let below = [path, &either.key()].concat();
    if either.end().is_empty() {
        changes.push(Change { path: below, old: old_entry, new: new_entry });
        return Ok(());
    }
    let id = |entry: Option<Entry>| entry.map(|entry| entry.id);
    folder(objects, &below, (id(old_entry), id(new_entry)), changes)
}

/// Everything below an item that is no longer there.
///
/// # Errors
/// A tree is missing or broken.
pub fn removed(objects: &Objects, path: &[u8], gone: &Item, changes: &mut Vec<Change>) -> Result<()> {
    let below = [path, &gone.key].concat();
    if gone.is_folder() {
        return folder(objects, &below, (Some(gone.entry.id), None), changes);
    }
    changes.push(Change { path: below, old: Some(gone.entry), new: None });
    Ok(())
}
