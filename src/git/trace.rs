//! Where an object is held: the commits that brought it in, and the refs, reflogs and indexes that still reach it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::Id;
use super::store::{ObjectKind, Store};

/// What keeps an object from being removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Held {
    /// A branch, tag, stash or other ref.
    Refs,
    /// Only a reflog, or a detached HEAD.
    Reflog,
    /// Only an index: it is staged.
    Index,
    /// Nothing: the next `git gc --prune=now` removes it.
    Nothing,
}

/// Where an object stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    pub id: Id,
    pub kind: ObjectKind,
    /// A file's path, where there is one.
    pub path: Option<Vec<u8>>,
    /// The commits that bring it in, newest first.
    pub commits: Vec<Id>,
    pub refs: Vec<Vec<u8>>,
    pub held: Held,
}

/// Commits that are asked about for one object, at most: the refs of more add nothing.
const MOST_COMMITS: usize = 50;

/// Traces objects; a blob that stands at several paths has a trace for each.
///
/// # Errors
/// Git could not be run, or failed.
pub fn trace(store: &Store, objects: &[(Id, ObjectKind)]) -> Result<Vec<Trace>> {
    let mut found = Places::default();
    let of = |wanted: ObjectKind| objects.iter().filter(move |(_, kind)| *kind == wanted).map(|(id, _)| *id);
    let blobs: BTreeSet<Id> = of(ObjectKind::Blob).collect();
    if !blobs.is_empty() {
        found.add_log(store, &blobs)?;
        found.add_index(store, &blobs)?;
    }
    let trees: BTreeSet<Id> = of(ObjectKind::Tree).collect();
    if !trees.is_empty() {
        found.add_trees(store, &trees)?;
    }
    let refs = Refs { store, reachable: reachable(store, of(ObjectKind::Commit).next().is_some())? };
    let mut traces = Vec::new();
    for (id, kind) in objects {
        match kind {
            ObjectKind::Blob | ObjectKind::Tree => traces.extend(found.traces(*id, *kind, &refs)?),
            ObjectKind::Commit => traces.push(refs.commit(*id)?),
            ObjectKind::Tag => traces.push(refs.tag(*id)?),
        }
    }
    Ok(traces)
}

/// The commits that something reaches, if any commit is asked about.
fn reachable(store: &Store, wanted: bool) -> Result<BTreeSet<Id>> {
    if !wanted {
        return Ok(BTreeSet::new());
    }
    let listed = store.run(&["rev-list", "--all", "--reflog"])?;
    Ok(listed.split(|b| *b == b'\n').filter_map(Id::from_hex).collect())
}

/// Objects by the paths they stand at.
#[derive(Default)]
struct Places {
    /// By object and path, the commits that bring it in.
    committed: BTreeMap<(Id, Vec<u8>), Vec<Id>>,
    staged: BTreeMap<Id, Vec<u8>>,
}

impl Places {
    /// Asks the log: stashes and merges are compared with every parent, or what they bring in is not shown.
    fn add_log(&mut self, store: &Store, blobs: &BTreeSet<Id>) -> Result<()> {
        let options = ["-c", "log.showRoot=true", "log", "--all", "--reflog", "-m", "-r", "--raw", "-z", "--no-abbrev"];
        let format = ["--no-renames", "--format=tformat:%x01%H", "--no-show-signature"];
        let wanted: Vec<String> = blobs.iter().map(|id| format!("--find-object={id}")).collect();
        let mut args: Vec<&str> = options.into_iter().chain(format).collect();
        args.extend(wanted.iter().map(String::as_str));
        let listed = store.run(&args)?;
        let mut commit = None;
        let mut fields = listed.split(|b| *b == 0).peekable();
        while let Some(field) = fields.next() {
            let field = field.trim_ascii_start();
            if let Some(id) = field.strip_prefix(b"\x01") {
                commit = Id::from_hex(id.trim_ascii_end());
            } else if let Some(meta) = field.strip_prefix(b":") {
                let new = meta.split(|b| *b == b' ').nth(3).and_then(Id::from_hex);
                let path = fields.next().unwrap_or_default().to_vec();
                if let (Some(commit), Some(new)) = (commit, new.filter(|new| blobs.contains(new))) {
                    let commits = self.committed.entry((new, path)).or_default();
                    if commits.last() != Some(&commit) {
                        commits.push(commit);
                    }
                }
            }
        }
        Ok(())
    }

