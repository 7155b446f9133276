//! Added text that is not git's: files and folders, new as a whole.

mod listing;
pub mod plain;
pub mod transaction;

pub use listing::{Ignored, Listing, list};

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::hunk::{Hunk, Origin};
use crate::{pieces, workers};

/// What was read.
#[derive(Debug, Default)]
pub struct Read {
    pub files: usize,
    pub unreadable: Vec<(Vec<u8>, String)>,
}

/// Judges every file that was listed, on `jobs` threads; what is made of them is in the order of files.
///
/// # Errors
/// `judge` failed. A file that cannot be read is told.
pub fn read<Made: Send>(
    listing: Listing,
    jobs: usize,
    judge: &(impl Fn(Hunk) -> Vec<Made> + Sync),
) -> Result<(Read, Vec<Made>)> {
    let one = |(): &mut (), item: usize| {
        let path = &listing.files[item];
        let mut made = Vec::new();
        let outcome = file(path, &mut |hunk| {
            made.extend(judge(hunk));
            Ok(())
        });
        Ok((made, outcome.map_err(|error| (bytes(path), error.to_string()))))
    };
    let mut read = Read { files: 0, unreadable: listing.unreadable };
    let mut all = Vec::new();
    for (made, outcome) in workers::map(jobs, listing.files.len(), || (), one)? {
        all.extend(made);
        match outcome {
            Ok(()) => read.files += 1,
            Err(unreadable) => read.unreadable.push(unreadable),
        }
    }
    Ok((read, all))
}

/// The text of a file; a link's is its target.
fn file(path: &Path, act: &mut dyn FnMut(Hunk) -> Result<()>) -> Result<()> {
    if path.is_symlink() {
        return act(Hunk::whole(bytes(path), Origin::File, bytes(&fs::read_link(path)?)));
    }
    pieces::read(&bytes(path), &Origin::File, &mut File::open(path)?, act)
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
