//! Which files are read: all below some paths, but for what git does not look at.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Result, bail};
use ignore::{DirEntry, WalkBuilder, WalkState};

use super::bytes;

/// What becomes of files that `.gitignore` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignored {
    LeftOut,
    Read,
}

/// Files, and what could not be listed.
#[derive(Debug, Default)]
pub struct Listing {
    /// In the order of names, folder by folder.
    pub files: Vec<PathBuf>,
    pub unreadable: Vec<(Vec<u8>, String)>,
}

/// Every file and link below `paths`; `.git` folders are left out, links not followed. What is named itself is read
/// even if it is ignored.
///
/// # Errors
/// A path does not exist.
pub fn list(paths: &[PathBuf], ignored: Ignored, jobs: usize) -> Result<Listing> {
    let mut whole = Listing::default();
    for path in paths {
        if path.symlink_metadata().is_err() {
            bail!("there is no `{}`", path.display());
        }
        let mut below = walk(path, ignored, jobs);
        below.files.sort_unstable();
        whole.files.append(&mut below.files);
        whole.unreadable.append(&mut below.unreadable);
    }
    Ok(whole)
}

fn walk(path: &Path, ignored: Ignored, jobs: usize) -> Listing {
    let respected = ignored == Ignored::LeftOut;
    let mut builder = WalkBuilder::new(path);
    // Hidden files hold most secrets; a folder need not be a repository for its `.gitignore` to be meant.
    builder.standard_filters(false).parents(respected).require_git(false);
    builder.git_ignore(respected).git_exclude(respected).git_global(respected);
    builder.filter_entry(|entry| entry.depth() == 0 || entry.file_name() != ".git").threads(jobs);
    let listing = Mutex::new(Listing::default());
    builder.build_parallel().run(|| {
        Box::new(|entry| {
            let mut listing = listing.lock().expect("no thread panics: a panic ends the process");
            match entry {
                Ok(entry) if is_read(&entry) => listing.files.push(entry.into_path()),
                Ok(_) => {}
                Err(error) => listing.unreadable.push((place(&error, path), error.to_string())),
            }
            WalkState::Continue
        })
    });
    listing.into_inner().expect("no thread panics: a panic ends the process")
}

/// Files and links: a folder is walked, and a pipe has no end.
fn is_read(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_file() || kind.is_symlink())
}

fn place(error: &ignore::Error, root: &Path) -> Vec<u8> {
    match error {
        ignore::Error::WithPath { path, .. } => bytes(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => place(err, root),
        _ => bytes(root),
    }
}
