//! `keystop status`: which hooks run here, in which order, from where, and what could stop them.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::Result;

use super::placement::{binary, shown};
use crate::cli::{Listing, StatusArgs};
use crate::exit::Exit;
use crate::git::Repository;
use crate::git::hooks::{Directory, Hook, Owner, block, everywhere, file, manager, settings};
use crate::report;

/// What is known of one hook.
struct Row {
    hook: Hook,
    /// What git runs, in order.
    runs: Vec<String>,
    /// How often keystop is among it.
    keystop: usize,
}

pub fn run(args: &StatusArgs) -> Result<Exit> {
    let directory = Directory::find()?;
    let is_bare = directory.as_ref().is_some_and(|directory| directory.is_bare);
    let hooks = if is_bare { Hook::OF_SERVERS } else { Hook::OF_WORK_TREES };
    let mut faults = Vec::new();
    let rows = hooks.iter().map(|hook| row(*hook, directory.as_ref(), &mut faults)).collect::<Result<Vec<_>>>()?;
    faults.extend(general(directory.as_ref())?);
    let complete = rows.iter().all(|row| row.keystop > 0);
    match args.format {
        Listing::Json => print_json(&rows, &faults, complete)?,
        Listing::Human => print_lines(&rows, &faults, complete)?,
    }
    Ok(if complete { Exit::Clean } else { Exit::Found })
}

fn row(hook: Hook, directory: Option<&Directory>, faults: &mut Vec<String>) -> Result<Row> {
    let mut row = Row { hook, runs: Vec::new(), keystop: 0 };
    in_settings(&mut row, faults)?;
    if let Some(directory) = directory {
        in_directory(&mut row, directory, faults)?;
    }
    if row.keystop > 1 {
        faults.push(format!("{}: keystop runs twice; once is enough: keystop install", hook.name()));
    }
    Ok(row)
}

/// What the folder of hooks has, through husky or as files.
fn in_directory(row: &mut Row, directory: &Directory, faults: &mut Vec<String>) -> Result<()> {
    let hook = row.hook;
    let path = directory.path.join(hook.name());
    let husky = directory.owner == Owner::Husky;
    let script =
        directory.path.parent().filter(|_| husky && directory.path.ends_with("_")).map(|p| p.join(hook.name()));
    if let Some(script) = script.filter(|script| script.exists()) {
        let is_placed = block::is_placed(&script)?;
        row.keystop += usize::from(is_placed);
        let keystop = if is_placed { ": keystop, then the rest" } else { "" };
        row.runs.push(format!("husky: {}{keystop}", shown(&script)));
        return Ok(());
    }
    in_file(row, &path, directory, faults)
}

/// Hooks in settings come first. A name that stands in the user's and in the repository's runs once, as the latter say.
fn in_settings(row: &mut Row, faults: &mut Vec<String>) -> Result<()> {
    let name = row.hook.name();
    for scope in [settings::Scope::Local, settings::Scope::Global] {
        if settings::command(row.hook, scope)?.is_none() {
            continue;
        }
        if !settings::are_known()? {
            faults.push(format!("{name}: git before 2.54 ignores its settings without a word"));
        } else if let Some(switch) = settings::disabled_by(row.hook)? {
            faults.push(format!("{name}: {switch} is false"));
        } else {
            row.keystop += 1;
            row.runs.push(format!("git config {} hook.keystop-{name}.command", scope.option()));
        }
        break;
    }
    Ok(())
}

/// The file, and what it chains.
fn in_file(row: &mut Row, path: &Path, directory: &Directory, faults: &mut Vec<String>) -> Result<()> {
    let name = row.hook.name();
    let state = file::state(path)?;
    let kept = file::kept(path);
    let other = if everywhere::home().is_ok_and(|home| home.join("hooks") == directory.path) {
        Repository::common_hooks()?.join(name)
    } else {
        kept.clone()
    };
    match state {
        file::State::Absent => {}
        _ if !file::is_executable(path) => {
            faults.push(format!("{name}: git does not run `{}`: chmod +x it", shown(path)));
        }
        file::State::Keystop(version) => {
            row.keystop += 1;
            let chained = file::is_executable(&other).then(|| shown(&other));
            let own = shown(path);
            row.runs.extend(match (chained, row.hook.reads_lines()) {
                (Some(other), true) => vec![own, other],
                (Some(other), false) => vec![other, own],
                (None, _) => vec![own],
            });
            if version != env!("CARGO_PKG_VERSION") {
                faults.push(format!("{name}: its shim is of keystop {version}: keystop install renews it"));
            }
        }
        file::State::Foreign => {
            row.runs.push(format!("{} (not keystop's)", shown(path)));
            if fs::symlink_metadata(&kept).is_ok() {
                faults
                    .push(format!("{name}: another tool has replaced keystop's hook; `{}` does not run", shown(&kept)));
            }
        }
    }
    for aside in file::moved_aside(path)? {
        faults.push(format!("{name}: another tool has moved keystop's hook to `{}`", shown(&aside)));
    }
    Ok(())
}

/// What is not about one hook.
fn general(directory: Option<&Directory>) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    match directory {
        None => faults.push("core.hooksPath is empty: git runs whatever lies at the top of the work tree".to_owned()),
        Some(directory) if directory.owner == Owner::Shared => {
            faults.push(format!(
                "core.hooksPath is `{}`: hooks in .git/hooks do not run by themselves",
                directory.path.display()
            ));
        }
        Some(_) => {}
    }
    let binary = binary()?;
    if binary.file_name().is_some_and(|name| name != "keystop") || !on_path(&binary) {
        faults.push(format!(
            "`{}` is not found by its name on PATH; husky and other managers call it by name",
            binary.display()
        ));
    }
    for (tool, file) in Repository::work_tree().map(|top| manager::in_use(&top)).unwrap_or_default() {
        faults.push(format!("{} ({file}) {}; to have it call keystop, add to {file}:", tool.name, tool.habit));
        faults.extend(tool.lines.iter().map(|line| format!("    {line}")));
    }
    Ok(faults)
}

fn on_path(binary: &Path) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| Some(folder.as_path()) == binary.parent())
}

fn print_lines(rows: &[Row], faults: &[String], complete: bool) -> Result<()> {
    let title = if complete { "keystop runs at:" } else { "keystop does NOT run at every hook here:" };
    let mut lines = vec![title.to_owned()];
    for row in rows {
        let mark = if row.keystop > 0 { "" } else { "  NOT keystop" };
        let runs = if row.runs.is_empty() { "nothing".to_owned() } else { row.runs.join(", then ") };
        lines.push(format!("  {:17} {runs}{mark}", row.hook.name()));
    }
    if !complete {
        lines.push("To put it in: keystop install".to_owned());
    }
    lines.extend(
        faults.iter().map(|fault| if fault.starts_with(' ') { fault.clone() } else { format!("note: {fault}") }),
    );
    lines.push(
        "No hook runs at rebase, cherry-pick, revert, am and --no-verify: pre-push reads what they made.".to_owned(),
    );
    report::lines(&lines, &mut io::stdout().lock())?;
    Ok(())
}

fn print_json(rows: &[Row], faults: &[String], complete: bool) -> Result<()> {
    let row = |row: &Row| serde_json::json!({"hook": row.hook.name(), "installed": row.keystop > 0, "runs": row.runs});
    let hooks: Vec<_> = rows.iter().map(row).collect();
    let value = serde_json::json!({"installed": complete, "hooks": hooks, "notes": faults});
    report::value(&value, &mut io::stdout().lock())?;
    Ok(())
}
