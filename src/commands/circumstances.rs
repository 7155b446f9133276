//! The circumstances of one key: how far it has got, and since when it could be read.

use std::collections::BTreeSet;

use anyhow::Result;

use super::{find, search};
use crate::advice::{Commit, Exposure, Moment, Reach};
use crate::config::Config;
use crate::files;
use crate::finding::Finding;
use crate::git::{self, FirstPush, Held, Id, Logged, ObjectKind, Ownership, Repository, Store, Trace};
use crate::hunk::Origin;
use crate::remedy::forms::Forms;

/// Digits of a commit's id that are shown.
const SHOWN: usize = 12;

/// A key of this repository.
pub struct Circumstances {
    /// Its places as the scanner sees them; the first one was named.
    pub places: Vec<Finding>,
    pub exposure: Exposure,
}

impl Circumstances {
    pub fn finding(&self) -> &Finding {
        &self.places[0]
    }
}

/// Finds the key that a word names, and every object that holds it.
///
/// # Errors
/// What [`find::find`] says, or the repository could not be read.
pub fn of(config: &Config, word: &str) -> Result<Circumstances> {
    let mut places = find::find(config, word)?;
    if !find::is_fingerprint(word) {
        // One place was named; the others count as well.
        let all = find::search(config, places[0].fingerprint.as_str())?;
        places = if all.is_empty() { places } else { all };
    }
    let seen = match Repository::open(Ownership::Checked) {
        Ok(_) => Seen::of(&places)?,
        Err(_) => Seen::default(),
    };
    let mut exposure = seen.exposure(&places);
    if exposure.reach == Reach::File && matches!(places[0].origin, Origin::Message(_)) {
        exposure.reach = Reach::Draft;
    }
    Ok(Circumstances { places, exposure })
}

/// What a repository says of one key.
#[derive(Default)]
struct Seen {
    traces: Vec<Trace>,
    /// The commits of all traces, the oldest first.
    commits: Vec<Logged>,
    /// The commits of each stash.
    stashes: Vec<Vec<Id>>,
    /// What must not be shown: names of files and refs can hold a key.
    forms: Option<Forms>,
    head: Option<Id>,
    push: Option<FirstPush>,
    hosts: Vec<String>,
}

impl Seen {
    /// Asks the repository's objects, refs and reflogs.
    fn of(places: &[Finding]) -> Result<Self> {
        let found = &places[0];
        let forms = Forms::of(&found.secret, &found.preview);
        let traces: Vec<Trace> = match &forms {
            Some(forms) => search::objects(&Store::Here, forms)?.1.into_iter().map(|held| held.trace).collect(),
            None => Vec::new(),
        };
        let ids: BTreeSet<Id> = traces.iter().flat_map(|trace| &trace.commits).copied().collect();
        let commits = git::logged(&ids)?;
        let push = git::first_push(&commits)?;
        let (stashes, head, hosts) = (git::stashes()?, Repository::head()?, git::hosts()?);
        Ok(Self { traces, commits, stashes, forms, head, push, hosts })
    }

    fn shown(&self, name: &[u8]) -> Vec<u8> {
        self.forms.as_ref().map_or_else(|| name.to_vec(), |forms| forms.hide(name))
    }

    fn exposure(&self, places: &[Finding]) -> Exposure {
        let found = &places[0];
        let files: BTreeSet<Vec<u8>> = places.iter().filter(is_here).map(|place| self.shown(&place.path)).collect();
        let first = self.commits.iter().filter(|commit| !self.is_stash(commit.id)).min_by_key(|commit| commit.time);
        let tags = self.tags();
        Exposure {
            fingerprint: found.fingerprint.as_str().to_owned(),
            path: self.shown(&found.path),
            line: found.start.line,
            reach: self.reach(&tags),
            assigned: found.assigned.clone(),
            first_commit: first.map(first_commit),
            first_push: self.push.as_ref().map(first_push),
            commits: self.holders(),
            files: files.into_iter().collect(),
            in_message: self.kept().any(|trace| trace.kind == ObjectKind::Commit),
            is_shared: self.local_refs().len() > 1,
            tags,
            stashes: self.stashed(),
            upstream: self.upstream(),
            hosts: self.hosts.clone(),
        }
    }

    fn is_stash(&self, commit: Id) -> bool {
        self.stashes.iter().any(|stash| stash.contains(&commit))
    }

