//! A range of commits, each against its parents.

use anyhow::{Context, Result};

use super::additions::Seen;
use super::commits::{self, Listed};
use super::repository::Repository;
use super::{Commit, Coverage};
use crate::hunk::Hunk;

/// Which commits are read.
#[derive(Debug, Clone, Copy)]
pub struct Range<'a> {
    /// `A..B`, or one revision for everything that leads to it.
    pub revisions: &'a str,
    /// The newest ones only.
    pub max_count: Option<u32>,
    pub no_merges: bool,
}

/// The commits of a range, the oldest first.
///
/// # Errors
/// Git does not know a revision.
pub fn range(range: &Range) -> Result<Vec<Listed>> {
    let count = range.max_count.map(|count| format!("--max-count={count}"));
    let mut options: Vec<&str> = count.as_deref().into_iter().collect();
    options.extend(range.no_merges.then_some("--no-merges"));
    options.extend(["--end-of-options", range.revisions, "--"]);
    commits::list(&options, b"").with_context(|| format!("cannot list the commits of `{}`", range.revisions))
}

/// Hands over what one commit adds, by itself: the answer must not depend on what was read before it.
///
/// # Errors
/// The commit is missing, or `act` failed. A file that cannot be read is told in the coverage.
pub fn commit(
    repository: &Repository,
    listed: &Listed,
    coverage: &mut Coverage,
    act: &mut dyn FnMut(Hunk) -> Result<()>,
) -> Result<Commit> {
    commits::read(&repository.objects, listed.clone(), &mut Seen::default(), coverage, act)
}
