//! What is staged: the index git handed over, against HEAD and, in a merge, against every other parent.

use anyhow::Result;

use super::changes::{self, Change, Entry};
use super::repository::Repository;
use super::{Coverage, Unscanned, content, rename};
use crate::hunk::{Hunk, Origin};

/// Hands over every hunk the next commit would add.
///
/// # Errors
/// The index or HEAD cannot be read, or `act` failed. A single file that cannot be read is told in the coverage.
pub fn staged(repository: &Repository, act: &mut dyn FnMut(Hunk) -> Result<()>) -> Result<Coverage> {
    let mut trees = vec![repository.head_tree()?];
    for parent in repository.merge_parents()? {
        trees.push(repository.commit_tree(&parent)?);
    }
    let mut lists = Vec::with_capacity(trees.len());
    for tree in trees {
        let list = changes::to_index(repository, tree)?;
        lists.push(rename::detect(&repository.objects, list));
    }
    let mut coverage = Coverage::default();
    for (path, new, olds) in new_to_all(&lists) {
        if new.is_submodule() || olds.iter().flatten().any(|old| old.id == new.id && !old.is_submodule()) {
            continue;
        }
        let mut failed = None;
        let read = content::added(&repository.objects, path, &Origin::Staged, new, &olds, &mut |hunk| {
            act(hunk).inspect_err(|_| failed = Some(()))
        });
        match read {
            Ok(()) => coverage.files += 1,
            Err(error) if failed.is_some() => return Err(error),
            Err(error) => coverage.unscanned.push(Unscanned { path: path.to_vec(), reason: format!("{error:#}") }),
        }
    }
    Ok(coverage)
}

/// Paths that differ from every parent, with what each parent had there.
fn new_to_all(lists: &[Vec<Change>]) -> impl Iterator<Item = (&[u8], Entry, Vec<Option<Entry>>)> {
    let (first, others) = lists.split_first().map_or((&[][..], &[][..]), |(first, others)| (first.as_slice(), others));
    first.iter().filter_map(move |change| {
        let new = change.new?;
        let mut olds = vec![change.old];
        for list in others {
            let at = list.binary_search_by(|other| other.path.cmp(&change.path)).ok()?;
            olds.push(list[at].old);
        }
        Some((change.path.as_slice(), new, olds))
    })
}
