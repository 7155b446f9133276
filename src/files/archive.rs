//! What stands in a file: its text, or the files of an archive, archives in them included, within a budget.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom, Write};

use anyhow::{Result, bail};
use tempfile::SpooledTempFile;
use zip::read::{Config, ZipFileEntry};
use zip::unstable::read::ZipIterable;

use super::budget::{Bounded, Budget};
use super::format::{Format, HEAD};
use crate::hunk::{Hunk, INSIDE, Origin};
use crate::pieces;

/// How deep archives are opened that stand in archives; what is only compressed counts too.
const DEEPEST: usize = 8;
/// Bytes of an archive inside another one that are held in memory; a larger one is laid in a file without a name.
const HELD: usize = 32 << 20;

/// Whether archives are looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Archives {
    Opened,
    /// Read as the bytes they are.
    Closed,
}

/// A file that is being read to its last archive.
pub struct Opening<'a> {
    pub origin: Origin,
    budget: &'a Budget<'a>,
    act: &'a mut dyn FnMut(Hunk) -> Result<()>,
    /// Texts that were handed over.
    pub files: usize,
    /// What could not be read, by its path.
    pub unreadable: Vec<(Vec<u8>, String)>,
}

impl<'a> Opening<'a> {
    pub fn new(origin: Origin, budget: &'a Budget<'a>, act: &'a mut dyn FnMut(Hunk) -> Result<()>) -> Self {
        Self { origin, budget, act, files: 0, unreadable: Vec::new() }
    }

