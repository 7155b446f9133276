//! Hooks as settings, which git knows from 2.54 on: they run beside every other arrangement and touch no file.

use std::path::Path;

use anyhow::Result;

use super::file::Change;
use super::{Hook, shim};
use crate::git::process;

/// The first git that runs hooks named in settings. Older ones ignore them without a word.
pub const SINCE: (u32, u32) = (2, 54);

/// Whose settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Local,
    Global,
}

impl Scope {
    pub fn option(self) -> &'static str {
        match self {
            Self::Local => "--local",
            Self::Global => "--global",
        }
    }
}

/// Whether this git runs hooks named in settings.
///
/// # Errors
/// Git could not be started.
pub fn are_known() -> Result<bool> {
    Ok(process::version()? >= SINCE)
}

/// A hook's name in the settings: git does not tell the command which event it is, and forbids the event's own name.
fn section(hook: Hook) -> String {
    format!("hook.keystop-{}", hook.name())
}

/// What git runs for the hook, if the settings say so.
///
/// # Errors
/// Git could not be started.
pub fn command(hook: Hook, scope: Scope) -> Result<Option<String>> {
    process::config_in(scope.option(), &format!("{}.command", section(hook)))
}

/// Names the hook in the settings. The event comes last: without it git runs nothing.
///
/// # Errors
/// The settings cannot be written.
pub fn place(hook: Hook, scope: Scope, binary: &Path, dry_run: bool) -> Result<Change> {
    let wanted = shim::command(hook, scope, binary);
    let (command_key, event_key) = (format!("{}.command", section(hook)), format!("{}.event", section(hook)));
    let there = command(hook, scope)?;
    let event = process::config_in(scope.option(), &event_key)?;
    if there.as_deref() == Some(&*wanted) && event.as_deref() == Some(hook.name()) {
        return Ok(Change::Unchanged);
    }
    if !dry_run {
        for (key, value) in [(&command_key, wanted.as_str()), (&event_key, hook.name())] {
            process::run(&["config", scope.option(), "--replace-all", key.as_str(), value])?;
        }
    }
    Ok(if there.is_some() { Change::Updated } else { Change::Written })
}

/// Takes the hook out of the settings.
///
/// # Errors
/// The settings cannot be written.
pub fn remove(hook: Hook, scope: Scope, dry_run: bool) -> Result<Change> {
    if command(hook, scope)?.is_none() {
        return Ok(Change::Unchanged);
    }
    if !dry_run {
        process::run(&["config", scope.option(), "--remove-section", section(hook).as_str()])?;
    }
    Ok(Change::Removed)
}

/// The setting that switches the hook off, if one does: for this name, or for everything at this event.
///
/// # Errors
/// Git could not be started.
pub fn disabled_by(hook: Hook) -> Result<Option<String>> {
    for key in [format!("{}.enabled", section(hook)), format!("hook.{}.enabled", hook.name())] {
        if process::config_is_off(&key)? {
            return Ok(Some(key));
        }
    }
    Ok(None)
}
