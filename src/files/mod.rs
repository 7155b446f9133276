//! Added text that is not git's: files and folders, new as a whole.

pub mod plain;
pub mod transaction;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::hunk::{Hunk, Origin};
use crate::text;

/// What was read.
#[derive(Debug, Default)]
pub struct Read {
    pub files: usize,
    pub unreadable: Vec<(Vec<u8>, String)>,
}

/// Reads every file below `paths`, in the order of names; `.git` folders are left out, symbolic links not followed.
///
/// # Errors
/// A path does not exist.
pub fn walk(paths: &[PathBuf], act: &mut dyn FnMut(Hunk)) -> Result<Read> {
    let mut read = Read::default();
    for path in paths {
        if fs::symlink_metadata(path).is_err() {
            bail!("there is no `{}`", path.display());
        }
        visit(path, &mut read, act);
    }
    Ok(read)
}

fn visit(path: &Path, read: &mut Read, act: &mut dyn FnMut(Hunk)) {
    let outcome = fs::symlink_metadata(path).and_then(|meta| match () {
        () if meta.is_dir() => folder(path, read, act),
        () if meta.is_symlink() => {
            let target = fs::read_link(path)?;
            act(Hunk::whole(name(path), Origin::File, bytes(&target)));
            read.files += 1;
            Ok(())
        }
        () if meta.is_file() => {
            let content = fs::read(path)?;
            act(Hunk::whole(name(path), Origin::File, text::decode(&content).into_owned()));
            read.files += 1;
            Ok(())
        }
        () => Ok(()),
    });
    if let Err(error) = outcome {
        read.unreadable.push((name(path), error.to_string()));
    }
}

fn folder(path: &Path, read: &mut Read, act: &mut dyn FnMut(Hunk)) -> std::io::Result<()> {
    let mut entries =
        fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    entries.sort();
    for entry in entries.iter().filter(|entry| entry.file_name() != Some(".git".as_ref())) {
        visit(entry, read, act);
    }
    Ok(())
}

/// A path as it is told: what a decision or a report says of `src/a.py` is not of `./src/a.py`.
fn name(path: &Path) -> Vec<u8> {
    bytes(path.strip_prefix(".").unwrap_or(path))
}

/// A path as bytes, as git has it.
pub fn bytes(path: &Path) -> Vec<u8> {
    path.as_os_str().as_encoded_bytes().to_vec()
}

/// The path of its bytes.
#[cfg(unix)]
pub fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

/// The path of its bytes; git writes UTF-8 where paths are not bytes.
#[cfg(not(unix))]
pub fn path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}
