//! `keystop hook NAME`: what git calls.

use std::path::Path;

use anyhow::{Result, bail};

use super::session::Session;
use crate::advice::Stage;
use crate::cli::{Format, HookArgs, HookName};
use crate::config::Config;
use crate::exit::Exit;
use crate::git::{self, Ownership, Repository};
use crate::report;

pub fn run(args: &HookArgs) -> Result<Exit> {
    if let Some(reason) = skipped() {
        report::note(&format!("skipped: {reason}"));
        return Ok(Exit::Clean);
    }
    match args.hook {
        HookName::PreCommit => {
            if let Some(extra) = args.args.first() {
                bail!("git hands nothing to pre-commit, and got `{}`", extra.to_string_lossy());
            }
            staged(Ownership::JudgedByGit, Format::Human)
        }
    }
}

/// Scans what is staged.
pub fn staged(ownership: Ownership, format: Format) -> Result<Exit> {
    let repository = Repository::open(ownership)
        .map_err(|error| report::hint(&error, "run it inside a repository; files outside of one: keystop scan PATH"))?;
    // Git starts hooks at the top of the work tree.
    let config = Config::find(Path::new(".").canonicalize()?.as_path())?;
    let mut session = Session::new(&config);
    let coverage = git::staged(&repository, &mut |hunk| {
        session.take(&hunk);
        Ok(())
    })
    .map_err(|error| report::hint(&error, "git fsck tells what is broken"))?;
    session.finish(Stage::Staged, format, coverage)
}

/// Why this run is to be skipped, if somebody said so: `KEYSTOP_SKIP=reason`, or `SKIP=keystop` as pre-commit has it.
fn skipped() -> Option<String> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let listed = || set("SKIP").filter(|hooks| hooks.split(',').any(|hook| hook.trim() == "keystop"));
    set("KEYSTOP_SKIP").or_else(|| listed().map(|_| "SKIP names keystop".to_owned()))
}
