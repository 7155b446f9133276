//! Commits as git lists them, and what each of them adds.

use anyhow::{Context, Result};

use super::changes::Change;
use super::commit::{self, Commit};
use super::objects::Objects;
use super::repository::Repository;
use super::{Coverage, Id, Unscanned, additions, process, rename, tree};
use crate::hunk::{Hunk, MESSAGE, Origin};
use crate::workers;

/// A commit and its parents, which stop where a shallow clone does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub id: Id,
    pub parents: Vec<Id>,
}

/// What was read, and what was made of it.
pub struct Walked<Made> {
    pub coverage: Coverage,
    /// The newest first, without their messages.
    pub commits: Vec<Commit>,
    pub made: Vec<Made>,
}

impl<Made> Default for Walked<Made> {
    fn default() -> Self {
        Self { coverage: Coverage::default(), commits: Vec::new(), made: Vec::new() }
    }
}

impl<Made> Walked<Made> {
    fn add(&mut self, other: Self) {
        self.coverage.add(other.coverage);
        self.commits.extend(other.commits);
        self.made.extend(other.made);
    }
}

/// The commits that `git rev-list` answers with, the newest first. Git has the commit graph, knows every form of a
/// revision and the shallow boundary, and sees what is in quarantine.
///
/// # Errors
/// Git could not be run, or does not know a revision.
pub fn list(options: &[&str], revisions: &[u8]) -> Result<Vec<Listed>> {
    let listed = process::run_with(&[&["rev-list", "--topo-order", "--parents"], options].concat(), revisions)?;
    let lines = listed.split(|b| *b == b'\n').filter(|line| !line.is_empty());
    let commits = lines.map(|line| {
        let mut ids = line.split(|b| *b == b' ').map(Id::from_hex);
        Some(Listed { id: ids.next()??, parents: ids.collect::<Option<_>>()? })
    });
    commits.collect::<Option<_>>().context("git rev-list answered in an unknown form")
}

/// Commits that one thread reads at a stretch: what one commit makes is what the next one changes.
const STRETCH: usize = 64;

/// Judges what the commits add and say, on up to `jobs` threads. Most of the time goes into unpacking objects, so each
/// thread has its own access to them; each commit is judged by itself, so that the answer is the same whatever `jobs`.
///
/// # Errors
/// A commit is missing, or `judge` failed. A file that cannot be read is told in the coverage.
pub fn walk<Made: Send>(
    repository: &Repository,
    listed: &[Listed],
    jobs: usize,
    judge: &(impl Fn(Hunk) -> Result<Vec<Made>> + Sync),
) -> Result<Walked<Made>> {
    let stretches: Vec<&[Listed]> = listed.chunks(STRETCH).collect();
    let mut whole = Walked::default();
    if jobs.min(stretches.len()) < 2 {
        for stretch in stretches {
            whole.add(read(&repository.objects, stretch, judge)?);
        }
        return Ok(whole);
    }
    let source = repository.source();
    let work = |objects: &mut Objects, item: usize| read(objects, stretches[item], judge);
    let walked = workers::map(jobs, stretches.len(), || Objects::of(&source), work)?;
    walked.into_iter().for_each(|walked| whole.add(walked));
    Ok(whole)
}

/// Reads what the commits add to every parent, and their messages.
fn read<Made>(
    objects: &Objects,
    listed: &[Listed],
    judge: &impl Fn(Hunk) -> Result<Vec<Made>>,
) -> Result<Walked<Made>> {
    let Walked { mut coverage, mut commits, mut made } = Walked::default();
    for Listed { id, parents } in listed {
        let mut commit = commit::read(objects, *id, parents.clone())?;
        let mut act = |hunk| {
            made.extend(judge(hunk)?);
            Ok(())
        };
        let lists = changes(objects, &commit, &mut coverage)?;
        additions::read(objects, &Origin::Commit(id.to_string()), &lists, &mut coverage, &mut act)?;
        // Messages are not kept: there may be a million of them.
        let message = std::mem::take(&mut commit.message);
        act(Hunk::whole(MESSAGE.to_vec(), Origin::Message(id.to_string()), message))?;
        commits.push(commit);
    }
    Ok(Walked { coverage, commits, made })
}

/// The changes from each parent; a root commit adds everything.
fn changes(objects: &Objects, commit: &Commit, coverage: &mut Coverage) -> Result<Vec<Vec<Change>>> {
    let compare = |old| tree::compare(objects, old, Some(commit.tree)).map(|list| rename::detect(objects, list));
    let lists: Result<_> = parent_trees(objects, commit)?.into_iter().map(compare).collect();
    lists.or_else(|error| {
        coverage.unscanned.push(unscanned(commit, &error));
        Ok(Vec::new())
    })
}

/// The trees that a commit is compared with: its parents', or nothing.
pub fn parent_trees(objects: &Objects, commit: &Commit) -> Result<Vec<Option<Id>>> {
    let mut olds = Vec::new();
    for parent in &commit.parents {
        match objects.recall(parent)? {
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

/// A commit whose trees cannot be read.
pub fn unscanned(commit: &Commit, error: &anyhow::Error) -> Unscanned {
    Unscanned { path: format!("commit {}", commit.id).into_bytes(), reason: format!("{error:#}") }
}
