//! `keystop status`: which hooks run here, and what could stop them.

use std::io;

use anyhow::Result;

use super::placement::{Placement, shown};
use crate::cli::{Listing, StatusArgs};
use crate::exit::Exit;
use crate::git::hooks::{Owner, block, file};
use crate::report;

pub fn run(args: &StatusArgs) -> Result<Exit> {
    let placement = Placement::find()?;
    let mut rows = Vec::new();
    for hook in placement.hooks {
        let path = placement.file(*hook);
        let installed = match placement.directory.owner {
            Owner::Husky => block::is_placed(&path)?,
            _ => matches!(file::state(&path)?, file::State::Keystop(_)),
        };
        rows.push((hook.name(), shown(&path), installed));
    }
    let complete = rows.iter().all(|(_, _, installed)| *installed);
    let mut out = io::stdout().lock();
    if args.format == Listing::Json {
        let hooks: Vec<_> = rows
            .iter()
            .map(|(hook, file, installed)| serde_json::json!({"hook": hook, "file": file, "installed": installed}))
            .collect();
        report::value(&serde_json::json!({"installed": complete, "hooks": hooks}), &mut out)?;
    } else {
        let line = |(hook, file, installed): &(&str, String, bool)| {
            format!("  {hook:17} {file}  {}", if *installed { "keystop" } else { "NOT keystop" })
        };
        report::lines(&rows.iter().map(line).collect::<Vec<_>>(), &mut out)?;
    }
    Ok(if complete { Exit::Clean } else { Exit::Found })
}
