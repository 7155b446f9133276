//! `keystop install`: hooks in this repository. What was there before stays and still runs.

use std::io;

use anyhow::Result;

use super::placement::{Placement, shown};
use crate::cli::InstallArgs;
use crate::exit::Exit;
use crate::git::hooks::{Change, Owner};
use crate::report;

pub fn run(args: &InstallArgs) -> Result<Exit> {
    let placement = Placement::find()?;
    let mut said = Vec::new();
    let mut changed = false;
    for hook in placement.hooks {
        let change = placement.place(*hook, args.dry_run)?;
        changed |= change != Change::Unchanged;
        said.push(format!("  {:17} {}  {}", hook.name(), shown(&placement.file(*hook)), outcome(change)));
    }
    let title = match (args.dry_run, changed) {
        (true, true) => "keystop would be installed in this repository:",
        (false, true) => "keystop is installed in this repository:",
        (_, false) => "keystop was installed in this repository already:",
    };
    said.insert(0, title.to_owned());
    if placement.directory.owner != Owner::Repository {
        said.push("These files are part of the work tree: commit them, and keystop runs for the whole team.".into());
    }
    said.push("Which hooks run: keystop status. Out again: keystop uninstall".into());
    report::lines(&said, &mut io::stdout().lock())?;
    Ok(Exit::Clean)
}

fn outcome(change: Change) -> &'static str {
    match change {
        Change::Written => "(new)",
        Change::Chained => "(the hook that was there still runs)",
        Change::Updated => "(replaced keystop's older one)",
        Change::Unchanged => "(as it was)",
        Change::Restored | Change::Removed => "(gone)",
    }
}
