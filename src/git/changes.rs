//! Which paths differ between a tree and the index.

use anyhow::{Context, Result, bail};

use super::repository::Repository;
use super::{Id, index, process};

/// An entry of a tree or of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub mode: u32,
    pub id: Id,
}

impl Entry {
    /// A folder: its object is a tree.
    pub fn is_folder(&self) -> bool {
        self.mode & 0o170_000 == 0o040_000
    }

    /// A submodule: its object is in another repository.
    pub fn is_submodule(&self) -> bool {
        self.mode & 0o170_000 == 0o160_000
    }
}

/// One path that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub path: Vec<u8>,
    pub old: Option<Entry>,
    pub new: Option<Entry>,
}

/// The changes from `tree` (none: from nothing) to the index, in the order of paths.
///
/// # Errors
/// Neither `gix-index` nor git can read the index, or a tree is missing.
pub fn to_index(repository: &Repository, tree: Option<Id>) -> Result<Vec<Change>> {
    if repository.objects.repository().is_some()
        && let Some(index) = index::read(&repository.index_path())?
        && let Ok(changes) = index::compare(&repository.objects, &index, tree)
    {
        return Ok(changes);
    }
    with_git(tree).context("cannot read the staged changes")
}

/// The same through git: split and sparse indexes, sha256, reftable, trees that are not here.
fn with_git(tree: Option<Id>) -> Result<Vec<Change>> {
    let tree = match tree {
        Some(tree) => tree.to_string(),
        None => empty_tree()?,
    };
    let options = ["diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", "--ignore-submodules=none"];
    let listed = process::run(&[&options[..], &[tree.as_str()]].concat())?;
    parse_raw(&listed)
}

/// The id of the empty tree in this repository's hash; computed, not written.
fn empty_tree() -> Result<String> {
    let id = process::run(&["hash-object", "-t", "tree", "--stdin"])?;
    Ok(String::from_utf8_lossy(&id).trim_end().to_owned())
}

/// Parses `--raw -z`: `:mode mode id id status NUL path NUL`.
fn parse_raw(listed: &[u8]) -> Result<Vec<Change>> {
    let mut fields = listed.split(|b| *b == 0);
    let mut changes = Vec::new();
    while let Some(meta) = fields.next().filter(|meta| !meta.is_empty()) {
        let words: Vec<&[u8]> = meta.strip_prefix(b":").unwrap_or(meta).split(|b| *b == b' ').collect();
        let (&[old_mode, new_mode, old_id, new_id, _], Some(path)) = (words.as_slice(), fields.next()) else {
            bail!("git diff-index answered in an unknown form");
        };
        let entry = |mode: &[u8], id: &[u8]| {
            let mode = u32::from_str_radix(std::str::from_utf8(mode).unwrap_or_default(), 8).ok()?;
            Some(Entry { mode, id: Id::from_hex(id)? }).filter(|entry| entry.mode != 0 && !entry.id.is_zero())
        };
        let (old, new) = (entry(old_mode, old_id), entry(new_mode, new_id));
        changes.push(Change { path: path.to_vec(), old, new });
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_lines_are_parsed_with_any_path() {
        let (zero, id) = ("0".repeat(40), "ab".repeat(20));
        let raw = format!(":000000 100644 {zero} {id} A\0a b\n\"c\0:100644 000000 {id} {zero} D\0gone\0");
        let changes = parse_raw(raw.as_bytes()).unwrap();
        assert_eq!(changes.len(), 2);
        assert_eq!(changes[0].path, b"a b\n\"c");
        assert!(changes[0].old.is_none() && changes[0].new.is_some_and(|new| new.mode == 0o100_644));
        assert!(changes[1].new.is_none());
    }
}
