//! `keystop status`: which hooks run here, and what could stop them.

use std::io;

use anyhow::Result;

use super::placement::{Placement, Target};
use crate::cli::{Format, StatusArgs};
use crate::exit::Exit;
use crate::report;

pub fn run(args: &StatusArgs) -> Result<Exit> {
    let places = Placement::all(Target::Repository)?;
    let mut rows = Vec::new();
    for placement in places.iter().take(1) {
        for hook in placement.hooks {
            rows.push((hook.name(), placement.shown(*hook), placement.holds(*hook)?));
        }
    }
    let complete = rows.iter().all(|(_, _, installed)| *installed);
    let mut out = io::stdout().lock();
    if args.format == Format::Json {
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
