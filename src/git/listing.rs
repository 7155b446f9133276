//! What git lists, and what the index holds of one file.

use std::ffi::OsString;
use std::path::Path;

use anyhow::Result;

use super::process;

/// The paths that `git ls-files` lists below `top` with these options, each once.
///
/// # Errors
/// Git could not be run, or failed.
pub fn listed(top: &Path, which: &[&str]) -> Result<Vec<Vec<u8>>> {
    let mut command = process::command();
    let output = process::output(command.arg("-C").arg(top).args(["ls-files", "-z"]).args(which))?;
    let mut paths: Vec<Vec<u8>> = output.split(|b| *b == 0).filter(|p| !p.is_empty()).map(<[u8]>::to_vec).collect();
    paths.sort();
    paths.dedup();
    Ok(paths)
}

/// What is staged of a path, by its name from the top; none if the index does not have it.
pub fn staged_content(top: &Path, path: &Path) -> Option<Vec<u8>> {
    let mut revision = OsString::from(":0:");
    revision.push(path);
    let mut command = process::command();
    process::output(command.arg("-C").arg(top).args(["cat-file", "blob"]).arg(revision)).ok()
}

/// Whether git ignores a path; tracked ones are never ignored.
pub fn is_ignored(top: &Path, path: &Path) -> bool {
    let mut command = process::command();
    process::output(command.arg("-C").arg(top).args(["check-ignore", "--quiet", "--"]).arg(path)).is_ok()
}
