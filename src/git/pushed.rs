//! What is pushed: every commit that is new to the other side, its message, and the messages of tags.

use std::sync::mpsc;

use anyhow::{Context, Result, bail};

use super::additions::{self, Seen};
use super::commit::{self, Commit};
use super::objects::Kind;
use super::repository::Repository;
use super::{Coverage, Id, Unscanned, process, rename, tree};
use crate::hunk::{Hunk, MESSAGE, Origin, TAG};
use crate::text;

/// One ref that is to change on the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// What it is to be; none for a deletion.
    pub new: Option<Id>,
    /// What it is there now; none for a new ref.
    pub old: Option<Id>,
    pub name: String,
}

impl Update {
    /// Of the ids as git hands them over.
    ///
    /// # Errors
    /// They are not ids.
    pub fn new(old: &str, new: &str, name: &str) -> Result<Self> {
        let id = |text: &str| Id::from_hex(text.as_bytes()).with_context(|| format!("`{text}` is not an object's id"));
        let some = |id: Id| (!id.is_zero()).then_some(id);
        Ok(Self { new: some(id(new)?), old: some(id(old)?), name: name.to_owned() })
    }

    /// Of a line of `pre-push`: `<local ref> <local id> <remote ref> <remote id>`.
    ///
    /// # Errors
    /// The line has another form.
    pub fn from_pre_push(line: &str) -> Result<Self> {
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            [_, new, name, old] => Self::new(old, new, name),
            _ => bail!("git hands pre-push lines of four words, and this is `{line}`"),
        }
    }

    /// Of a line of `pre-receive`: `<old id> <new id> <ref>`.
    ///
    /// # Errors
    /// The line has another form.
    pub fn from_pre_receive(line: &str) -> Result<Self> {
        match line.splitn(3, ' ').collect::<Vec<_>>().as_slice() {
            [old, new, name] => Self::new(old, new, name),
            _ => bail!("git hands pre-receive lines of three words, and this is `{line}`"),
        }
    }
}

/// What the other side has already, as far as it is known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// The branches last seen on this remote.
    Remote(String),
    /// The branches last seen on any remote: the push names an address.
    AnyRemote,
    /// This is the other side.
    Here,
}

impl Known {
    fn option(&self) -> String {
        match self {
            Self::Remote(name) => format!("--remotes={name}"),
            Self::AnyRemote => "--remotes".to_owned(),
            Self::Here => "--all".to_owned(),
        }
    }
}

/// Hands over what `updates` bring that is not known, and returns the new commits, the newest first.
///
/// # Errors
/// The commits cannot be listed, a tree is missing, or `act` failed. A single file that cannot be read is told in the
/// coverage.
pub fn pushed(
    repository: &Repository,
    updates: &[Update],
    known: &Known,
    act: &mut dyn FnMut(Hunk) -> Result<()>,
) -> Result<(Coverage, Vec<Commit>)> {
    let mut coverage = Coverage::default();
    let mut tips = Vec::new();
    for update in updates {
        tips.extend(update.new.map(|new| peel(repository, new, update, &mut coverage, act)).transpose()?.flatten());
    }
    let listed = list(&tips, updates, known)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = (listed.len() / WORTH_SHARING).clamp(1, cores);
    let (read, commits) = match workers {
        1 => walk(repository, &listed, act)?,
        _ => share(repository, &listed, workers, act)?,
    };
    coverage.files += read.files;
    coverage.unscanned.extend(read.unscanned);
    Ok((coverage, commits))
}

/// Commits from which on another thread is worth its start.
const WORTH_SHARING: usize = 64;
/// Hunks that wait to be scanned, at most.
const WAITING: usize = 256;

type Listed = (Id, Vec<Id>);
type Read = (Coverage, Vec<Commit>);

/// Reads what the commits add and say.
fn walk(repository: &Repository, listed: &[Listed], act: &mut dyn FnMut(Hunk) -> Result<()>) -> Result<Read> {
    let mut coverage = Coverage::default();
    let mut seen = Seen::default();
    let mut commits = Vec::new();
    for (id, parents) in listed {
        let mut commit = commit::read(&repository.objects, *id, parents.clone())?;
        let origin = Origin::Commit(id.to_string());
        let lists = changes(repository, &commit, &mut coverage)?;
        additions::read(&repository.objects, &origin, &lists, &mut seen, &mut coverage, act)?;
        // Messages are not kept: there may be a million of them.
        let message = std::mem::take(&mut commit.message);
        act(Hunk::whole(MESSAGE.to_vec(), Origin::Message(id.to_string()), message))?;
        commits.push(commit);
    }
    Ok((coverage, commits))
}

