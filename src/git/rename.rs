//! Renames: an added file that was a deleted one adds only what differs.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use super::changes::{Change, Entry};
use super::objects::{Fetched, Objects};

/// Pairs of files compared for likeness, at most; git's own limit is of this order.
const MOST_PAIRS: usize = 1000;
/// Files above this are not compared for likeness.
const LARGEST: u64 = 1024 * 1024;
/// Shared lines, in percent, from which two files are one file renamed.
const LIKENESS: usize = 50;

/// Gives every added file that is a renamed one its old side; deletions are dropped.
pub fn detect(objects: &Objects, changes: Vec<Change>) -> Vec<Change> {
    let (gone, mut kept): (Vec<Change>, Vec<Change>) = changes.into_iter().partition(|change| change.new.is_none());
    let gone: Vec<Entry> = gone.iter().filter_map(|change| change.old).filter(|old| !old.is_submodule()).collect();
    if gone.is_empty() {
        return kept;
    }
    let by_id: HashMap<_, _> = gone.iter().map(|old| (old.id, *old)).collect();
    let mut pairs_left = MOST_PAIRS;
    let mut outlines: HashMap<super::Id, Option<Outline>> = HashMap::new();
    let hasher = RandomState::new();
    for change in kept.iter_mut().filter(|change| change.old.is_none()) {
        let Some(new) = change.new.filter(|new| !new.is_submodule()) else { continue };
        change.old = by_id.get(&new.id).copied();
        if change.old.is_some() || pairs_left < gone.len() {
            continue;
        }
        pairs_left -= gone.len();
        let mut outline = |id| outlines.entry(id).or_insert_with(|| Outline::of(objects, &id, &hasher)).clone();
        let Some(wanted) = outline(new.id) else { continue };
        let alike = gone.iter().filter_map(|old| Some((wanted.likeness(&outline(old.id)?), *old)));
        change.old = alike.max_by_key(|(likeness, _)| *likeness).filter(|(l, _)| *l >= LIKENESS).map(|(_, old)| old);
    }
    kept
}

/// The set of a file's lines.
#[derive(Clone)]
struct Outline(std::rc::Rc<HashSet<u64>>);

impl Outline {
    fn of(objects: &Objects, id: &super::Id, hasher: &RandomState) -> Option<Self> {
        let Ok(Fetched::Whole(content)) = objects.recall_up_to(id, LARGEST) else { return None };
        Some(Self(std::rc::Rc::new(content.split(|b| *b == b'\n').map(|line| hasher.hash_one(line)).collect())))
    }

    /// Shared lines in percent of the larger file.
    fn likeness(&self, other: &Self) -> usize {
        let shared = self.0.intersection(&other.0).count();
        shared * 100 / self.0.len().max(other.0.len()).max(1)
    }
}
