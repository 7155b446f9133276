//! Several files written as one: whole or not at all, and finished later if it was cut off.
//!
//! The new contents are laid down in a folder beside the repository's own files; renaming that folder is the moment from
//! which the change is made. What follows only repeats what the folder says, as often as it takes: a file that already has its new
//! content is passed over, and one that has neither the old nor the new stops everything.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A file's new content.
pub struct Write {
    pub path: PathBuf,
    /// What it has now; none if it is not there.
    pub old: Option<Vec<u8>>,
    pub new: Vec<u8>,
    /// For the owner alone.
    pub private: bool,
}

/// What the folder says.
#[derive(Serialize, Deserialize)]
struct Plan {
    writes: Vec<Planned>,
    /// Handed back when the files are written.
    rest: String,
}

#[derive(Serialize, Deserialize)]
struct Planned {
    path: PathBuf,
    old: Option<String>,
    new: String,
    private: bool,
}

const PLAN: &str = "plan";

/// A change on its way, in `folder`.
pub struct Transaction {
    folder: PathBuf,
}

impl Transaction {
    pub fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Whether one was decided and not finished.
    pub fn is_open(&self) -> bool {
        self.folder.exists()
    }

    /// Lays everything down and decides it.
    ///
    /// # Errors
    /// Something could not be written; then nothing has been decided.
    pub fn decide(&self, writes: &[Write], rest: String) -> Result<()> {
        let draft = self.sibling("new");
        remove(&draft)?;
        fs::create_dir_all(&draft).with_context(|| format!("cannot make `{}`", draft.display()))?;
        let mut plan = Plan { writes: Vec::new(), rest };
        for (number, write) in writes.iter().enumerate() {
            save(&draft.join(number.to_string()), &write.new)?;
            plan.writes.push(Planned {
                path: write.path.clone(),
                old: write.old.as_deref().map(digest),
                new: digest(&write.new),
                private: write.private,
            });
        }
        save(&draft.join(PLAN), &serde_json::to_vec(&plan)?)?;
        fs::rename(&draft, &self.folder).context("cannot decide the change")
    }

    /// Does what was decided, from wherever it was cut off; `last` does what is no file.
    ///
    /// # Errors
    /// A file was changed meanwhile, or could not be written. What was decided stays.
    pub fn finish(&self, last: impl FnOnce(&str) -> Result<()>) -> Result<()> {
        let plan: Plan = serde_json::from_slice(&fs::read(self.folder.join(PLAN))?)?;
        for (number, write) in plan.writes.iter().enumerate() {
            self.write(number, write).with_context(|| format!("cannot write `{}`", write.path.display()))?;
        }
        last(&plan.rest)?;
        let done = self.sibling("done");
        remove(&done)?;
        fs::rename(&self.folder, &done)?;
        self.sweep()
    }

    /// Takes away what a run that was cut off has left and nobody needs.
    ///
    /// # Errors
    /// It could not be taken away.
    pub fn sweep(&self) -> Result<()> {
        remove(&self.sibling("new"))?;
        remove(&self.sibling("done"))
    }

    fn sibling(&self, ending: &str) -> PathBuf {
        self.folder.with_extension(ending)
    }

    fn write(&self, number: usize, write: &Planned) -> Result<()> {
        let current = fs::read(&write.path).ok().as_deref().map(digest);
        if current.as_deref() == Some(&write.new) {
            return Ok(());
        }
        if current != write.old {
            bail!("it has been changed meanwhile; what was to be written is in `{}`", self.folder.display());
        }
        let content = fs::read(self.folder.join(number.to_string()))?;
        let copy = self.folder.join("copy");
        save(&copy, &content)?;
        match fs::metadata(&write.path) {
            Ok(meta) if !write.private => fs::set_permissions(&copy, meta.permissions())?,
            Err(_) if !write.private => open_to_all(&copy)?,
            _ => {}
        }
        if fs::rename(&copy, &write.path).is_ok() {
            return Ok(());
        }
        // The repository's folder is on another file system: the copy goes beside the file.
        let beside = write.path.with_extension("keystop-new");
        fs::copy(&copy, &beside)?;
        File::open(&beside)?.sync_all()?;
        fs::rename(&beside, &write.path)?;
        Ok(())
    }
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot take `{}` away", folder.display()))
        }
        _ => Ok(()),
    }
}

fn digest(content: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(content))
}

/// Writes a file that only its owner reads, down to the disk.
fn save(path: &Path, content: &[u8]) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()?;
    Ok(())
}

/// The permissions of an ordinary new file.
#[cfg(unix)]
fn open_to_all(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o644))?)
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) -> Result<()> {
    Ok(())
}
