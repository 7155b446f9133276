//! A FINDING of the command line, a fingerprint or `path:line`, found again by scanning: nothing is stored.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

use super::{hook, session};
use crate::config::Config;
use crate::files::{self, Archives, Ignored};
use crate::finding::{Finding, Fingerprint};
use crate::git::{self, Id, ObjectKind, Ownership, Repository, Store};
use crate::hunk::{Hunk, Origin};
use crate::remedy::language::{Kind, Language};
use crate::report;
use crate::scan::Scanner;
use crate::text;
use crate::workers::Workers;

/// Objects above this hold recordings and builds; a key in them is found by its value: `keystop verify --stdin`.
const LARGEST: u64 = 16 * 1024 * 1024;

/// What a person named.
enum Word {
    Fingerprint(String),
    Place { path: PathBuf, line: u32, column: Option<u32> },
}

impl Word {
    fn parse(word: &str) -> Option<Self> {
        if is_fingerprint(word) {
            return Some(Self::Fingerprint(word.to_owned()));
        }
        let (before, last) = word.rsplit_once(':')?;
        let last = last.parse().ok()?;
        let place = |path: &str, line, column| Some(Self::Place { path: PathBuf::from(path), line, column });
        match before.rsplit_once(':').map(|(path, line)| (path, line.parse())) {
            Some((path, Ok(line))) => place(path, line, Some(last)),
            _ => place(before, last, None),
        }
    }
}

/// Whether a word has the form of a fingerprint.
pub fn is_fingerprint(word: &str) -> bool {
    word.len() == 16 && word.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'))
}

/// The places of one secret, never none: every one that the index and the work tree have, else those of the history.
///
/// # Errors
/// The word names nothing, or more than one secret, or something could not be read.
pub fn find(config: &Config, word: &str) -> Result<Vec<Finding>> {
    let places = search(config, word)?;
    if places.is_empty() {
        let error = anyhow!("nothing here is `{word}`: no such key in the index, the work tree or any object");
        return Err(report::hint(&error, "keystop scan . lists what is there; a key can also be named path:line"));
    }
    Ok(places)
}

/// The same, where finding nothing is an answer.
///
/// # Errors
/// The word has neither form, names more than one secret, or something could not be read.
pub fn search(config: &Config, word: &str) -> Result<Vec<Finding>> {
    let parsed = Word::parse(word).ok_or_else(|| {
        let error = anyhow!("`{word}` is neither a fingerprint nor path:line");
        report::hint(&error, "a fingerprint is 16 hex digits: keystop scan --format json shows it")
    })?;
    let scanner = session::scanner(config);
    match parsed {
        Word::Fingerprint(print) => by_fingerprint(&scanner, &print),
        Word::Place { path, line, column } => by_place(&scanner, &path, line, column),
    }
}

fn by_fingerprint(scanner: &Scanner, print: &str) -> Result<Vec<Finding>> {
    let mut places = Vec::new();
    let mut take = |hunk: &Hunk| {
        places.extend(scanner.scan(hunk).into_iter().filter(|found| found.fingerprint.as_str() == print));
    };
    let Ok(repository) = Repository::open(Ownership::Checked) else {
        let workers = Workers::new(None);
        let listing = files::list(&[PathBuf::from(".")], Ignored::Read, workers.jobs)?;
        let (_, found) = files::read(listing, Archives::Opened, &workers, &|hunk| scanner.scan(&hunk))?;
        return Ok(found.into_iter().filter(|found| found.fingerprint.as_str() == print).collect());
    };
    git::staged(&repository, git::Merge::Concluded, &mut |hunk| {
        take(&hunk);
        Ok(())
    })?;
    if let Some(top) = Repository::work_tree() {
        work_tree(&top, &["--cached", "--others", "--exclude-standard"], |_| true, &mut take)?;
        let holds_keys = |path: &[u8]| matches!(Language::of(path).kind, Kind::Dotenv | Kind::Keyfile);
        work_tree(&top, &["--others", "--ignored", "--exclude-standard"], holds_keys, &mut take)?;
    }
    if places.is_empty() {
        places = in_objects(scanner, print)?;
    }
    if places.is_empty() {
        places = in_no_object(scanner, &repository, print)?;
    }
    Ok(places)
}

/// Where git has nothing: the message of a commit that was stopped, and files that are ignored.
fn in_no_object(scanner: &Scanner, repository: &Repository, print: &str) -> Result<Vec<Finding>> {
    let mut places = Vec::new();
    let mut take = |hunk: &Hunk| {
        places.extend(scanner.scan(hunk).into_iter().filter(|found| found.fingerprint.as_str() == print));
    };
    let message = repository.git_dir().join("COMMIT_EDITMSG");
    if message.exists() {
        take(&git::message(&message)?);
    }
    if let Some(top) = Repository::work_tree() {
        work_tree(&top, &["--others", "--ignored", "--exclude-standard"], |_| true, &mut take)?;
    }
    Ok(places)
}

