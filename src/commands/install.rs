//! `keystop install`: hooks in this repository, or in all. What was there before stays and still runs.

use std::io;

use anyhow::{Context, Result};

use super::assistants;
use super::placement::{Placement, Target, Way};
use crate::cli::InstallArgs;
use crate::exit::Exit;
use crate::git::hooks::{Change, Owner};
use crate::report;

pub fn run(args: &InstallArgs) -> Result<Exit> {
    if let Some(named) = &args.ai {
        return assistants::install(args, named);
    }
    let target = Target::of(args);
    let mut places = Placement::all(target)?.into_iter();
    let placement = places.next().context("hooks can be placed somewhere")?;
    let mut said = Vec::new();
    let mut changed = false;
    for hook in placement.hooks {
        let change = placement.place(*hook, args.dry_run)?;
        changed |= change != Change::Unchanged;
        said.push(format!("  {:17} {}  {}", hook.name(), placement.shown(*hook), outcome(change)));
    }
    if !args.dry_run {
        placement.announce()?;
    }
    // Once is enough; what is out was there beside the new ones for a moment, so nothing slipped past.
    for older in places.filter(|older| placement.replaces(older)) {
        let gone = older.take_out(args.dry_run)?;
        changed |= !gone.is_empty();
        said.extend(
            gone.iter()
                .map(|(hook, change)| format!("  {:17} {}  {}", hook.name(), older.shown(*hook), outcome(*change))),
        );
    }
    let place = target.shown();
    let title = match (args.dry_run, changed) {
        (true, true) => format!("keystop would be installed in {place}:"),
        (false, true) => format!("keystop is installed in {place}:"),
        (_, false) => format!("keystop was installed in {place} already:"),
    };
    said.insert(0, title);
    said.extend(remark(&placement.way).map(str::to_owned));
    let option = match target {
        Target::Repository => "",
        Target::Global => " --global",
        Target::Template => " --template",
    };
    said.push(format!("Which hooks run: keystop status. Out again: keystop uninstall{option}"));
    report::lines(&said, &mut io::stdout().lock())?;
    Ok(Exit::Clean)
}

fn outcome(change: Change) -> &'static str {
    match change {
        Change::Written => "(new)",
        Change::Chained => "(the hook that was there still runs)",
        Change::Updated => "(replaced keystop's older one)",
        Change::Unchanged => "(as it was)",
        Change::Restored => "(out: what was there before is back)",
        Change::Removed => "(out: no longer needed)",
    }
}

/// What one has to know of this way.
fn remark(way: &Way) -> Option<&'static str> {
    match way {
        Way::Husky(_) | Way::Files(_, Owner::Team) => {
            Some("These files are part of the work tree: commit them, and keystop runs for the whole team.")
        }
        Way::Settings(_) => Some("Programs that bring a git of their own older than 2.54 ignore these settings."),
        Way::Everywhere(_) => Some(
            "Each repository's own hooks still run. One with a core.hooksPath of its own, as husky sets it,\n\
             does not look there: run keystop install in it.",
        ),
        Way::Template(_) => Some("Repositories that are there already get them by git init, run in them again."),
        Way::Files(..) => None,
    }
}
