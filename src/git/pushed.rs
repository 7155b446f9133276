//! What is pushed: every commit that is new to the other side, its message, and the messages of tags.

use anyhow::{Context, Result, bail};

use super::commits::{self, Listed, Walked};
use super::repository::Repository;
use super::{Coverage, Id, LocalClone, tips};
use crate::hunk::Hunk;
use crate::workers::Workers;

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
    /// What leads to these.
    Commits(Vec<Id>),
}

impl Known {
    /// As git takes them: options, and revisions on its standard input.
    fn revisions(&self) -> (Option<String>, &[Id]) {
        match self {
            Self::Remote(name) => (Some(format!("--remotes={name}")), &[]),
            Self::AnyRemote => (Some("--remotes".to_owned()), &[]),
            Self::Here => (Some("--all".to_owned()), &[]),
            Self::Commits(ids) => (None, ids),
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
    let listed = list(&tips, updates, known)?;
    let mut walked = commits::walk(repository, &listed, &Workers::new(None), judge)?;
    walked.coverage.add(coverage);
    walked.made.extend(made);
    Ok(walked)
}

/// The first commit that `update` brings whose parents a shallow clone has left behind: what lies beyond is not seen.
///
/// # Errors
/// The commits cannot be listed.
pub fn cut_off(update: &Update, known: &Known, clone: &LocalClone) -> Result<Option<Id>> {
    let tips: Vec<Id> = update.new.into_iter().collect();
    let listed = list(&tips, std::slice::from_ref(update), known)?;
    Ok(listed.into_iter().map(|commit| commit.id).find(|id| clone.boundary.contains(id)))
}

/// The commits to be scanned.
fn list(tips: &[Id], updates: &[Update], known: &Known) -> Result<Vec<Listed>> {
    if tips.is_empty() {
        return Ok(Vec::new());
    }
    let mut revisions: String = tips.iter().map(|tip| format!("{tip}\n")).collect();
    // What the other side has and this one has not is no error: it hides nothing.
    let (option, ids) = known.revisions();
    let old = updates.iter().filter_map(|update| update.old.as_ref());
    revisions.extend(old.chain(ids).map(|old| format!("^{old}\n")));
    let mut args = vec!["--ignore-missing", "--stdin"];
    args.extend(option.iter().flat_map(|option| ["--not", option]));
    commits::list(&args, revisions.as_bytes()).context("cannot list what is pushed")
}
