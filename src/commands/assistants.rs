//! `keystop install --ai` and `uninstall --ai`: the settings of coding assistants. What was there before stays.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use super::placement::{binary, shown};
use crate::assistant::settings::{self, Scope, Tool};
use crate::cli::InstallArgs;
use crate::exit::Exit;
use crate::files;
use crate::git::Repository;
use crate::report;

/// Tells the assistants to ask keystop.
pub fn install(args: &InstallArgs, named: &[Tool]) -> Result<Exit> {
    let place = Settings::of(args)?;
    let used = Tool::ALL.into_iter().filter(|tool| tool.is_used(place.scope, &place.home));
    let tools: Vec<Tool> = if named.is_empty() { used.collect() } else { named.to_vec() };
    if tools.is_empty() {
        let known: Vec<&str> = Tool::ALL.iter().map(|tool| tool.name()).collect();
        let error = anyhow!("no assistant has settings in `{}`", place.home.display());
        return Err(report::hint(&error, format!("name them: keystop install --ai={}", known.join(","))));
    }
    let command = place.command()?;
    let mut said = vec![];
    for tool in tools {
        let (file, old) = place.read(tool)?;
        let new = tool.add(old.as_deref(), &command).map_err(|_| not_plain(&file))?;
        let outcome = match &old {
            None => "new",
            Some(old) if *old == new => "as it was",
            Some(_) => "what was there stays",
        };
        place.write(&file, old.as_deref(), Some(&new))?;
        said.push(format!("  {:12} {}  ({outcome})", tool.name(), shown(&file)));
    }
    said.insert(0, format!("{} keystop in {}:", place.verb("Assistants ask", "Assistants would ask"), place.shown()));
    said.extend(place.remarks(args));
    report::lines(&said, &mut io::stdout().lock())?;
    Ok(Exit::Clean)
}

/// Puts their settings back.
pub fn uninstall(args: &InstallArgs, named: &[Tool]) -> Result<Exit> {
    let place = Settings::of(args)?;
    let mut said = vec![];
    for tool in Tool::ALL.into_iter().filter(|tool| named.is_empty() || named.contains(tool)) {
        let (file, old) = place.read(tool)?;
        let Some(old) = old else { continue };
        // What cannot be parsed is not keystop's work.
        let Ok(new) = tool.remove(&old) else { continue };
        if new.as_ref() == Some(&old) {
            continue;
        }
        place.write(&file, Some(&old), new.as_deref())?;
        let outcome = if new.is_some() { "what was there before is back" } else { "removed" };
        said.push(format!("  {:12} {}  ({outcome})", tool.name(), shown(&file)));
    }
    let title = match said.is_empty() {
        true => format!("No assistant asks keystop in {}.", place.shown()),
        false => format!("{} keystop in {}:", place.verb("No longer ask", "Would no longer ask"), place.shown()),
    };
    said.insert(0, title);
    report::lines(&said, &mut io::stdout().lock())?;
    Ok(Exit::Clean)
}

/// Where settings are.
struct Settings {
    scope: Scope,
    home: PathBuf,
    dry_run: bool,
}

impl Settings {
    fn of(args: &InstallArgs) -> Result<Self> {
        let (scope, home) = if args.global {
            (Scope::User, PathBuf::from(std::env::var_os("HOME").context("HOME is not set")?))
        } else {
            (Scope::Repository, Repository::work_tree().context("a bare repository has no settings of assistants")?)
        };
        Ok(Self { scope, home, dry_run: args.dry_run })
    }

    /// A repository's settings are everybody's, so keystop is called by its name there.
    fn command(&self) -> Result<String> {
        Ok(settings::command(&match self.scope {
            Scope::Repository => OsString::from("keystop"),
            Scope::User => binary()?.into_os_string(),
        }))
    }

    /// A tool's settings and what is in them. A link in a work tree may lead anywhere; one's own is followed.
    fn read(&self, tool: Tool) -> Result<(PathBuf, Option<String>)> {
        let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let mut file = tool.path(self.scope, &self.home, variable);
        let parts = file.ancestors().take_while(|part| *part != self.home);
        if self.scope == Scope::Repository {
            if let Some(link) = parts.filter(|part| part.is_symlink()).last() {
                bail!("`{}` is a link, and keystop writes to no file through one", link.display());
            }
        } else if file.is_symlink() {
            file = file.canonicalize().with_context(|| format!("cannot follow `{}`", file.display()))?;
        }
        match fs::read_to_string(&file) {
            Ok(text) => Ok((file, Some(text))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok((file, None)),
            Err(error) => Err(error).with_context(|| format!("cannot read `{}`", file.display())),
        }
    }

    fn write(&self, file: &Path, old: Option<&str>, new: Option<&str>) -> Result<()> {
        if self.dry_run || old == new {
            return Ok(());
        }
        let written = match new {
            Some(new) => files::replace(file, new.as_bytes()),
            None => files::remove(file, &self.home),
        };
        written.with_context(|| format!("cannot change `{}`", file.display()))
    }

    fn shown(&self) -> &'static str {
        match self.scope {
            Scope::Repository => "this repository",
            Scope::User => "all your repositories",
        }
    }

    fn verb(&self, done: &'static str, planned: &'static str) -> &'static str {
        if self.dry_run { planned } else { done }
    }

    fn remarks(&self, args: &InstallArgs) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.scope == Scope::Repository {
            remarks.push("Commit these files, and it holds for the whole team: each needs keystop on PATH.".to_owned());
        }
        remarks.push("Some assistants ask you to review and trust new hooks before they run them.".to_owned());
        let option = if args.global { " --global" } else { "" };
        remarks.push(format!("Out again: keystop uninstall --ai{option}"));
        remarks
    }
}

/// The parser's own words could repeat a value, and settings may hold keys.
fn not_plain(file: &Path) -> anyhow::Error {
    let said = anyhow!("`{}` is not plain JSON with hooks where they belong", file.display());
    report::hint(&said, "comments and trailing commas are not JSON; without them keystop can add its hooks")
}