/// The same in several threads, each with a stretch of the history, since most of the time goes into unpacking objects.
fn share(
    repository: &Repository,
    listed: &[Listed],
    workers: usize,
    act: &mut dyn FnMut(Hunk) -> Result<()>,
) -> Result<Read> {
    let (git_dir, common_dir) = (repository.git_dir(), repository.common_dir());
    let (send, receive) = mpsc::sync_channel(WAITING);
    std::thread::scope(|scope| {
        let stretches = listed.chunks(listed.len().div_ceil(workers)).map(|stretch| {
            let send = send.clone();
            let mut hand_over = move |hunk| send.send(hunk).context("the scan has stopped");
            scope.spawn(move || {
                let repository = Repository::again(git_dir.to_owned(), common_dir.to_owned());
                walk(&repository, stretch, &mut hand_over)
            })
        });
        let stretches: Vec<_> = stretches.collect();
        drop(send);
        // Where this fails the threads find nobody who takes their hunks, and stop.
        receive.into_iter().try_for_each(act)?;
        let mut whole = Read::default();
        for stretch in stretches {
            let (coverage, commits) = stretch.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            whole.0.files += coverage.files;
            whole.0.unscanned.extend(coverage.unscanned);
            whole.1.extend(commits);
        }
        Ok(whole)
    })
}

/// The changes from each parent; a root commit adds everything.
fn changes(
    repository: &Repository,
    commit: &Commit,
    coverage: &mut Coverage,
) -> Result<Vec<Vec<super::changes::Change>>> {
    let objects = &repository.objects;
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
    let compare = |old| tree::compare(objects, old, Some(commit.tree)).map(|list| rename::detect(objects, list));
    olds.into_iter().map(compare).collect::<Result<_>>().or_else(|error| {
        coverage
            .unscanned
            .push(Unscanned { path: format!("commit {}", commit.id).into_bytes(), reason: format!("{error:#}") });
        Ok(Vec::new())
    })
}

/// The commit that a ref leads to; a tag's message is handed over on the way, and so is a file that a tag names.
fn peel(
    repository: &Repository,
    id: Id,
    update: &Update,
    coverage: &mut Coverage,
    act: &mut dyn FnMut(Hunk) -> Result<()>,
) -> Result<Option<Id>> {
    let objects = &repository.objects;
    let mut id = id;
    loop {
        let Some((kind, content)) = objects.typed(&id)? else { bail!("object {id} is missing") };
        match kind {
            Kind::Commit => return Ok(Some(id)),
            Kind::Tag => {
                let (target, message) = commit::tag(&content).with_context(|| format!("tag {id} is broken"))?;
                act(Hunk::whole(TAG.to_vec(), Origin::Message(update.name.clone()), message))?;
                id = target;
            }
            Kind::Blob => {
                let name = update.name.clone().into_bytes();
                act(Hunk::whole(name, Origin::Commit(id.to_string()), text::decode(&content).into_owned()))?;
                return Ok(None);
            }
            Kind::Tree => {
                let lists = [tree::compare(objects, None, Some(id))?];
                let origin = Origin::Commit(id.to_string());
                additions::read(objects, &origin, &lists, &mut Seen::default(), coverage, act)?;
                return Ok(None);
            }
        }
    }
}

/// The commits to be scanned with their parents, the newest first. Git lists them: it has the commit graph, knows the
/// shallow boundary, and sees what is in quarantine.
fn list(tips: &[Id], updates: &[Update], known: &Known) -> Result<Vec<Listed>> {
    if tips.is_empty() {
        return Ok(Vec::new());
    }
    let mut revisions: String = tips.iter().map(|tip| format!("{tip}\n")).collect();
    // What the other side has and this one has not is no error: it hides nothing.
    revisions.extend(updates.iter().filter_map(|update| update.old).map(|old| format!("^{old}\n")));
    let option = known.option();
    let args = ["rev-list", "--topo-order", "--parents", "--ignore-missing", "--stdin", "--not", &option];
    let listed = process::run_with(&args, revisions.as_bytes()).context("cannot list what is pushed")?;
    let mut commits = Vec::new();
    for line in listed.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
        let ids: Option<Vec<Id>> = line.split(|b| *b == b' ').map(Id::from_hex).collect();
        let ids = ids.context("git rev-list answered in an unknown form")?;
        commits.push((ids[0], ids[1..].to_vec()));
    }
    Ok(commits)
}
