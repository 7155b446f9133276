//! `keystop uninstall`: the hooks as they were before.

use std::io;

use anyhow::Result;

use super::placement::{Placement, shown};
use crate::cli::InstallArgs;
use crate::exit::Exit;
use crate::git::hooks::Change;
use crate::report;

pub fn run(args: &InstallArgs) -> Result<Exit> {
    let placement = Placement::find()?;
    let mut said = Vec::new();
    for hook in placement.hooks {
        let outcome = match placement.remove(*hook, args.dry_run)? {
            Change::Restored => "what was there before is back",
            Change::Removed => "removed",
            _ => continue,
        };
        said.push(format!("  {:17} {}  ({outcome})", hook.name(), shown(&placement.file(*hook))));
    }
    let title = match (args.dry_run, said.is_empty()) {
        (_, true) => "keystop is not installed in this repository.",
        (true, false) => "keystop would be taken out of this repository:",
        (false, false) => "keystop is out of this repository:",
    };
    said.insert(0, title.to_owned());
    report::lines(&said, &mut io::stdout().lock())?;
    Ok(Exit::Clean)
}