    fn add_index(&mut self, store: &Store, blobs: &BTreeSet<Id>) -> Result<()> {
        for entry in store.run(&["ls-files", "--stage", "-z"])?.split(|b| *b == 0) {
            let Some((meta, path)) = split_once(entry, b'\t') else { continue };
            let id = meta.split(|b| *b == b' ').nth(1).and_then(Id::from_hex);
            if let Some(id) = id.filter(|id| blobs.contains(id)) {
                self.staged.insert(id, path.to_vec());
            }
        }
        Ok(())
    }

    /// A tree holds names: one commit that reaches it is enough to say where it is.
    fn add_trees(&mut self, store: &Store, trees: &BTreeSet<Id>) -> Result<()> {
        for line in store.run(&["rev-list", "--all", "--reflog", "--objects"])?.split(|b| *b == b'\n') {
            let (id, path) = split_once(line, b' ').unwrap_or((line, b""));
            if let Some(id) = Id::from_hex(id).filter(|id| trees.contains(id)) {
                self.committed.entry((id, path.to_vec())).or_default();
            }
        }
        Ok(())
    }

    fn traces(&self, id: Id, kind: ObjectKind, refs: &Refs) -> Result<Vec<Trace>> {
        let mut traces = Vec::new();
        for ((_, path), commits) in self.committed.range((id, Vec::new())..).take_while(|((of, _), _)| *of == id) {
            let refs = refs.containing(commits)?;
            let held = if refs.is_empty() && !commits.is_empty() { Held::Reflog } else { Held::Refs };
            traces.push(Trace { id, kind, path: Some(path.clone()), commits: commits.clone(), refs, held });
        }
        if traces.is_empty() {
            let path = self.staged.get(&id).cloned();
            let held = if path.is_some() { Held::Index } else { Held::Nothing };
            traces.push(Trace { id, kind, path, commits: Vec::new(), refs: Vec::new(), held });
        }
        Ok(traces)
    }
}

struct Refs<'s> {
    store: &'s Store,
    reachable: BTreeSet<Id>,
}

impl Refs<'_> {
    /// The refs from which any of `commits` is reached.
    fn containing(&self, commits: &[Id]) -> Result<Vec<Vec<u8>>> {
        if commits.is_empty() {
            return Ok(Vec::new());
        }
        let contains: Vec<String> = commits.iter().take(MOST_COMMITS).map(|id| format!("--contains={id}")).collect();
        let mut args = vec!["for-each-ref", "--format=%(refname)"];
        args.extend(contains.iter().map(String::as_str));
        let listed = self.store.run(&args)?;
        Ok(listed.split(|b| *b == b'\n').filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect())
    }

    /// A commit whose message or author holds the text.
    fn commit(&self, id: Id) -> Result<Trace> {
        let refs = self.containing(&[id])?;
        let held = match () {
            () if !refs.is_empty() => Held::Refs,
            () if self.reachable.contains(&id) => Held::Reflog,
            () => Held::Nothing,
        };
        Ok(Trace { id, kind: ObjectKind::Commit, path: None, commits: vec![id], refs, held })
    }

    fn tag(&self, id: Id) -> Result<Trace> {
        let listed = self.store.run(&["for-each-ref", "--format=%(objectname) %(refname)"])?;
        let lines = listed.split(|b| *b == b'\n').filter_map(|line| split_once(line, b' '));
        let refs: Vec<Vec<u8>> =
            lines.filter(|(object, _)| Id::from_hex(object) == Some(id)).map(|(_, name)| name.to_vec()).collect();
        let held = if refs.is_empty() { Held::Nothing } else { Held::Refs };
        Ok(Trace { id, kind: ObjectKind::Tag, path: None, commits: Vec::new(), refs, held })
    }
}

fn split_once(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(at, text)?;
    Some((&text[..at], &text[at + 1..]))
}
