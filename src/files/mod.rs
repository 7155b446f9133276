//! Added text that is not git's: files, folders and archives, new as a whole.

mod archive;
mod budget;
mod format;
pub mod image;
mod listing;
pub mod plain;
pub mod transaction;

pub use archive::Archives;
pub use listing::{Ignored, Listing, list};

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::hunk::{Hunk, Origin};
use crate::pieces;
use crate::workers::{Watch, Workers};
use archive::Opening;
use budget::Budget;

/// What was read.
#[derive(Debug, Default)]
pub struct Read {
    /// Files, those in archives among them.
    pub files: usize,
    pub unreadable: Vec<(Vec<u8>, String)>,
}

/// Judges every file that was listed, in several threads; what is made of them is in the order of files.
///
/// # Errors
/// `judge` failed. A file that cannot be read is told.
pub fn read<Made: Send>(
    listing: Listing,
    archives: Archives,
    workers: &Workers,
    judge: &(impl Fn(Hunk) -> Vec<Made> + Sync),
) -> Result<(Read, Vec<Made>)> {
    let watch = &*workers.watch;
    let one = |(): &mut (), item: usize| {
        let mut made = Vec::new();
        let mut act = |hunk| {
            made.extend(judge(hunk));
            // A very large file comes in many pieces.
            if watch.is_stopped() { bail!("stopped before its end") } else { Ok(()) }
        };
        let read = file(&listing.files[item], archives, watch, &mut act);
        watch.step(1);
        Ok((made, read))
    };
    watch.begin("files", listing.files.len());
    let mut whole = Read { files: 0, unreadable: listing.unreadable };
    let mut all = Vec::new();
    for (made, read) in workers.map(listing.files.len(), || (), one)? {
        all.extend(made);
        whole.files += read.files;
        whole.unreadable.extend(read.unreadable);
    }
    Ok((whole, all))
}

/// The text of a file, or the texts of an archive; a link's is its target.
fn file(path: &Path, archives: Archives, watch: &Watch, act: &mut dyn FnMut(Hunk) -> Result<()>) -> Read {
    let name = name(path);
    let mut open = || {
        if path.is_symlink() {
            act(Hunk::whole(name.clone(), Origin::File, bytes(&fs::read_link(path)?)))?;
        } else if archives == Archives::Closed {
            pieces::read(&name, &Origin::File, &mut File::open(path)?, act)?;
        } else {
            let file = File::open(path)?;
            let budget = Budget::of(file.metadata()?.len(), watch);
            let mut opening = Opening::new(Origin::File, &budget, act);
            opening.file(&name, file);
            return Ok(Read { files: opening.files, unreadable: opening.unreadable });
        }
        Ok(Read { files: 1, unreadable: Vec::new() })
    };
    let failed = |error: anyhow::Error| Read { files: 0, unreadable: vec![(name.clone(), error.to_string())] };
    open().unwrap_or_else(failed)
}

/// A path as it is told: what a decision or a report says of `src/a.py` is not of `./src/a.py`.
fn name(path: &Path) -> Vec<u8> {
    bytes(path.strip_prefix(".").unwrap_or(path))
}

/// Writes a file in one step: whoever reads it sees the old or the new one. It keeps its permissions.
///
/// # Errors
/// It could not be written; then nothing has changed.
pub fn replace(file: &Path, content: &[u8]) -> std::io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let beside = folder.join(format!(".keystop-{}", std::process::id()));
    let written = fs::write(&beside, content).and_then(|()| {
        fs::metadata(file).map_or(Ok(()), |meta| fs::set_permissions(&beside, meta.permissions()))?;
        fs::rename(&beside, file)
    });
    written.inspect_err(|_| drop(fs::remove_file(&beside)))
}

/// Takes a file away, and the folders below `top` that were only there for it.
///
/// # Errors
/// It could not be removed.
pub fn remove(file: &Path, top: &Path) -> std::io::Result<()> {
    fs::remove_file(file)?;
    for folder in file.ancestors().skip(1).take_while(|folder| folder.starts_with(top) && *folder != top) {
        // One that holds anything stays.
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
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
