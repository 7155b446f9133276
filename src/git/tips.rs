//! What refs lead to, through tags: commits, and what is no commit.

use anyhow::{Context, Result, bail};

use super::objects::{Kind, Objects};
use super::{Coverage, Id, additions, commit, tree};
use crate::hunk::{Hunk, Origin, TAG};
use crate::text;

/// The commit that a ref leads to; a tag's message is handed over on the way, and so is a file that a tag names.
///
/// # Errors
/// An object is missing or broken, or `act` failed.
pub fn peel(
    objects: &Objects,
    id: Id,
    name: &str,
    coverage: &mut Coverage,
    act: &mut dyn FnMut(Hunk) -> Result<()>,
) -> Result<Option<Id>> {
    let mut id = id;
    loop {
        let Some((kind, content)) = objects.typed(&id)? else { bail!("object {id} is missing") };
        match kind {
            Kind::Commit => return Ok(Some(id)),
            Kind::Tag => {
                let (target, message) = commit::tag(&content).with_context(|| format!("tag {id} is broken"))?;
                act(Hunk::whole(TAG.to_vec(), Origin::Message(name.to_owned()), message))?;
                id = target;
            }
            Kind::Blob => {
                let path = name.as_bytes().to_vec();
                act(Hunk::whole(path, Origin::Commit(id.to_string()), text::decode(&content).into_owned()))?;
                return Ok(None);
            }
            Kind::Tree => {
                let lists = [tree::compare(objects, None, Some(id))?];
                let origin = Origin::Commit(id.to_string());
                additions::read(objects, &origin, &lists, coverage, act)?;
                return Ok(None);
            }
        }
    }
}
