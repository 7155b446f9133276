//! A range of commits.

use anyhow::{Context, Result};

use super::commits::{self, Walked};
use super::repository::Repository;
use crate::hunk::Hunk;
use crate::workers::Workers;

/// Which commits are read.
#[derive(Debug, Clone, Copy)]
pub struct Range<'a> {
    /// `A..B`, or one revision for everything that leads to it.
    pub revisions: &'a str,
    /// The newest ones only.
    pub max_count: Option<u32>,
    pub no_merges: bool,
}

/// Judges what each commit of a range adds to its parents.
///
/// # Errors
/// Git does not know a revision, a commit is missing, or `judge` failed. A single file that cannot be read is told in
/// the coverage.
pub fn range<Made: Send>(
    repository: &Repository,
    range: &Range,
    workers: &Workers,
    judge: &(impl Fn(Hunk) -> Result<Vec<Made>> + Sync),
) -> Result<Walked<Made>> {
    let count = range.max_count.map(|count| format!("--max-count={count}"));
    let mut options: Vec<&str> = count.as_deref().into_iter().collect();
    options.extend(range.no_merges.then_some("--no-merges"));
    options.extend(["--end-of-options", range.revisions, "--"]);
    let unlisted = || format!("cannot list the commits of `{}`", range.revisions);
    commits::walk(repository, &commits::list(&options, b"").with_context(unlisted)?, workers, judge)
}
