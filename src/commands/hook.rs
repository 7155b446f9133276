//! `keystop hook NAME`: what git calls.

use std::ffi::OsString;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::session::Session;
use crate::advice::{self, Stage};
use crate::cli::{Format, HookArgs};
use crate::config::Config;
use crate::exit::Exit;
use crate::git::hooks::Hook;
use crate::git::{self, Commit, Coverage, Id, Known, Merge, Ownership, Repository, Update};
use crate::report;

pub fn run(args: &HookArgs) -> Result<Exit> {
    // On a server it is not for the one who pushes to say what is skipped.
    if let Some(reason) = skipped().filter(|_| !args.hook.is_server()) {
        report::note(&format!("skipped: {reason}"));
        return Ok(Exit::Clean);
    }
    match args.hook {
        Hook::PreCommit | Hook::PreMergeCommit => {
            let [] = given(args)?;
            let merge = if args.hook == Hook::PreCommit { Merge::Concluded } else { Merge::Made };
            staged(Ownership::JudgedByGit, merge, Format::Human)
        }
        Hook::CommitMsg => {
            let [file] = given(args)?;
            message(Path::new(&file))
        }
        Hook::PrePush => {
            let [remote, address] = given(args)?;
            push(&remote.to_string_lossy(), &address.to_string_lossy())
        }
        Hook::PreReceive => {
            let [] = given(args)?;
            receive(&lines()?.iter().map(|line| Update::from_pre_receive(line)).collect::<Result<Vec<_>>>()?)
        }
        Hook::Update => {
            let [name, old, new] = given(args)?.map(|word| word.to_string_lossy().into_owned());
            receive(&[Update::new(&old, &new, &name)?])
        }
    }
}

/// The arguments, if git would hand over as many.
fn given<const COUNT: usize>(args: &HookArgs) -> Result<[OsString; COUNT]> {
    let name = args.hook.name();
    let count = args.args.len();
    args.args.clone().try_into().or_else(|_| bail!("git hands {COUNT} arguments to {name}, and here are {count}"))
}

/// What git writes to the hook.
fn lines() -> Result<Vec<String>> {
    let mut text = Vec::new();
    std::io::stdin().read_to_end(&mut text).context("cannot read what git hands over")?;
    Ok(String::from_utf8_lossy(&text).lines().map(str::to_owned).collect())
}

/// The configuration where git starts hooks: the top of the work tree, or a bare repository on a server.
fn config() -> Result<Config> {
    Config::find(Path::new(".").canonicalize()?.as_path())
}

/// Scans what is staged.
pub fn staged(ownership: Ownership, merge: Merge, format: Format) -> Result<Exit> {
    let repository = Repository::open(ownership)
        .map_err(|error| report::hint(&error, "run it inside a repository; files outside of one: keystop scan PATH"))?;
    let config = config()?;
    let mut session = Session::new(&config);
    let coverage = git::staged(&repository, merge, &mut |hunk| {
        session.take(&hunk);
        Ok(())
    })
    .map_err(|error| report::hint(&error, "git fsck tells what is broken"))?;
    session.finish(Stage::Staged, format, coverage)
}

/// Scans the message of the commit that is being made.
fn message(file: &Path) -> Result<Exit> {
    let config = config()?;
    let mut session = Session::new(&config);
    session.take(&git::message(file)?);
    session.finish(Stage::Message, Format::Human, Coverage { files: 1, ..Coverage::default() })
}

/// Scans what is about to be sent.
fn push(remote: &str, address: &str) -> Result<Exit> {
    let updates = lines()?.iter().map(|line| Update::from_pre_push(line)).collect::<Result<Vec<_>>>()?;
    let known = if remote == address { Known::AnyRemote } else { Known::Remote(remote.to_owned()) };
    pushed(Stage::Pushing, &updates, &known)
}

/// Scans what was sent here.
fn receive(updates: &[Update]) -> Result<Exit> {
    pushed(Stage::Receiving, updates, &Known::Here)
}

fn pushed(stage: Stage, updates: &[Update], known: &Known) -> Result<Exit> {
    if updates.iter().all(|update| update.new.is_none()) {
        return Ok(Exit::Clean);
    }
    let repository = Repository::open(Ownership::JudgedByGit)?;
    let config = config()?;
    let mut session = Session::new(&config);
    let (coverage, commits) = git::pushed(&repository, updates, known, &mut |hunk| {
        session.take(&hunk);
        Ok(())
    })
    .map_err(|error| report::hint(&error, "git fsck tells what is broken"))?;
    if session.has_findings() {
        let tip =
            if stage == Stage::Receiving { updates.iter().find_map(|update| update.new) } else { Repository::head()? };
        session.found_in(|id| described(&commits, tip, id));
    }
    session.finish(stage, Format::Human, coverage)
}

/// A commit as a person knows it.
pub fn described(commits: &[Commit], tip: Option<Id>, id: &str) -> Option<advice::Commit> {
    let commit = commits.iter().find(|commit| commit.id.to_string() == id)?;
    Some(advice::Commit {
        id: id[..10].to_owned(),
        author: commit.author.clone(),
        date: commit.date(),
        is_head: tip == Some(commit.id),
        is_root: commit.parents.is_empty(),
        has_merges: commits.iter().any(|commit| commit.parents.len() > 1),
    })
}

/// Why this run is to be skipped, if somebody said so: `KEYSTOP_SKIP=reason`, or `SKIP=keystop` as pre-commit has it.
fn skipped() -> Option<String> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let listed = || set("SKIP").filter(|hooks| hooks.split(',').any(|hook| hook.trim() == "keystop"));
    set("KEYSTOP_SKIP").or_else(|| listed().map(|_| "SKIP names keystop".to_owned()))
}
