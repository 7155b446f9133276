//! Where keystop's hooks belong in a repository: what install, uninstall and status agree on.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

use crate::git::hooks::{Change, Directory, Hook, Owner, Shim, block, file};
use crate::report;

/// The hooks of one repository, and how keystop gets into them.
pub struct Placement {
    pub directory: Directory,
    pub hooks: &'static [Hook],
}

impl Placement {
    /// Of the repository one stands in.
    ///
    /// # Errors
    /// There is none, or its hooks are not its own to change.
    pub fn find() -> Result<Self> {
        let Some(directory) = Directory::find()? else {
            let error = anyhow!("`core.hooksPath` is empty, so git runs whatever lies at the top of the work tree");
            return Err(report::hint(&error, "git config --show-origin --get-all core.hooksPath, and unset it there"));
        };
        if directory.owner == Owner::Shared {
            let path = directory.path.display();
            let error = anyhow!("git runs hooks from `{path}` here (core.hooksPath), which other repositories use too");
            return Err(report::hint(&error, "to have keystop in all of them: keystop install --global"));
        }
        let hooks = if directory.is_bare { Hook::OF_SERVERS } else { Hook::OF_WORK_TREES };
        Ok(Self { directory, hooks })
    }

    /// The file for a hook: with husky, the one that people edit.
    pub fn file(&self, hook: Hook) -> PathBuf {
        let folder = &self.directory.path;
        match (self.directory.owner, folder.file_name(), folder.parent()) {
            (Owner::Husky, Some(name), Some(parent)) if name == "_" => parent.join(hook.name()),
            _ => folder.join(hook.name()),
        }
    }

    pub fn place(&self, hook: Hook, dry_run: bool) -> Result<Change> {
        match self.directory.owner {
            Owner::Husky => block::place(&self.file(hook), hook, dry_run),
            _ => file::place(&self.file(hook), &Shim::new(hook, &binary()?), dry_run),
        }
    }

    pub fn remove(&self, hook: Hook, dry_run: bool) -> Result<Change> {
        match self.directory.owner {
            Owner::Husky => block::remove(&self.file(hook), dry_run),
            _ => file::remove(&self.file(hook), dry_run),
        }
    }
}

/// Where this keystop can be found again: its name on PATH if that is this binary, so that an upgrade needs no install.
pub fn binary() -> Result<PathBuf> {
    let this = std::env::current_exe().context("cannot tell where keystop is")?;
    let real = |path: &Path| path.canonicalize().ok();
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let named = std::env::split_paths(&paths).map(|folder| folder.join("keystop"));
    let mut named = named.filter(|path| path.is_absolute() && real(path).is_some() && real(path) == real(&this));
    Ok(named.next().unwrap_or(this))
}

/// A path as one would type it from here.
pub fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}
