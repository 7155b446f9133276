//! A few marked lines in a script that people edit: husky's `.husky/<hook>`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::Hook;
use super::file::{self, Change};

const BEGIN: &str = "# keystop: begin (`keystop uninstall` takes these lines out)\n";
/// The same where the script was made for them.
const BEGIN_ALONE: &str = "# keystop: begin (`keystop uninstall` takes this file away)\n";
const END: &str = "# keystop: end\n";

/// At push the lines are handed on to the rest of the script.
fn lines(hook: Hook) -> String {
    let name = hook.name();
    if !hook.reads_lines() {
        return format!("keystop hook {name} \"$@\" || exit\n");
    }
    format!(
        "lines=$(cat)\nprintf '%s\\n' \"$lines\" | keystop hook {name} \"$@\" || exit\nexec <<keystop\n$lines\nkeystop\n"
    )
}

/// Whether the script has keystop's lines.
///
/// # Errors
/// The script is there and cannot be read, or is a link.
pub fn is_placed(script: &Path) -> Result<bool> {
    Ok(read(script)?.is_some_and(|text| find(&text).is_some()))
}

/// Puts keystop's lines first: what comes after `exit` or `exec` would not be reached.
///
/// # Errors
/// The script cannot be read or written, or is a link. Nothing has changed then.
pub fn place(script: &Path, hook: Hook, dry_run: bool) -> Result<Change> {
    let (text, change) = match read(script)? {
        None => (format!("#!/bin/sh\n{BEGIN_ALONE}{}{END}", lines(hook)), Change::Written),
        Some(text) if find(&text).is_some() => return Ok(Change::Unchanged),
        Some(text) => {
            let at = if text.starts_with("#!") { text.find('\n').map_or(text.len(), |end| end + 1) } else { 0 };
            let (before, after) = text.split_at(at);
            (format!("{before}{BEGIN}{}{END}{after}", lines(hook)), Change::Chained)
        }
    };
    if !dry_run {
        write(script, &text)?;
    }
    Ok(change)
}

/// Takes keystop's lines out, and the script with them where it was made for them.
///
/// # Errors
/// The script cannot be read or written, or is a link. Nothing has changed then.
pub fn remove(script: &Path, dry_run: bool) -> Result<Change> {
    let Some(text) = read(script)? else { return Ok(Change::Unchanged) };
    let Some((start, end)) = find(&text) else { return Ok(Change::Unchanged) };
    let rest = [&text[..start], &text[end..]].concat();
    if text[start..].starts_with(BEGIN_ALONE) && rest == "#!/bin/sh\n" {
        if !dry_run {
            fs::remove_file(script).with_context(|| format!("cannot remove `{}`", script.display()))?;
        }
        return Ok(Change::Removed);
    }
    if !dry_run {
        write(script, &rest)?;
    }
    Ok(Change::Restored)
}

fn find(text: &str) -> Option<(usize, usize)> {
    let start = text.find(BEGIN).or_else(|| text.find(BEGIN_ALONE))?;
    let end = start + text[start..].find(END)? + END.len();
    Some((start, end))
}

/// The script's text. A link in a work tree may come from anybody's commit and lead anywhere, so none is followed.
fn read(script: &Path) -> Result<Option<String>> {
    for part in [script.parent().context("a script is in a folder")?, script] {
        if fs::symlink_metadata(part).is_ok_and(|meta| meta.is_symlink()) {
            bail!("`{}` is a link, and keystop writes to no file through one", part.display());
        }
    }
    match fs::read_to_string(script) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", script.display())),
    }
}

/// Writes the script anew, with the permissions it had.
fn write(script: &Path, text: &str) -> Result<()> {
    let mode = fs::metadata(script).ok().map(|meta| meta.permissions());
    file::write(script, text, mode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_as_before_when_the_lines_are_out_again() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("pre-push");
        for text in ["npm test\n", "#!/usr/bin/env sh\nnpm test", "#!/bin/sh\n", ""] {
            fs::write(&script, text).unwrap();
            assert_eq!(place(&script, Hook::PrePush, false).unwrap(), Change::Chained);
            assert_eq!(place(&script, Hook::PrePush, false).unwrap(), Change::Unchanged);
            assert_eq!(remove(&script, false).unwrap(), Change::Restored);
            assert_eq!(fs::read_to_string(&script).unwrap(), text);
        }
        fs::remove_file(&script).unwrap();
        assert_eq!(place(&script, Hook::PreCommit, false).unwrap(), Change::Written);
        assert_eq!(remove(&script, false).unwrap(), Change::Removed);
        assert!(!script.exists());
    }
}
