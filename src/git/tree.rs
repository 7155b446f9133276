//! Trees, and their comparison with each other that skips what they share.

use std::cmp::Ordering;
use std::rc::Rc;

use anyhow::{Context, Result};

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
    let raw = raw(objects, tree)?;
    let items = Raws::new(&raw, tree).map(|found| {
        let Raw { name, entry } = found?;
        let mut key = name.to_vec();
        key.extend(entry.is_folder().then_some(b'/'));
        Ok(Item { key, entry })
    });
    items.collect()
}

/// A tree as it is stored; nothing for no tree.
fn raw(objects: &Objects, tree: Option<Id>) -> Result<Rc<[u8]>> {
    let Some(tree) = tree else { return Ok(Rc::from([])) };
    objects.recall(&tree)?.with_context(|| format!("tree {tree} is missing"))
}

/// An entry where it stands.
#[derive(Clone, Copy)]
struct Raw<'a> {
    name: &'a [u8],
    entry: Entry,
}

impl Raw<'_> {
    /// The order of paths in the index: folders as if they ended in `/`.
    fn cmp(&self, other: &Self) -> Ordering {
        let shared = self.name.len().min(other.name.len());
        let slash = |raw: &Self| raw.entry.is_folder().then_some(b'/');
        let next = |raw: &Self| raw.name.get(shared).copied().or(slash(raw));
        let ended = |raw: &Self| raw.name.len() + usize::from(raw.entry.is_folder());
        let (a, b) = (&self.name[..shared], &other.name[..shared]);
        a.cmp(b).then_with(|| next(self).cmp(&next(other))).then_with(|| ended(self).cmp(&ended(other)))
    }
}

/// Reads entry after entry.
struct Raws<'a> {
    rest: &'a [u8],
    tree: Option<Id>,
}

impl<'a> Raws<'a> {
    fn new(raw: &'a [u8], tree: Option<Id>) -> Self {
        Self { rest: raw, tree }
    }

    fn read(&mut self) -> Option<Raw<'a>> {
        let (mode, rest) = split_at(self.rest, b' ')?;
        let (name, rest) = split_at(rest, 0)?;
        let (id, rest) = rest.split_at_checked(self.tree?.as_bytes().len())?;
        let mode = mode.iter().try_fold(0, |mode: u32, digit| Some((mode << 3) | char::from(*digit).to_digit(8)?))?;
        self.rest = rest;
        Some(Raw { name, entry: Entry { mode, id: Id::from_bytes(id)? } })
    }
}

impl<'a> Iterator for Raws<'a> {
    type Item = Result<Raw<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let (read, tree) = (self.read(), self.tree);
        Some(read.with_context(|| format!("tree {} is broken", tree.map_or_else(String::new, |id| id.to_string()))))
    }
}

fn split_at(bytes: &[u8], end: u8) -> Option<(&[u8], &[u8])> {
    memchr::memchr(end, bytes).map(|at| (&bytes[..at], &bytes[at + 1..]))
}

/// What a commit makes of one path that differs from every parent.
pub struct Made {
    pub path: Vec<u8>,
    pub new: Option<Entry>,
    /// What each parent has there.
    pub olds: Vec<Option<Entry>>,
}

/// What `new` has otherwise than every one of `olds`, in the order of paths; what any of them has is skipped unread.
///
/// # Errors
/// A tree is missing or broken.
pub fn made(objects: &Objects, olds: &[Option<Id>], new: Option<Id>) -> Result<Vec<Made>> {
    let mut found = Vec::new();
    let sides: Vec<Option<Id>> = std::iter::once(new).chain(olds.iter().copied()).collect();
    if !olds.contains(&new) {
        made_below(objects, &mut Vec::new(), &sides, &mut found)?;
    }
    Ok(found)
}

/// The first side is the new one.
fn made_below(objects: &Objects, path: &mut Vec<u8>, sides: &[Option<Id>], found: &mut Vec<Made>) -> Result<()> {
    let texts: Vec<Rc<[u8]>> = sides.iter().map(|side| raw(objects, *side)).collect::<Result<_>>()?;
    let mut cursors: Vec<Raws> = texts.iter().zip(sides).map(|(text, side)| Raws::new(text, *side)).collect();
    let mut heads: Vec<Option<Raw>> =
        cursors.iter_mut().map(|cursor| cursor.next().transpose()).collect::<Result<_>>()?;
    while let Some(least) = heads.iter().flatten().copied().min_by(Raw::cmp) {
        let mut entries = Vec::with_capacity(sides.len());
        for (head, cursor) in heads.iter_mut().zip(&mut cursors) {
            let here = (*head).filter(|head| head.cmp(&least).is_eq());
            entries.push(here.map(|head| head.entry));
            if here.is_some() {
                *head = cursor.next().transpose()?;
            }
        }
        if entries[1..].contains(&entries[0]) {
            continue;
        }
        let end = path.len();
        path.extend_from_slice(least.name);
        if least.entry.is_folder() {
            path.push(b'/');
            let below: Vec<Option<Id>> = entries.iter().map(|entry| entry.map(|entry| entry.id)).collect();
            made_below(objects, path, &below, found)?;
        } else {
            found.push(Made { path: path.clone(), new: entries[0], olds: entries.split_off(1) });
        }
        path.truncate(end);
    }
    Ok(())
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
