//! Files as the bytes they are, piece by piece, so that their size does not matter.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use super::Read;

/// Bytes read at once.
const PIECE: usize = 256 * 1024;

/// Hands over every file below `root` as a reader of pieces, in the order of names; a link's content is its target.
///
/// `enter` decides about every file and folder. What cannot be read is told.
pub fn each(root: &Path, enter: &mut dyn FnMut(&Path) -> bool, act: &mut dyn FnMut(&Path, &mut Pieces)) -> Read {
    let mut read = Read::default();
    visit(root, enter, act, &mut read);
    read
}

/// A file's bytes, handed over once.
pub struct Pieces<'a> {
    source: Source<'a>,
    failed: Option<std::io::Error>,
}

enum Source<'a> {
    File(&'a Path),
    Target(Vec<u8>),
}

impl Pieces<'_> {
    /// Reads on to the end.
    pub fn for_each(&mut self, mut act: impl FnMut(&[u8])) {
        let outcome = match &self.source {
            Source::Target(target) => {
                act(target);
                Ok(())
            }
            Source::File(path) => File::open(path).and_then(|mut file| {
                let mut buffer = vec![0; PIECE];
                loop {
                    match file.read(&mut buffer)? {
                        0 => return Ok(()),
                        count => act(&buffer[..count]),
                    }
                }
            }),
        };
        self.failed = outcome.err();
    }
}

fn visit(path: &Path, enter: &mut dyn FnMut(&Path) -> bool, act: &mut dyn FnMut(&Path, &mut Pieces), read: &mut Read) {
    if !enter(path) {
        return;
    }
    let outcome = fs::symlink_metadata(path).and_then(|meta| {
        if meta.is_dir() {
            let entries = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
            let mut entries = entries.collect::<Result<Vec<_>, _>>()?;
            entries.sort();
            entries.iter().for_each(|entry| visit(entry, enter, act, read));
            return Ok(());
        }
        let source = match () {
            () if meta.is_symlink() => Source::Target(super::bytes(&fs::read_link(path)?)),
            () if meta.is_file() => Source::File(path),
            // Sockets and pipes hold nothing and may block for ever.
            () => return Ok(()),
        };
        let mut pieces = Pieces { source, failed: None };
        act(path, &mut pieces);
        read.files += 1;
        pieces.failed.map_or(Ok(()), Err)
    });
    match outcome {
        // Git and others may take files away while they are listed.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => read.unreadable.push((super::bytes(path), error.to_string())),
        Ok(()) => {}
    }
}
