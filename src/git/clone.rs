//! What a clone has of the repository it was made from.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::{Id, process};

/// A clone, as far as it matters which commits are in it.
pub struct LocalClone {
    /// Branches of remotes by their names there.
    branches: Vec<(String, Id)>,
    /// The remote's main branch, as the clone knows it or by its usual name.
    pub default_branch: Option<String>,
    pub is_shallow: bool,
    /// Files are fetched when they are needed, and here they are not.
    pub is_partial: bool,
    /// Commits whose parents were left behind.
    pub(super) boundary: BTreeSet<Id>,
}

/// How main branches are called.
const USUAL: [&str; 2] = ["main", "master"];

impl LocalClone {
    /// # Errors
    /// Git could not be run.
    pub fn read() -> Result<Self> {
        let mut clone = Self {
            branches: Vec::new(),
            default_branch: None,
            is_shallow: false,
            is_partial: process::run(&["config", "--get-regexp", r"^remote\..*\.promisor$"]).is_ok(),
            boundary: BTreeSet::new(),
        };
        let format = "--format=%(objectname) %(refname:lstrip=3) %(symref:lstrip=3)";
        let listed = process::run(&["for-each-ref", format, "refs/remotes"]).context("cannot list remote branches")?;
        for line in String::from_utf8_lossy(&listed).lines() {
            match line.split(' ').collect::<Vec<_>>().as_slice() {
                [_, "HEAD", default] if !default.is_empty() => clone.default_branch = Some((*default).to_owned()),
                [id, name, ..] => clone.branches.extend(Id::from_hex(id.as_bytes()).map(|id| ((*name).to_owned(), id))),
                _ => {}
            }
        }
        let usual = USUAL.iter().find(|usual| clone.branches.iter().any(|branch| branch.0 == **usual));
        clone.default_branch = clone.default_branch.or(usual.map(|usual| (*usual).to_owned()));
        let file = process::run(&["rev-parse", "--git-path", "shallow"])?;
        let file = String::from_utf8_lossy(&file).trim_end().to_owned();
        if let Ok(ids) = fs::read(Path::new(&file)) {
            clone.boundary = ids.split(|b| *b == b'\n').filter_map(Id::from_hex).collect();
            clone.is_shallow = !clone.boundary.is_empty();
        }
        Ok(clone)
    }

    /// The commit that a revision names, if it is here.
    pub fn commit(&self, revision: &str) -> Option<Id> {
        resolve(&format!("{revision}^{{commit}}"))
    }

    /// The object that a ref names: for a tag, the tag itself.
    pub fn object(&self, name: &str) -> Option<Id> {
        resolve(name)
    }

    /// The branches of remotes that have this name.
    pub fn branches_named(&self, name: &str) -> impl Iterator<Item = Id> {
        self.branches.iter().filter(move |branch| branch.0 == name).map(|branch| branch.1)
    }
}

fn resolve(revision: &str) -> Option<Id> {
    let said = process::run(&["rev-parse", "--verify", "--quiet", "--end-of-options", revision]).ok()?;
    Id::from_hex(said.trim_ascii())
}
