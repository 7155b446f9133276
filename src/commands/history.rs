//! `keystop scan --history`: every text that ever was, and for each key the commits that brought it in and took it out.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;

use super::session::{Judged, Session};
use crate::finding::Fingerprint;
use crate::git::{Coverage, History, Id, Repository, Row, Text, Walked};

/// Scans everything that refs lead to.
///
/// # Errors
/// Git could not be run, or a commit is missing.
pub fn scan(session: &mut Session, repository: &Repository, jobs: usize) -> Result<Coverage> {
    let (history, messages) = History::read(repository, jobs, &|hunk| session.judge(&hunk))?;
    let texts = history.judge(jobs, &|hunk| session.fingerprints(&hunk))?;
    let held = texts.made.into_iter().map(|(text, prints)| (text, prints.into_iter().collect())).collect();
    let head = Repository::head()?;
    let mut made = messages.made;
    for life in lives(&history, &held, head) {
        made.extend(judged(session, repository, &history, &life)?);
    }
    let mut coverage = messages.coverage;
    coverage.add(texts.coverage);
    session.keep_walked(Walked { coverage, commits: history.commits, made }, || Ok(head))
}

/// A secret at a path: the text and the commit that brought it in, and the commit that took it out.
struct Life {
    text: Text,
    print: Fingerprint,
    brought: u32,
    removed: Option<u32>,
}

/// The secrets of each text that has any.
type Held = HashMap<Text, BTreeSet<Fingerprint>>;

/// What happened to a secret at a path.
enum Event {
    Brought(u32, Text),
    Removed(u32),
}

impl Event {
    fn commit(&self) -> u32 {
        match self {
            Self::Brought(commit, _) | Self::Removed(commit) => *commit,
        }
    }
}

/// One life for each secret and path; where HEAD knows of it, only what leads to HEAD is told.
fn lives(history: &History, held: &Held, head: Option<Id>) -> Vec<Life> {
    let known = leading_to(history, head);
    let mut lives = Vec::new();
    for ((_, print), events) in events(history, held) {
        let leads = |event: &&Event| known[event.commit() as usize];
        let is_known = events.iter().filter(leads).any(|event| matches!(event, Event::Brought(..)));
        let mut told = events.iter().filter(|event| !is_known || leads(event));
        // The oldest event brings it in, since nothing else can be taken out.
        let Some(Event::Brought(brought, text)) = told.next() else { continue };
        let removed = match told.next_back() {
            Some(Event::Removed(commit)) => Some(*commit),
            _ => None,
        };
        lives.push(Life { text: *text, print, brought: *brought, removed });
    }
    lives.sort_by(|a, b| {
        let path = |life: &Life| &history.paths[life.text.path as usize];
        (b.brought, path(a), &a.print).cmp(&(a.brought, path(b), &b.print))
    });
    lives
}

/// What happened to each secret at each path, the oldest first.
fn events(history: &History, held: &Held) -> BTreeMap<(u32, Fingerprint), Vec<Event>> {
    let nothing = BTreeSet::new();
    let of = |text: Option<Text>| text.and_then(|text| held.get(&text)).unwrap_or(&nothing);
    let mut events: BTreeMap<(u32, Fingerprint), Vec<Event>> = BTreeMap::new();
    let same_change = |a: &Row, b: &Row| (a.commit, a.path) == (b.commit, b.path);
    let changes: Vec<&[Row]> = history.rows.chunk_by(same_change).collect();
    for rows in changes.into_iter().rev() {
        let first = rows[0];
        let (new, old) = (of(first.new), of(first.old));
        for print in new.iter().filter(|print| rows.iter().all(|row| !of(row.old).contains(print))) {
            let brought = first.new.map(|text| Event::Brought(first.commit, text));
            events.entry((first.path, print.clone())).or_default().extend(brought);
        }
        let taken = |print: &&Fingerprint| !new.contains(print) && rows.iter().all(|row| of(row.old).contains(print));
        for print in old.iter().filter(taken) {
            events.entry((first.path, print.clone())).or_default().push(Event::Removed(first.commit));
        }
    }
    events
}

/// Which commits lead to HEAD.
fn leading_to(history: &History, head: Option<Id>) -> Vec<bool> {
    let numbers: HashMap<Id, usize> = history.commits.iter().enumerate().map(|(at, commit)| (commit.id, at)).collect();
    let mut known = vec![false; history.commits.len()];
    let mut next: Vec<usize> = head.and_then(|head| numbers.get(&head).copied()).into_iter().collect();
    while let Some(commit) = next.pop() {
        if !std::mem::replace(&mut known[commit], true) {
            next.extend(history.commits[commit].parents.iter().filter_map(|parent| numbers.get(parent)));
        }
    }
    known
}

/// The findings of a life, in the text that brought it in.
fn judged(session: &Session, repository: &Repository, history: &History, life: &Life) -> Result<Vec<Judged>> {
    let mut made = Vec::new();
    history.text(repository, life.text, life.brought, &mut |hunk| {
        let its = session.judge(&hunk).into_iter().filter(|(_, found)| found.fingerprint == life.print);
        made.extend(its);
        Ok(())
    })?;
    let removed = life.removed.map(|commit| history.commits[commit as usize].id.to_string());
    made.iter_mut().for_each(|(_, found)| found.removed_by.clone_from(&removed));
    Ok(made)
}
