//! What a tree adds to each of the trees it is made from.

use anyhow::Result;

use super::changes::{Change, Entry};
use super::objects::Objects;
use super::{Coverage, Unscanned, content};
use crate::hunk::{Hunk, Origin};

/// Hands over what is new to every parent; `lists` has the changes from each.
///
/// # Errors
/// `act` failed. A single file that cannot be read is told in the coverage.
pub fn read(
    objects: &Objects,
    origin: &Origin,
    lists: &[Vec<Change>],
    coverage: &mut Coverage,
    act: &mut dyn FnMut(Hunk) -> Result<()>,
) -> Result<()> {
    for (path, new, olds) in new_to_all(lists) {
        if new.is_submodule() || olds.iter().flatten().any(|old| old.id == new.id && !old.is_submodule()) {
            continue;
        }
        let mut failed = None;
        let read =
            content::added(objects, path, origin, new, &olds, &mut |hunk| act(hunk).inspect_err(|_| failed = Some(())));
        match read {
            Ok(()) => coverage.files += 1,
            Err(error) if failed.is_some() => return Err(error),
            Err(error) => coverage.unscanned.push(Unscanned { path: path.to_vec(), reason: format!("{error:#}") }),
        }
    }
    Ok(())
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
