//! Commands: gather, call, report. One file each.

mod allow;
mod assistant;
mod assistants;
mod baseline;
mod check;
mod ci;
mod circumstances;
mod config;
mod demo;
mod explain;
mod find;
mod fix;
mod history;
mod hook;
mod import;
mod install;
mod placement;
mod plan;
mod rules;
mod scan;
mod search;
mod session;
mod status;
mod uninstall;
mod uses;
mod verify;

use std::io::Read as _;

use anyhow::{Context, Result, anyhow};
use clap::CommandFactory;

use crate::cli::{Cli, Command};
use crate::config::Store;
use crate::exit::Exit;
use crate::report;
use crate::secret::Secret;

/// Carries out what was typed.
///
/// # Errors
/// Whatever stopped the command; the caller prints it and exits with [`Exit::Failed`].
pub fn run(cli: Cli) -> Result<Exit> {
    if let Some(directory) = &cli.directory {
        std::env::set_current_dir(directory).with_context(|| format!("cannot enter `{}`", directory.display()))?;
    }
    match cli.command {
        Command::Hook(args) => hook::run(&args),
        Command::Scan(args) => scan::run(&args),
        Command::Ci(args) => ci::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Allow(args) => allow::run(&args),
        Command::Baseline(args) => baseline::run(&args),
        Command::Config { command } => config::run(&command),
        Command::Rules { command } => rules::run(&command),
        Command::Fix(args) => fix::run(&args),
        Command::Uses(args) => uses::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Demo => demo::run(),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "keystop", &mut std::io::stdout());
            Ok(Exit::Clean)
        }
        Command::Man { folder } => {
            clap_mangen::generate_to(Cli::command(), &folder)
                .with_context(|| format!("cannot write the manual to `{}`", folder.display()))?;
            Ok(Exit::Clean)
        }
        Command::Install(args) => install::run(&args),
        Command::Uninstall(args) => uninstall::run(&args),
        Command::Status(args) => status::run(&args),
    }
}

/// The store that was named; none if none was.
fn store_named(word: Option<&str>) -> Result<Option<Store>> {
    let Some(word) = word else { return Ok(None) };
    let words = Store::ALL.map(Store::id).join(", ");
    let unknown = || report::hint(&anyhow!("there is no store `{word}`"), format!("one of {words}"));
    Store::by_id(word).ok_or_else(unknown).map(Some)
}

/// A key that was written to standard input: no argument that others could see.
fn secret_from_stdin() -> Result<Secret> {
    let mut typed = Vec::new();
    std::io::stdin().lock().read_to_end(&mut typed).context("cannot read the key from standard input")?;
    let secret = Secret::new(typed.trim_ascii());
    typed.fill(0);
    Ok(secret)
}
