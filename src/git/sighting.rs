//! Since when a commit could be read: when it was made, and when a remote was first seen to have it.

use std::collections::BTreeSet;

use anyhow::Result;

use super::commit::utc;
use super::{Id, process};

/// A commit as the log tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    pub id: Id,
    pub author: String,
    /// Seconds since 1970: when it was committed here.
    pub time: i64,
    pub is_root: bool,
}

impl Logged {
    pub fn date(&self) -> String {
        utc(self.time)
    }
}

/// The first sign that a remote had a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstPush {
    /// The remote-tracking ref.
    pub name: String,
    pub time: i64,
    /// Sent from here; else somebody else had sent it, and it was seen at a fetch.
    pub from_here: bool,
}

impl FirstPush {
    pub fn date(&self) -> String {
        utc(self.time)
    }
}

/// Commits that are asked about at most: the earliest tell when it began.
const MOST_COMMITS: usize = 20;

/// Commits as the history has them, the first one first.
///
/// # Errors
/// Git could not be run, or does not have one of them.
pub fn logged(ids: &BTreeSet<Id>) -> Result<Vec<Logged>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let named: String = ids.iter().map(|id| format!("{id}\n")).collect();
    let args = ["log", "--no-walk=unsorted", "--stdin", "--no-show-signature", "--format=%H%x09%ct%x09%P%x09%an"];
    let listed = process::run_with(&args, named.as_bytes())?;
    let read = |line: &[u8]| {
        let line = String::from_utf8_lossy(line).into_owned();
        let mut fields = line.splitn(4, '\t');
        let (id, time, parents, author) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let id = Id::from_hex(id.as_bytes())?;
        Some(Logged { id, author: author.to_owned(), time: time.parse().ok()?, is_root: parents.is_empty() })
    };
    let mut commits: Vec<Logged> = listed.split(|b| *b == b'\n').filter_map(read).collect();
    let order = process::run_with(&["rev-list", "--topo-order", "--reverse", "--stdin"], named.as_bytes())?;
    let order: Vec<Id> = order.split(|b| *b == b'\n').filter_map(Id::from_hex).filter(|id| ids.contains(id)).collect();
    commits.sort_by_key(|commit| order.iter().position(|id| *id == commit.id));
    Ok(commits)
}

/// The commits of each stash, the newest one first: what was in the files, in the index, and not tracked.
///
/// # Errors
/// Git could not be run, or failed.
pub fn stashes() -> Result<Vec<Vec<Id>>> {
    if process::run(&["for-each-ref", "--format=%(refname)", "refs/stash"])?.is_empty() {
        return Ok(Vec::new());
    }
    let listed = process::run(&["log", "-g", "--no-show-signature", "--format=%H %P", "refs/stash", "--"])?;
    let ids = |line: &[u8]| {
        let all: Vec<Id> = line.split(|b| *b == b' ').filter_map(Id::from_hex).collect();
        // The first parent is where the work began.
        all.into_iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, id)| id).collect()
    };
    Ok(listed.split(|b| *b == b'\n').filter(|line| !line.is_empty()).map(ids).collect())
}

/// When a remote-tracking ref first held one of these commits, as its reflog remembers; the oldest first.
///
/// # Errors
/// Git could not be run, or failed.
pub fn first_push(commits: &[Logged]) -> Result<Option<FirstPush>> {
    let entries = entries()?;
    let tips: BTreeSet<Id> = entries.iter().map(|(tip, _)| *tip).collect();
    if tips.is_empty() {
        return Ok(None);
    }
    let mut first: Option<FirstPush> = None;
    for commit in commits.iter().take(MOST_COMMITS) {
        let mut input = format!("^{}\n", commit.id);
        tips.iter().for_each(|tip| input.push_str(&format!("{tip}\n")));
        let later =
            process::run_with(&["rev-list", "--ancestry-path", "--ignore-missing", "--stdin"], input.as_bytes())?;
        let mut holders: BTreeSet<Id> = later.split(|b| *b == b'\n').filter_map(Id::from_hex).collect();
        holders.insert(commit.id);
        let seen = entries.iter().filter(|(tip, _)| holders.contains(tip)).map(|(_, push)| push);
        first = first.iter().chain(seen).min_by_key(|push| push.time).cloned();
    }
    Ok(first)
}

/// Every move of every remote-tracking ref that its reflog remembers.
fn entries() -> Result<Vec<(Id, FirstPush)>> {
    let refs = process::run(&["for-each-ref", "--format=%(refname)", "refs/remotes"])?;
    let mut entries = Vec::new();
    for name in String::from_utf8_lossy(&refs).lines() {
        let args = ["log", "-g", "--date=unix", "--no-show-signature", "--format=%H%x09%gd%x09%gs", name, "--"];
        let listed = process::run(&args)?;
        entries.extend(String::from_utf8_lossy(&listed).lines().filter_map(|line| entry(name, line)));
    }
    Ok(entries)
}

/// `<id> TAB origin/main@{1767323045} TAB update by push`
fn entry(name: &str, line: &str) -> Option<(Id, FirstPush)> {
    let mut fields = line.splitn(3, '\t');
    let tip = Id::from_hex(fields.next()?.as_bytes())?;
    let time = fields.next()?.rsplit_once("@{")?.1.trim_end_matches('}').parse().ok()?;
    let name = name.strip_prefix("refs/remotes/").unwrap_or(name).to_owned();
    Some((tip, FirstPush { name, time, from_here: fields.next()?.starts_with("update by push") }))
}

/// The hosts of the remotes; never their addresses, which can hold a password.
///
/// # Errors
/// Git could not be run.
pub fn hosts() -> Result<Vec<String>> {
    let mut hosts = BTreeSet::new();
    for name in String::from_utf8_lossy(&process::run(&["remote"])?).lines() {
        let address = process::run(&["remote", "get-url", name])?;
        hosts.extend(host(String::from_utf8_lossy(&address).trim()));
    }
    Ok(hosts.into_iter().collect())
}

/// `https://user:password@host:port/path`, or `user@host:path`.
fn host(address: &str) -> Option<String> {
    let rest = match address.split_once("://") {
        Some(("file", _)) => return None,
        Some((_, rest)) => rest.split('/').next()?,
        None => address.split_once(':')?.0,
    };
    let host = rest.rsplit('@').next()?.split(':').next()?;
    (!host.is_empty() && !host.contains('/')).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_only_the_host_is_told() {
        for (address, told) in [
            ("https://ada:pass@github.com/a/b.git", Some("github.com")),
            ("git@gitlab.com:a/b.git", Some("gitlab.com")),
            ("ssh://git@git.example.org:2222/a", Some("git.example.org")),
            ("/srv/git/a.git", None),
            ("../a:b", None),
            ("file:///srv/a", None),
        ] {
            assert_eq!(host(address).as_deref(), told, "{address}");
        }
    }
}
