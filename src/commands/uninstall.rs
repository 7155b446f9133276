//! `keystop uninstall`: the hooks as they were before.

use std::io;

use anyhow::Result;

use super::assistants;
use super::placement::{Placement, Target};
use crate::cli::InstallArgs;
use crate::exit::Exit;
use crate::git::hooks::Change;
use crate::report;

pub fn run(args: &InstallArgs) -> Result<Exit> {
    if let Some(named) = &args.ai {
        return assistants::uninstall(args, named);
    }
    let target = Target::of(args);
    let mut said = Vec::new();
    for placement in Placement::all(target)? {
        for (hook, change) in placement.take_out(args.dry_run)? {
            let outcome = if change == Change::Restored { "what was there before is back" } else { "removed" };
            said.push(format!("  {:17} {}  ({outcome})", hook.name(), placement.shown(hook)));
        }
    }
    let place = target.shown();
    let title = match (args.dry_run, said.is_empty()) {
        (_, true) => format!("keystop is not installed in {place}."),
        (true, false) => format!("keystop would be taken out of {place}:"),
        (false, false) => format!("keystop is out of {place}:"),
    };
    said.insert(0, title);
    report::lines(&said, &mut io::stdout().lock())?;
    Ok(Exit::Clean)
}