    /// What a branch, a tag or a remote-tracking ref still leads to.
    fn kept(&self) -> impl Iterator<Item = &Trace> {
        let beside = |trace: &Trace| trace.commits.is_empty() || trace.commits.iter().any(|id| !self.is_stash(*id));
        self.traces.iter().filter(move |trace| trace.held == Held::Refs && beside(trace))
    }

    /// The commits to be changed, newest first.
    fn holders(&self) -> Vec<Commit> {
        let held: BTreeSet<Id> = self.kept().flat_map(|trace| &trace.commits).copied().collect();
        let holders = self.commits.iter().filter(|commit| held.contains(&commit.id) && !self.is_stash(commit.id));
        let commit = |(age, commit): (usize, &Logged)| Commit {
            id: short(commit.id),
            author: commit.author.clone(),
            date: commit.date(),
            is_head: Some(commit.id) == self.head,
            is_root: commit.is_root,
            age,
            // A rebase that keeps merges does no harm where there is none.
            has_merges: true,
        };
        holders.rev().enumerate().map(commit).collect()
    }

    /// Branches and tags of this clone that lead to it.
    fn local_refs(&self) -> BTreeSet<&[u8]> {
        let refs = self.kept().flat_map(|trace| &trace.refs).map(Vec::as_slice);
        refs.filter(|name| name.starts_with(b"refs/heads/") || name.starts_with(b"refs/tags/")).collect()
    }

    fn tags(&self) -> Vec<String> {
        let tags = self.kept().filter(|trace| trace.kind == ObjectKind::Tag).flat_map(|trace| &trace.refs);
        tags.filter_map(|name| name.strip_prefix(b"refs/tags/")).map(|name| lossy(self.shown(name))).collect()
    }

    /// Numbers of the stashes that hold it.
    fn stashed(&self) -> Vec<usize> {
        let holds = |stash: &[Id]| self.traces.iter().any(|trace| trace.commits.iter().any(|id| stash.contains(id)));
        self.stashes.iter().enumerate().filter(|(_, stash)| holds(stash)).map(|(number, _)| number).collect()
    }

    /// The remote-tracking ref that leads to it.
    fn upstream(&self) -> Option<String> {
        let pushed = self.push.as_ref().map(|push| push.name.clone());
        let leads = || self.kept().flat_map(|trace| &trace.refs).filter_map(|name| name.strip_prefix(b"refs/remotes/"));
        pushed.or_else(|| leads().find(|name| !name.ends_with(b"/HEAD")).map(lossy))
    }

    fn reach(&self, tags: &[String]) -> Reach {
        let holders = self.holders();
        let only_messages = self.kept().all(|trace| trace.kind != ObjectKind::Blob && trace.kind != ObjectKind::Tree);
        match holders.as_slice() {
            _ if self.upstream().is_some() => Reach::Pushed,
            [] if !tags.is_empty() => Reach::Message,
            [] if !self.stashed().is_empty() => Reach::Stash,
            [] if self.traces.iter().any(|trace| trace.held == Held::Index) => Reach::Staged,
            [] if self.traces.is_empty() => Reach::File,
            [] => Reach::Loose,
            [_] if only_messages => Reach::Message,
            [only] if only.is_head => Reach::Last,
            [_] => Reach::Older,
            _ => Reach::Several,
        }
    }
}

/// Whether it stands in the index or in a file of the work tree; what was found in objects only has a path too.
fn is_here(place: &&Finding) -> bool {
    let in_file = || {
        let top = Repository::work_tree().unwrap_or_default();
        !place.path.is_empty() && top.join(files::path(&place.path)).is_file()
    };
    place.origin == Origin::Staged || (place.origin == Origin::File && in_file())
}

fn first_commit(commit: &Logged) -> Moment {
    Moment { when: commit.date(), what: format!("commit {} of {}", short(commit.id), commit.author) }
}

fn first_push(push: &FirstPush) -> Moment {
    let what = match push.from_here {
        true => format!("pushed from here to {}", push.name),
        false => format!("seen on {} when it was fetched", push.name),
    };
    Moment { when: push.date(), what }
}

fn short(id: Id) -> String {
    id.to_string()[..SHOWN].to_owned()
}

fn lossy(name: impl AsRef<[u8]>) -> String {
    String::from_utf8_lossy(name.as_ref()).into_owned()
}