/// Scans the files of the work tree that `git ls-files` lists.
fn work_tree(top: &Path, which: &[&str], wanted: impl Fn(&[u8]) -> bool, take: &mut impl FnMut(&Hunk)) -> Result<()> {
    for path in git::listed(top, which)? {
        let file = top.join(files::path(&path));
        // Listed and not there, a submodule, a link: nothing to scan.
        let is_file = std::fs::symlink_metadata(&file).is_ok_and(|meta| meta.is_file());
        if is_file && wanted(&path) {
            let content = std::fs::read(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
            take(&Hunk::whole(path, Origin::File, text::decode(&content).into_owned()));
        }
    }
    Ok(())
}

/// Scans the files that git tracks here, as they lie in the work tree.
///
/// # Errors
/// There is no work tree, git could not be run, or a file could not be read.
pub fn each_tracked(take: &mut impl FnMut(&Hunk)) -> Result<()> {
    hook::open(Ownership::Checked)?;
    let top = Repository::work_tree().context("this repository has no work tree")?;
    work_tree(&top, &["--cached"], |_| true, take)
}

/// Scans every object, reachable or not; a blob is given the path it has somewhere.
fn in_objects(scanner: &Scanner, print: &str) -> Result<Vec<Finding>> {
    let paths = paths_of_objects()?;
    let mut places = Vec::new();
    Store::Here.each_object(&mut |object| {
        if object.kind == ObjectKind::Tree || object.size > LARGEST {
            return Ok(());
        }
        let mut content = Vec::new();
        object.content.read_to_end(&mut content)?;
        let path = paths.get(&object.id).cloned().unwrap_or_default();
        let origin =
            if object.kind == ObjectKind::Blob { Origin::File } else { Origin::Message(object.id.to_string()) };
        let found = scanner.scan(&Hunk::whole(path, origin, text::decode(&content).into_owned())).into_iter();
        let found = found.filter(|found| found.fingerprint.as_str() == print);
        places.extend(found.map(|found| (object.id, object.kind, found)));
        Ok(())
    })?;
    let blobs: BTreeSet<Id> =
        places.iter().filter(|(_, kind, _)| *kind == ObjectKind::Blob).map(|(id, ..)| *id).collect();
    let blobs: Vec<(Id, ObjectKind)> = blobs.into_iter().map(|id| (id, ObjectKind::Blob)).collect();
    let mut commits = HashMap::new();
    for trace in git::trace(&Store::Here, &blobs)? {
        // The log is newest first: the last commit is the one that brought it in.
        commits.extend(trace.commits.last().map(|commit| (trace.id, commit.to_string())));
    }
    let placed = places.into_iter().map(|(id, _, mut found)| {
        if let Some(commit) = commits.get(&id) {
            found.origin = Origin::Commit(commit.clone());
        }
        found
    });
    Ok(placed.collect())
}

fn paths_of_objects() -> Result<HashMap<Id, Vec<u8>>> {
    let listed = Store::Here.run(&["rev-list", "--all", "--reflog", "--objects"])?;
    let mut paths = HashMap::new();
    for line in listed.split(|b| *b == b'\n') {
        if let Some(at) = memchr::memchr(b' ', line)
            && let Some(id) = Id::from_hex(&line[..at])
        {
            paths.insert(id, line[at + 1..].to_vec());
        }
    }
    Ok(paths)
}

/// The one secret that stands at a place: in the file, else in what is staged of it.
fn by_place(scanner: &Scanner, path: &Path, line: u32, column: Option<u32>) -> Result<Vec<Finding>> {
    let here = |found: &Finding| {
        found.start.line <= line
            && line <= found.end.line
            && column.is_none_or(|column| found.start.line < line || found.start.column <= column)
            && column.is_none_or(|column| line < found.end.line || column < found.end.column)
    };
    let (name, versions) = versions(path)?;
    for (origin, content) in versions {
        let hunk = Hunk::whole(name.clone(), origin, text::decode(&content).into_owned());
        let places: Vec<Finding> = scanner.scan(&hunk).into_iter().filter(here).collect();
        let prints: BTreeSet<&Fingerprint> = places.iter().map(|found| &found.fingerprint).collect();
        if prints.len() > 1 {
            let named: Vec<&str> = prints.iter().map(|print| print.as_str()).collect();
            let error = anyhow!("line {line} of `{}` holds {} keys", path.display(), named.len());
            return Err(report::hint(&error, format!("name one by its fingerprint: {}", named.join(", "))));
        }
        if !places.is_empty() {
            return Ok(places);
        }
    }
    Ok(Vec::new())
}

/// A file's path from the top, and its contents by where they are.
type Versions = (Vec<u8>, Vec<(Origin, Vec<u8>)>);

/// A file as the work tree and as the index have it.
fn versions(path: &Path) -> Result<Versions> {
    let top = Repository::open(Ownership::Checked).ok().and_then(|_| Repository::work_tree());
    let Some(top) = top else {
        let content = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        return Ok((files::bytes(path), vec![(Origin::File, content)]));
    };
    let here = std::env::current_dir()?.canonicalize()?;
    let inside = |folder: &Path| {
        let whole = folder.join(path);
        let name = whole.strip_prefix(&top).ok().map(files::bytes)?;
        let mut versions = Vec::new();
        versions.extend(std::fs::read(&whole).ok().map(|content| (Origin::File, content)));
        versions.extend(git::staged_content(&top, &files::path(&name)).map(|content| (Origin::Staged, content)));
        (!versions.is_empty()).then_some((name, versions))
    };
    inside(&here).or_else(|| inside(&top)).ok_or_else(|| anyhow!("there is no `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_a_line_and_may_have_a_column() {
        let parse = |word| match Word::parse(word) {
            Some(Word::Place { path, line, column }) => format!("{} {line} {column:?}", path.display()),
            Some(Word::Fingerprint(_)) => "fingerprint".into(),
            None => "none".into(),
        };
        assert_eq!(parse("0123456789abcdef"), "fingerprint");
        assert_eq!(parse("a/b.py:3"), "a/b.py 3 None");
        assert_eq!(parse("C:/b.py:3:14"), "C:/b.py 3 Some(14)");
        assert_eq!(parse("b.py"), "none");
    }
}
