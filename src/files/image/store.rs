//! Where the files of an image are: a folder, or an archive, which docker or podman may have to write first.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::super::archive::resolved;
use super::super::budget::Budget;
use super::super::format::{Format, HEAD};
use crate::workers::Watch;

/// Bytes of a description.
const LARGEST_DESCRIPTION: u64 = 16 << 20;

/// Programs that know images by name.
const ENGINES: [&str; 2] = ["docker", "podman"];

pub enum Store {
    Folder(PathBuf),
    /// Each file's place: offset and size.
    Archive(File, HashMap<String, (u64, u64)>),
}

impl Store {
    pub fn open(image: &Path, watch: &Watch) -> Result<Self> {
        if image.is_dir() {
            return Ok(Self::Folder(image.to_owned()));
        }
        let mut file = if image.exists() { File::open(image)? } else { saved(image.as_os_str(), watch)? };
        let mut head = Vec::new();
        (&mut file).take(HEAD as u64).read_to_end(&mut head)?;
        file.seek(SeekFrom::Start(0))?;
        if let Some(format @ (Format::Gzip | Format::Xz | Format::Zstd)) = Format::of(&head) {
            let budget = Budget::of(file.metadata()?.len(), watch);
            let mut unpacked = tempfile::tempfile().context("there is no room to unpack it")?;
            if let Some(inner) = format.decompress(file)? {
                io::copy(&mut budget.bound(inner), &mut unpacked)?;
            }
            unpacked.seek(SeekFrom::Start(0))?;
            return Self::archive(unpacked);
        }
        Self::archive(file)
    }

    fn archive(file: File) -> Result<Self> {
        let mut places = HashMap::new();
        let mut links = Vec::new();
        for entry in tar::Archive::new(&file).entries_with_seek().context("it is no archive of an image")? {
            let entry = entry.context("it is no archive of an image")?;
            let name = text(&resolved(b"", &entry.path_bytes()));
            match entry.link_name_bytes() {
                // Old versions of docker store a layer once and name it again.
                Some(target) => {
                    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
                    let folder = if entry.header().entry_type().is_symlink() { folder } else { "" };
                    links.push((text(&resolved(folder.as_bytes(), &target)), name));
                }
                None => drop(places.insert(name, (entry.raw_file_position(), entry.size()))),
            }
        }
        for (target, name) in links {
            let place = places.get(&target).copied();
            places.extend(place.map(|place| (name, place)));
        }
        Ok(Self::Archive(file, places))
    }

    pub fn holds(&self, name: &str) -> bool {
        match self {
            Self::Folder(folder) => folder.join(name).is_file(),
            Self::Archive(_, places) => places.contains_key(name),
        }
    }

    pub fn size(&self, name: &str) -> u64 {
        match self {
            Self::Folder(folder) => folder.join(name).metadata().map_or(0, |meta| meta.len()),
            Self::Archive(_, places) => places.get(name).map_or(0, |(_, size)| *size),
        }
    }

    /// A file of the image; one whose name is its digest is held to it at its end.
    pub fn open_file(&self, name: &str) -> Result<Checked<Box<dyn Read + '_>>> {
        let missing = || format!("`{name}` is missing");
        let source: Box<dyn Read + '_> = match self {
            // A description must not lead out of the folder.
            Self::Folder(_) if name.split('/').any(|part| part == "..") || name.starts_with('/') => bail!(missing()),
            Self::Folder(folder) => Box::new(File::open(folder.join(name)).with_context(missing)?),
            Self::Archive(file, places) => {
                let (at, left) = *places.get(name).with_context(missing)?;
                Box::new(Stretch { file: file.try_clone()?, at, left })
            }
        };
        Ok(Checked::new(source, named_digest(name)?))
    }

    pub fn json(&self, name: &str) -> Result<Value> {
        let mut text = Vec::new();
        self.open_file(name)?.take(LARGEST_DESCRIPTION).read_to_end(&mut text).with_context(|| format!("`{name}`"))?;
        serde_json::from_slice(&text).with_context(|| format!("`{name}` is no description of an image"))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The SHA-256 that a file's name promises.
fn named_digest(name: &str) -> Result<Option<String>> {
    let Some(blob) = name.strip_prefix("blobs/") else {
        let stem = name.strip_suffix(".json").filter(|stem| stem.len() == 64);
        return Ok(stem.filter(|stem| stem.bytes().all(|byte| byte.is_ascii_hexdigit())).map(str::to_owned));
    };
    let digest = blob.strip_prefix("sha256/").with_context(|| format!("`{name}` has no SHA-256 digest"))?;
    Ok(Some(digest.to_owned()))
}

/// An image that docker or podman know by a name: written by them to a file that has none.
fn saved(name: &OsStr, watch: &Watch) -> Result<File> {
    let mut said = Vec::new();
    for engine in ENGINES {
        let mut command = Command::new(engine);
        command.arg("save").arg("--").arg(name).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let Ok(mut child) = command.spawn() else { continue };
        let mut errors = child.stderr.take().context("it was piped")?;
        // Both streams are read, or the engine may wait for ever.
        let errors = std::thread::spawn(move || {
            let mut said = Vec::new();
            // What cannot be read is not told.
            let _ = errors.read_to_end(&mut said);
            text(&said)
        });
        let mut file = tempfile::tempfile().context("there is no room for the image")?;
        let mut stream = child.stdout.take().context("it was piped")?;
        let copied = copy(&mut stream, &mut file, watch);
        if copied.is_err() {
            // It may have ended by itself.
            let _ = child.kill();
        }
        let status = child.wait()?;
        copied.with_context(|| format!("`{engine} save` was cut off"))?;
        let errors = errors.join().unwrap_or_default();
        if status.success() {
            file.seek(SeekFrom::Start(0))?;
            return Ok(file);
        }
        said.push(format!("{engine}: {}", errors.trim()));
    }
    match said.as_slice() {
        [] => bail!("there is no such file or folder, and neither docker nor podman to ask for an image of that name"),
        said => bail!("there is no such file or folder, and no image of that name: {}", said.join("; ")),
    }
}

fn copy(from: &mut dyn Read, to: &mut File, watch: &Watch) -> Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        if watch.is_stopped() {
            bail!("stopped before its end");
        }
        match from.read(&mut buffer)? {
            0 => return Ok(()),
            count => io::copy(&mut Cursor::new(&buffer[..count]), to)?,
        };
    }
}

/// A part of a file. Its place is its own, so that threads can read at once.
struct Stretch {
    file: File,
    at: u64,
    left: u64,
}

impl Read for Stretch {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let count = read_at(&self.file, &mut buffer[..most], self.at)?;
        self.at += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

/// A reader that is held to a SHA-256 at its end.
pub struct Checked<R> {
    source: R,
    digest: Option<String>,
    hash: Sha256,
}

impl<R: Read> Checked<R> {
    pub fn new(source: R, digest: Option<String>) -> Self {
        Self { source, digest, hash: Sha256::new() }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        if self.digest.is_some() {
            self.hash.update(&buffer[..count]);
        }
        if count == 0 && !buffer.is_empty() {
            let digest = data_encoding::HEXLOWER.encode(&self.hash.clone().finalize());
            if self.digest.take().is_some_and(|told| told != digest) {
                return Err(io::Error::other("its content is not what its digest says"));
            }
        }
        Ok(count)
    }
}
