//! The circumstances of one key: how far it has got, and since when it could be read.

use std::collections::BTreeSet;

use anyhow::Result;

use super::{find, search};
use crate::advice::{Commit, Exposure, Moment, Reach};
use crate::config::Config;
use crate::finding::Finding;
use crate::git::{self, Held, Id, ObjectKind, Ownership, Repository, Store, Trace};
use crate::hunk::Origin;
use crate::remedy::forms::Forms;

/// Digits of a commit's id that are shown.
const SHOWN: usize = 12;

/// A key of this repository.
pub struct Circumstances {
    /// The finding that was named.
    pub finding: Finding,
    pub exposure: Exposure,
}

/// Finds the key that a word names, and every object that holds it.
///
/// # Errors
/// What [`find::find`] says, or the repository could not be read.
pub fn of(config: &Config, word: &str) -> Result<Circumstances> {
    let mut places = find::find(config, word)?;
    let finding = places.swap_remove(0);
    let mut exposure = Exposure {
        fingerprint: finding.fingerprint.as_str().to_owned(),
        path: finding.path.clone(),
        line: finding.start.line,
        reach: if finding.origin == Origin::Staged { Reach::Staged } else { Reach::File },
        assigned: finding.assigned.clone(),
        first_commit: None,
        first_push: None,
        commits: Vec::new(),
        hosts: Vec::new(),
    };
    if Repository::open(Ownership::Checked).is_ok() {
        locate(&finding, &mut exposure)?;
    }
    Ok(Circumstances { finding, exposure })
}

/// Asks the repository's objects and reflogs.
fn locate(finding: &Finding, exposure: &mut Exposure) -> Result<()> {
    let traces = match Forms::of(&finding.secret, &finding.preview) {
        Some(forms) => search::objects(&Store::Here, &forms)?.1.into_iter().map(|held| held.trace).collect(),
        None => Vec::new(),
    };
    let mut ids: BTreeSet<Id> = traces.iter().flat_map(|trace| &trace.commits).copied().collect();
    if let Origin::Commit(id) | Origin::Message(id) = &finding.origin {
        ids.extend(Id::from_hex(id.as_bytes()));
    }
    let commits = git::logged(&ids)?;
    let short = |id: Id| id.to_string()[..SHOWN].to_owned();
    exposure.first_commit = commits
        .first()
        .map(|first| Moment { when: first.date(), what: format!("commit {} of {}", short(first.id), first.author) });
    exposure.first_push = git::first_push(&commits)?.map(|push| Moment {
        when: push.date(),
        what: match push.from_here {
            true => format!("pushed from here to {}", push.name),
            false => format!("seen on {} when it was fetched", push.name),
        },
    });
    exposure.hosts = git::hosts()?;
    let head = Repository::head()?;
    let reach = reach(&traces, head, exposure.first_push.is_some());
    exposure.reach = exposure.reach.max(reach);
    let holders = commits.iter().filter(|commit| holds(&traces, commit.id));
    exposure.commits = holders
        .rev()
        .enumerate()
        .map(|(age, commit)| Commit {
            id: short(commit.id),
            author: commit.author.clone(),
            date: commit.date(),
            is_head: Some(commit.id) == head,
            is_root: commit.is_root,
            age,
            // A rebase that keeps merges does no harm where there is none.
            has_merges: true,
        })
        .collect();
    Ok(())
}

/// Whether a ref other than the stash still leads to what this commit brought in.
fn holds(traces: &[Trace], commit: Id) -> bool {
    traces.iter().any(|trace| trace.commits.contains(&commit) && trace.refs.iter().any(|name| !is_stash(name)))
}

fn is_stash(name: &[u8]) -> bool {
    name == b"refs/stash"
}

fn reach(traces: &[Trace], head: Option<Id>, pushed: bool) -> Reach {
    let remote = |name: &Vec<u8>| name.starts_with(b"refs/remotes/");
    if pushed || traces.iter().any(|trace| trace.refs.iter().any(remote)) {
        return Reach::Pushed;
    }
    let each = traces.iter().map(|trace| match (trace.kind, trace.held) {
        (_, Held::Index) => Reach::Staged,
        (_, Held::Nothing | Held::Reflog) => Reach::Loose,
        (_, Held::Refs) if trace.refs.iter().all(|name| is_stash(name)) && !trace.refs.is_empty() => Reach::Stash,
        (ObjectKind::Commit | ObjectKind::Tag, Held::Refs) => Reach::Message,
        (_, Held::Refs) => Reach::Last,
    });
    let furthest = each.max().unwrap_or(Reach::File);
    if furthest != Reach::Last {
        return furthest;
    }
    let kept = traces.iter().filter(|trace| trace.held == Held::Refs && !trace.refs.iter().all(|name| is_stash(name)));
    let holders: BTreeSet<Id> = kept.flat_map(|trace| &trace.commits).copied().collect();
    match holders.len() {
        2.. => Reach::Several,
        _ if holders.first().copied() == head => Reach::Last,
        _ => Reach::Older,
    }
}
