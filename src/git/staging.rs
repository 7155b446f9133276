//! Writing to the index, for the commands that a person asks to do so; no hook comes here.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use super::process;

/// An entry as `git update-index --index-info` reads it, with `content` stored as its blob.
///
/// # Errors
/// Git could not store the content.
pub fn store(top: &Path, path: &str, content: &[u8]) -> Result<String> {
    let id = feed(top, &["hash-object", "-w", "--stdin"], content)?;
    let listed = process::output(process::command().arg("-C").arg(top).args(["ls-files", "--stage", "--", path]))?;
    let mode = String::from_utf8_lossy(&listed)
        .split(' ')
        .next()
        .filter(|mode| !mode.is_empty())
        .unwrap_or("100644")
        .to_owned();
    Ok(format!("{mode} {}\t{path}", String::from_utf8_lossy(&id).trim_end()))
}

/// Puts entries into the index: all of them or none.
///
/// # Errors
/// Git could not write the index: another git may hold its lock.
pub fn stage(top: &Path, entries: &str) -> Result<()> {
    if !entries.is_empty() {
        feed(top, &["update-index", "--add", "--index-info"], entries.as_bytes())?;
        // Only the cache of file times; git does it by itself sooner or later.
        let _ = process::output(process::command().arg("-C").arg(top).args(["update-index", "-q", "--refresh"]));
    }
    Ok(())
}

fn feed(top: &Path, args: &[&str], input: &[u8]) -> Result<Vec<u8>> {
    let mut command = process::command();
    let command = command.arg("-C").arg(top).args(args);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot run `git`")?;
    child.stdin.take().context("git's input is a pipe")?.write_all(input)?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("git says: {}", String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or_default());
    }
    Ok(output.stdout)
}

/// The lines in which two texts differ, as `git diff -U0` shows them.
///
/// # Errors
/// libgit2 could not compare them.
pub fn difference(old: &[u8], new: &[u8]) -> Result<Vec<u8>> {
    let mut options = git2::DiffOptions::new();
    options.context_lines(0).force_text(true);
    let mut patch = git2::Patch::from_buffers(old, None, new, None, Some(&mut options))?;
    let text = patch.to_buf()?.to_vec();
    let start = memchr::memmem::find(&text, b"\n@@").map_or(text.len(), |at| at + 1);
    Ok(text[start..].to_vec())
}
