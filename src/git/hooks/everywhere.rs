//! A folder of keystop's own, from which git takes the hooks of all repositories, or copies them into new ones.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::file;
use super::shim::Shim;
use crate::git::process;

/// The other hooks of a repository, which git would not run while its hooks are taken from elsewhere.
///
/// Left out are those whose presence alone changes what git does (`push-to-checkout`, `proc-receive`), and those that
/// run so often that a shell for each would be felt (`reference-transaction`, `post-index-change`).
pub const PASSED_ON: &[&str] = &[
    "applypatch-msg",
    "pre-applypatch",
    "post-applypatch",
    "prepare-commit-msg",
    "post-commit",
    "pre-rebase",
    "post-checkout",
    "post-merge",
    "post-rewrite",
    "pre-auto-gc",
    "sendemail-validate",
    "pre-receive",
    "update",
    "post-receive",
    "post-update",
];

/// Keystop's folder among a user's settings.
///
/// # Errors
/// There is no HOME.
pub fn home() -> Result<PathBuf> {
    let set = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let settings = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")));
    Ok(settings.context("HOME is not set")?.join("keystop"))
}

/// The folder that the user's own settings name under `key`.
///
/// # Errors
/// Git could not be started.
pub fn named(key: &str) -> Result<Option<PathBuf>> {
    Ok(process::config_path_in("--global", key)?.map(PathBuf::from))
}

/// Has git use the folder.
///
/// # Errors
/// The settings cannot be written.
pub fn announce(key: &str, folder: &Path) -> Result<()> {
    if named(key)?.as_deref() == Some(folder) {
        return Ok(());
    }
    process::run(&["config".as_ref(), "--global".as_ref(), key.as_ref(), folder.as_os_str()]).map(drop)
}

/// Has git use the folder no more; another one that is named by now stays.
///
/// # Errors
/// The settings cannot be written.
pub fn withdraw(key: &str, folder: &Path) -> Result<()> {
    if named(key)?.as_deref() != Some(folder) {
        return Ok(());
    }
    process::run(&["config", "--global", "--unset", key]).map(drop)
}

/// Has every other hook passed on to the repository's own.
///
/// # Errors
/// The folder cannot be written.
pub fn pass_on(folder: &Path) -> Result<()> {
    PASSED_ON.iter().try_for_each(|name| file::place(&folder.join(name), &Shim::passing_on(name), false).map(drop))
}

/// Takes those out again.
///
/// # Errors
/// The folder cannot be written.
pub fn pass_no_more(folder: &Path) -> Result<()> {
    PASSED_ON.iter().try_for_each(|name| file::remove(&folder.join(name), false).map(drop))
}

/// Removes keystop's folder where nothing is in it any more.
///
/// # Errors
/// There is no HOME.
pub fn tidy() -> Result<()> {
    let home = home()?;
    for folder in ["hooks", "template/hooks", "template", ""] {
        // One that holds anything stays, and most are not there.
        let _ = fs::remove_dir(home.join(folder));
    }
    Ok(())
}
