//! One hook's file: put in place in one step, what was there kept, and put back as it was.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::shim::{self, Shim};

/// What the name of a hook that was there before ends in.
pub const KEPT: &str = ".keystop-orig";

/// Who answers a hook, by its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Absent,
    /// Keystop's, of this version.
    Keystop(String),
    Foreign,
}

/// What was done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Written,
    /// Written, and what was there runs with it.
    Chained,
    /// An older shim was replaced.
    Updated,
    /// What was there before is back.
    Restored,
    Removed,
    Unchanged,
}

/// Who answers the hook in this file.
///
/// # Errors
/// The file is there and cannot be read.
pub fn state(hook: &Path) -> Result<State> {
    match fs::symlink_metadata(hook) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(State::Absent),
        Err(error) => return Err(error).with_context(|| format!("cannot look at `{}`", hook.display())),
        Ok(meta) if meta.is_dir() => bail!("`{}` is a folder", hook.display()),
        Ok(meta) if !meta.is_file() => return Ok(State::Foreign),
        Ok(_) => {}
    }
    let text = fs::read(hook).with_context(|| format!("cannot read `{}`", hook.display()))?;
    Ok(shim::version(&text).map_or(State::Foreign, State::Keystop))
}

/// Where a hook that was there before is kept.
pub fn kept(hook: &Path) -> PathBuf {
    let mut name = hook.as_os_str().to_owned();
    name.push(KEPT);
    name.into()
}

/// Keystop's hooks that another tool has moved out of its way, as lefthook and pre-commit name them.
///
/// # Errors
/// A file is there and cannot be read.
pub fn moved_aside(hook: &Path) -> Result<Vec<PathBuf>> {
    let mut moved = Vec::new();
    for end in [".old", ".legacy"] {
        let mut name = hook.as_os_str().to_owned();
        name.push(end);
        let path = PathBuf::from(name);
        if matches!(state(&path)?, State::Keystop(_)) {
            moved.push(path);
        }
    }
    Ok(moved)
}

/// Puts the shim in place; a foreign hook is kept beside it, as it is.
///
/// # Errors
/// Nothing has changed then: the folder cannot be written, or two foreign hooks claim the name.
pub fn place(hook: &Path, shim: &Shim, dry_run: bool) -> Result<Change> {
    let kept = kept(hook);
    let has_kept = fs::symlink_metadata(&kept).is_ok();
    let change = match state(hook)? {
        State::Keystop(_) if is_current(hook, shim)? => Change::Unchanged,
        State::Keystop(_) => Change::Updated,
        State::Absent if has_kept => Change::Chained,
        State::Absent => Change::Written,
        // The tool of the hook from before has written it anew.
        State::Foreign if has_kept && is_same(hook, &kept)? => Change::Chained,
        State::Foreign if has_kept => bail!(
            "`{}` is not keystop's, and `{}` holds the hook from before: remove or merge one of the two",
            hook.display(),
            kept.display()
        ),
        State::Foreign => Change::Chained,
    };
    if dry_run || change == Change::Unchanged {
        return Ok(change);
    }
    let moved = change == Change::Chained && fs::symlink_metadata(hook).is_ok();
    if moved {
        keep(hook, &kept)?;
    }
    write(hook, shim.text(), None).inspect_err(|_| {
        if moved {
            // The error that led here is the one to tell.
            let _ = fs::rename(&kept, hook);
        }
    })?;
    clear_aside(hook)?;
    Ok(change)
}

/// Takes the shim out and puts back what it replaced; a hook that is not keystop's is left alone.
///
/// # Errors
/// The folder cannot be written.
pub fn remove(hook: &Path, dry_run: bool) -> Result<Change> {
    let kept = kept(hook);
    let change = match state(hook)? {
        State::Keystop(_) if fs::symlink_metadata(&kept).is_ok() => Change::Restored,
        State::Keystop(_) => Change::Removed,
        // Written anew by the tool it is from: what was kept of it goes.
        State::Foreign if is_same(hook, &kept)? => Change::Restored,
        State::Foreign | State::Absent => Change::Unchanged,
    };
    if dry_run || change == Change::Unchanged {
        return Ok(change);
    }
    let done = if change == Change::Restored { fs::rename(&kept, hook) } else { fs::remove_file(hook) };
    done.with_context(|| format!("cannot change `{}`", hook.display()))?;
    clear_aside(hook)?;
    if let Some(folder) = hook.parent() {
        // The folder may have been made for the hook; one that holds anything stays.
        let _ = fs::remove_dir(folder);
    }
    Ok(change)
}

fn is_current(hook: &Path, shim: &Shim) -> Result<bool> {
    Ok(fs::read(hook)? == shim.text().as_bytes() && is_executable(hook))
}

/// Whether both are there and say the same.
fn is_same(hook: &Path, kept: &Path) -> Result<bool> {
    let is_file = |path: &Path| fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file());
    Ok(is_file(hook) && is_file(kept) && fs::read(hook)? == fs::read(kept)?)
}

/// Removes what another tool has moved aside: a shim that nobody runs.
fn clear_aside(hook: &Path) -> Result<()> {
    for path in moved_aside(hook)? {
        fs::remove_file(&path).with_context(|| format!("cannot remove `{}`", path.display()))?;
    }
    Ok(())
}

/// Gives the hook a second name, so that no moment is without one; a link is moved, since not every system links links.
fn keep(hook: &Path, kept: &Path) -> Result<()> {
    let is_file = fs::symlink_metadata(hook).is_ok_and(|meta| meta.is_file());
    if is_file && fs::hard_link(hook, kept).is_ok() {
        return Ok(());
    }
    fs::rename(hook, kept).with_context(|| format!("cannot keep `{}` as `{}`", hook.display(), kept.display()))
}

/// Writes a file in one step, executable unless permissions are given. A new name is written and then renamed, so that
/// no link is followed and no reader sees half a hook.
pub fn write(path: &Path, text: &str, permissions: Option<fs::Permissions>) -> Result<()> {
    let folder = path.parent().context("a hook is in a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let beside = folder.join(format!(".keystop-{}", std::process::id()));
    let written = create(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions))?;
        file.sync_all()?;
        fs::rename(&beside, path)
    });
    written
        .inspect_err(|_| drop(fs::remove_file(&beside)))
        .with_context(|| format!("cannot write `{}`", path.display()))
}

#[cfg(unix)]
fn create(path: &Path) -> std::io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create_new(true).mode(0o777).open(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> std::io::Result<fs::File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Whether git would run it.
#[cfg(unix)]
pub fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
pub fn is_executable(path: &Path) -> bool {
    path.is_file()
}
