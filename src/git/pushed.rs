//! What is pushed: every commit that is new to the other side, its message, and the messages of tags.

use anyhow::{Context, Result, bail};

use super::commits::{self, Listed, Walked};
use super::repository::Repository;
use super::{Coverage, Id, tips};
use crate::hunk::Hunk;
use crate::workers;

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

/// Judges what `updates` bring that is not known.
///
/// # Errors
/// The commits cannot be listed, a commit is missing, or `judge` failed. A single file that cannot be read is told in
/// the coverage.
pub fn pushed<Made: Send>(
    repository: &Repository,
    updates: &[Update],
    known: &Known,
    judge: &(impl Fn(Hunk) -> Result<Vec<Made>> + Sync),
) -> Result<Walked<Made>> {
    let (mut coverage, mut made, mut tips) = (Coverage::default(), Vec::new(), Vec::new());
    for update in updates {
        let mut act = |hunk| {
            made.extend(judge(hunk)?);
            Ok(())
        };
        let peel = |new| tips::peel(&repository.objects, new, &update.name, &mut coverage, &mut act);
        tips.extend(update.new.map(peel).transpose()?.flatten());
    }
    let mut walked = commits::walk(repository, &list(&tips, updates, known)?, workers::jobs(None), judge)?;
    walked.coverage.add(coverage);
    walked.made.extend(made);
    Ok(walked)
}

/// The commits to be scanned.
fn list(tips: &[Id], updates: &[Update], known: &Known) -> Result<Vec<Listed>> {
    if tips.is_empty() {
        return Ok(Vec::new());
    }
    let mut revisions: String = tips.iter().map(|tip| format!("{tip}\n")).collect();
    // What the other side has and this one has not is no error: it hides nothing.
    revisions.extend(updates.iter().filter_map(|update| update.old).map(|old| format!("^{old}\n")));
    let args = ["--ignore-missing", "--stdin", "--not", &known.option()];
    commits::list(&args, revisions.as_bytes()).context("cannot list what is pushed")
}
