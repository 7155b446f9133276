//! What is staged: the index git handed over, against HEAD and, in a merge, against every other parent.

use anyhow::Result;

use super::repository::Repository;
use super::{Coverage, additions, changes, rename};
use crate::hunk::{Hunk, Origin};

/// How git tells of the other parents of a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// In `MERGE_HEAD`, if a merge is under way.
    Concluded,
    /// In variables: at `pre-merge-commit` the file is not there yet.
    Made,
}

/// Hands over every hunk the next commit would add.
///
/// # Errors
/// The index or HEAD cannot be read, or `act` failed. A single file that cannot be read is told in the coverage.
pub fn staged(repository: &Repository, merge: Merge, act: &mut dyn FnMut(Hunk) -> Result<()>) -> Result<Coverage> {
    let mut trees = vec![repository.head_tree()?];
    for parent in repository.merge_parents(merge)? {
        trees.push(repository.commit_tree(&parent)?);
    }
    let mut lists = Vec::with_capacity(trees.len());
    for tree in trees {
        let list = changes::to_index(repository, tree)?;
        lists.push(rename::detect(&repository.objects, list));
    }
    let mut coverage = Coverage::default();
    additions::read(&repository.objects, &Origin::Staged, &lists, &mut coverage, act)?;
    Ok(coverage)
}