    /// A reader whose bytes count.
    pub fn bound<R: Read>(&self, source: R) -> Bounded<'a, R> {
        self.budget.bound(source)
    }

    /// A file of its own: a zip in it is read in place.
    pub fn file(&mut self, path: &[u8], mut source: File) {
        let open = || {
            let mut head = Vec::new();
            (&mut source).take(HEAD as u64).read_to_end(&mut head)?;
            if Format::of(&head) == Some(Format::Zip) {
                return self.zip(path, BufReader::new(source), 0);
            }
            self.contents(path, &mut Cursor::new(head).chain(source), 0)
        };
        let outcome = open();
        self.note(path, outcome);
    }

    /// A file in an archive, or one that comes as a stream. If it cannot be read, what stands beside it still can,
    /// unless there is nothing left to read with.
    ///
    /// # Errors
    /// Everything ends here.
    pub fn entry(&mut self, path: &[u8], source: &mut dyn Read, depth: usize) -> Result<()> {
        let outcome = self.contents(path, source, depth);
        if self.budget.is_spent() {
            return outcome;
        }
        self.note(path, outcome);
        Ok(())
    }

    fn note(&mut self, path: &[u8], outcome: Result<()>) {
        self.unreadable.extend(outcome.err().map(|error| (path.to_vec(), format!("{error:#}"))));
    }

    fn contents(&mut self, path: &[u8], source: &mut dyn Read, depth: usize) -> Result<()> {
        self.budget.file()?;
        let mut source = self.budget.bound(source);
        let mut head = Vec::new();
        (&mut source).take(HEAD as u64).read_to_end(&mut head)?;
        let format = Format::of(&head);
        let mut whole = Cursor::new(head).chain(source);
        match format {
            Some(_) if depth == DEEPEST => bail!("archives stand in each other more than {DEEPEST} deep"),
            Some(Format::Zip) => {
                let mut held = SpooledTempFile::new(HELD);
                io::copy(&mut whole, &mut held)?;
                held.flush()?;
                self.zip(path, held, depth)
            }
            Some(Format::Tar) => self.tar(path, &mut whole, depth),
            Some(format) => match format.decompress(&mut whole)? {
                // What is only compressed keeps its name.
                Some(mut inner) => self.contents(path, &mut inner, depth + 1),
                None => Ok(()),
            },
            None => {
                self.files += 1;
                pieces::read(path, &self.origin, &mut whole, self.act)
            }
        }
    }

    fn tar(&mut self, path: &[u8], source: &mut dyn Read, depth: usize) -> Result<()> {
        self.tar_entries(source, |opening, name, entry| opening.tar_entry(&inside(path, name), entry, depth))
    }

    /// What an entry of a tar holds: for a link, as on the disk, its target.
    ///
    /// # Errors
    /// Everything ends here.
    pub fn tar_entry(&mut self, path: &[u8], entry: &mut tar::Entry<&mut dyn Read>, depth: usize) -> Result<()> {
        match entry.link_name_bytes().filter(|_| !entry.header().entry_type().is_file()) {
            Some(target) => self.entry(path, &mut &*target.into_owned(), DEEPEST),
            None if entry.header().entry_type().is_dir() => Ok(()),
            None => self.entry(path, entry, depth + 1),
        }
    }

    /// Hands over every entry of a tar, with its name.
    ///
    /// # Errors
    /// It is damaged, or `act` failed.
    pub fn tar_entries(
        &mut self,
        source: &mut dyn Read,
        mut act: impl FnMut(&mut Self, &[u8], &mut tar::Entry<&mut dyn Read>) -> Result<()>,
    ) -> Result<()> {
        let budget = self.budget;
        let mut archive = tar::Archive::new(source);
        // What follows the end is another archive, as `cat a.tar b.tar` makes them.
        archive.set_ignore_zeros(true);
        let mut entries = archive.entries()?;
        while let Some(entry) = budget.between(|| entries.next()) {
            let mut entry = entry?;
            let name = entry.path_bytes().into_owned();
            act(self, &name, &mut entry)?;
            io::copy(&mut entry, &mut io::sink())?;
        }
        Ok(())
    }

    fn zip(&mut self, path: &[u8], mut source: impl Read + Seek, depth: usize) -> Result<()> {
        source.seek(SeekFrom::Start(0))?;
        let mut archive = ZipIterable::try_new(source, Config::default())?;
        let files = archive.files()?;
        let mut encrypted = Encrypted::default();
        while let Some(entry) = files.next() {
            let entry = entry?;
            let inside = inside(path, entry.name_raw());
            if entry.encrypted() {
                encrypted.add(inside);
            } else if !(entry.is_dir() && entry.compressed_size() == 0) {
                self.zip_entry(&inside, entry, files.reader_mut(), depth)?;
            }
        }
        self.unreadable.extend(encrypted.told());
        Ok(())
    }

    fn zip_entry(
        &mut self,
        path: &[u8],
        entry: ZipFileEntry,
        source: &mut (impl Read + Seek),
        depth: usize,
    ) -> Result<()> {
        match entry.with_reader(source, zip::read::ZipReadOptions::new()) {
            Ok(mut file) => self.entry(path, &mut file, depth + 1),
            Err(error) => {
                self.note(path, Err(error.into()));
                Ok(())
            }
        }
    }
}

/// The encrypted files of an archive: usually all of them, so that one line says it.
#[derive(Default)]
struct Encrypted {
    first: Option<Vec<u8>>,
    count: usize,
}

impl Encrypted {
    fn add(&mut self, path: Vec<u8>) {
        self.first.get_or_insert(path);
        self.count += 1;
    }

    fn told(self) -> Option<(Vec<u8>, String)> {
        let others = match self.count {
            0 | 1 => String::new(),
            2 => ", and so is another file of the archive".to_owned(),
            count => format!(", and so are {} more files of the archive", count - 1),
        };
        Some((self.first?, format!("it is encrypted{others}")))
    }
}

/// The path of a file in an archive: where it would be unpacked, which is never above the archive.
pub fn inside(archive: &[u8], name: &[u8]) -> Vec<u8> {
    [archive, INSIDE, &resolved(b"", name)].concat()
}

/// A path from the folder that it is in, and never above the top.
pub fn resolved(folder: &[u8], path: &[u8]) -> Vec<u8> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in folder.split(|byte| *byte == b'/').chain(path.split(|byte| *byte == b'/')) {
        match part {
            b"" | b"." => {}
            b".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join(&b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_its_archive() {
        assert_eq!(inside(b"a.zip", b"../../etc/./passwd"), b"a.zip!/etc/passwd");
        assert_eq!(inside(b"a.zip", b"/b//c/../d"), b"a.zip!/b/d");
    }
}
