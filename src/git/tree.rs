//! Trees, and their comparison with each other that skips what they share.

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
    let Some(tree) = tree else { return Ok(Vec::new()) };
    let Some(raw) = objects.recall(&tree)? else { bail!("tree {tree} is missing") };
    let mut items = Vec::new();
    let mut rest = &raw[..];
    while !rest.is_empty() {
        let broken = || format!("tree {tree} is broken");
        let (mode, after) = split_at(rest, b' ').with_context(broken)?;
        let (name, after) = split_at(after, 0).with_context(broken)?;
        let (id, after) = after.split_at_checked(tree.as_bytes().len()).with_context(broken)?;
        let mode = std::str::from_utf8(mode).ok().and_then(|mode| u32::from_str_radix(mode, 8).ok());
        let (mode, id) = (mode.with_context(broken)?, Id::from_bytes(id).with_context(broken)?);
        let mut key = name.to_vec();
        key.extend((mode & 0o170_000 == 0o040_000).then_some(b'/'));
        items.push(Item { key, entry: Entry { mode, id } });
        rest = after;
    }
    Ok(items)
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
    let mut olds = items(objects, trees.0)?.into_iter().peekable();
    let mut news = items(objects, trees.1)?.into_iter().peekable();
    loop {
        let (old, new) = match (olds.peek(), news.peek()) {
            (None, None) => return Ok(()),
            (Some(_), None) => (olds.next(), None),
            (None, Some(_)) => (None, news.next()),
            (Some(old), Some(new)) => match old.key.cmp(&new.key) {
                std::cmp::Ordering::Less => (olds.next(), None),
                std::cmp::Ordering::Greater => (None, news.next()),
                std::cmp::Ordering::Equal => (olds.next(), news.next()),
            },
        };
        let Some(either) = old.as_ref().or(new.as_ref()) else { return Ok(()) };
        let (old_entry, new_entry) = (old.as_ref().map(|item| item.entry), new.as_ref().map(|item| item.entry));
        if old_entry == new_entry {
            continue;
        }
        let below = [path, &either.key].concat();
        if either.is_folder() {
            let id = |entry: Option<Entry>| entry.map(|entry| entry.id);
            folder(objects, &below, (id(old_entry), id(new_entry)), changes)?;
        } else {
            changes.push(Change { path: below, old: old_entry, new: new_entry });
        }
    }
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
