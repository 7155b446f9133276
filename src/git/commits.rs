//! Commits as git lists them, and what each of them adds.

use anyhow::{Context, Result};

use super::additions::{self, Seen};
use super::changes::Change;
use super::commit::{self, Commit};
use super::objects::Objects;
use super::{Coverage, Id, Unscanned, process, rename, tree};
use crate::hunk::{Hunk, MESSAGE, Origin};

/// A commit and its parents, which stop where a shallow clone does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub id: Id,
    pub parents: Vec<Id>,
}

/// The commits that `git rev-list` answers with, the oldest first. Git has the commit graph, knows every form of a
/// revision and the shallow boundary, and sees what is in quarantine.
///
/// # Errors
/// Git could not be run, or does not know a revision.
pub fn list(options: &[&str], revisions: &[u8]) -> Result<Vec<Listed>> {
    let listed =
        process::run_with(&[&["rev-list", "--topo-order", "--reverse", "--parents"], options].concat(), revisions)?;
    let lines = listed.split(|b| *b == b'\n').filter(|line| !line.is_empty());
    let commits = lines.map(|line| {
        let mut ids = line.split(|b| *b == b' ').map(Id::from_hex);
        Some(Listed { id: ids.next()??, parents: ids.collect::<Option<_>>()? })
    });
    commits.collect::<Option<_>>().context("git rev-list answered in an unknown form")
}

/// Hands over what a commit adds to every parent, and its message.
///
/// # Errors
/// The commit is missing, or `act` failed. A file that cannot be read is told in the coverage.
pub fn read(
    objects: &Objects,
    listed: Listed,
    seen: &mut Seen,
    coverage: &mut Coverage,
    act: &mut dyn FnMut(Hunk) -> Result<()>,
) -> Result<Commit> {
    let mut commit = commit::read(objects, listed.id, listed.parents)?;
    let lists = changes(objects, &commit, coverage)?;
    additions::read(objects, &Origin::Commit(commit.id.to_string()), &lists, seen, coverage, act)?;
    // Messages are not kept: there may be a million of them.
    let message = std::mem::take(&mut commit.message);
    act(Hunk::whole(MESSAGE.to_vec(), Origin::Message(commit.id.to_string()), message))?;
    Ok(commit)
}

/// The changes from each parent; a root commit adds everything.
fn changes(objects: &Objects, commit: &Commit, coverage: &mut Coverage) -> Result<Vec<Vec<Change>>> {
    let olds = parent_trees(objects, commit)?;
    let compare = |old| tree::compare(objects, old, Some(commit.tree)).map(|list| rename::detect(objects, list));
    olds.into_iter().map(compare).collect::<Result<_>>().or_else(|error| {
        coverage
            .unscanned
            .push(Unscanned { path: format!("commit {}", commit.id).into_bytes(), reason: format!("{error:#}") });
        Ok(Vec::new())
    })
}

/// The trees that a commit is compared with: its parents', or nothing.
fn parent_trees(objects: &Objects, commit: &Commit) -> Result<Vec<Option<Id>>> {
    let mut olds = Vec::new();
    for parent in &commit.parents {
        match objects.read(parent)? {
            Some(_) => olds.push(Some(commit::read(objects, *parent, Vec::new())?.tree)),
            // What is not here cannot be subtracted: more is read, never less.
            None => olds.push(None),
        }
    }
    if olds.is_empty() {
        olds.push(None);
    }
    Ok(olds)
}
