//! The folder that git runs a repository's hooks from.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::git::process;
use crate::git::repository::{Ownership, Repository};

/// Whose a folder of hooks is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The repository's own: in its git directory.
    Repository,
    /// Part of the work tree: the team's, seen by `git status`.
    Team,
    /// Husky's, in which people write `.husky/<hook>`.
    Husky,
    /// Neither in the repository nor in its work tree: other repositories use it too.
    Shared,
}

/// Where git looks for hooks.
#[derive(Debug, Clone)]
pub struct Directory {
    pub path: PathBuf,
    pub owner: Owner,
    /// Whether the repository has no work tree, so that people push to it.
    pub is_bare: bool,
}

impl Directory {
    /// Of the repository one stands in; none if `core.hooksPath` is empty, which makes git run what lies at the top.
    ///
    /// # Errors
    /// There is no repository, or git cannot be asked.
    pub fn find() -> Result<Option<Self>> {
        let repository = Repository::open(Ownership::Checked)?;
        let top = Repository::work_tree();
        let own = absolute(repository.common_dir())?.join("hooks");
        let Some(configured) = configured()? else {
            return Ok(Some(Self { path: own, owner: Owner::Repository, is_bare: top.is_none() }));
        };
        if configured.as_os_str().is_empty() {
            return Ok(None);
        }
        let start = top.as_deref().unwrap_or(repository.git_dir());
        let path = start.join(configured);
        let owner = match top.as_deref() {
            _ if real(&path) == real(&own) => Owner::Repository,
            Some(top) if is_husky(&path) && real(&path).starts_with(real(top)) => Owner::Husky,
            Some(top) if real(&path).starts_with(real(top)) => Owner::Team,
            _ => Owner::Shared,
        };
        Ok(Some(Self { path, owner, is_bare: top.is_none() }))
    }
}

/// `core.hooksPath` with `~` expanded.
fn configured() -> Result<Option<PathBuf>> {
    Ok(process::config_path("core.hooksPath")?.map(PathBuf::from))
}

fn is_husky(path: &Path) -> bool {
    path.ends_with(".husky") || path.ends_with(".husky/_")
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("cannot resolve `{}`", path.display()))
}

/// The path with links followed, as far as it exists.
fn real(path: &Path) -> PathBuf {
    let there = path.ancestors().find_map(|part| Some((part, part.canonicalize().ok()?)));
    there.map_or_else(
        || path.to_path_buf(),
        |(part, real)| match path.strip_prefix(part) {
            Ok(rest) if rest.as_os_str().is_empty() => real,
            Ok(rest) => real.join(rest),
            Err(_) => real,
        },
    )
}
