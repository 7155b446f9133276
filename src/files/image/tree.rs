//! What a layer holds and deletes, so that a file of a lower one is told to be gone.

use std::collections::HashSet;

use crate::hunk::{Gone, INSIDE};

/// Paths of a layer.
#[derive(Default)]
pub struct Tree {
    held: HashSet<Vec<u8>>,
    deleted: HashSet<Vec<u8>>,
}

impl Tree {
    /// A path of it, or the mark that one of a lower layer is deleted.
    pub fn add(&mut self, path: &[u8]) {
        let at = memchr::memrchr(b'/', path).map_or(0, |at| at + 1);
        let (folder, file) = path.split_at(at);
        match file.strip_prefix(b".wh.") {
            // Everything that the folder had.
            Some(b".wh..opq") => self.deleted.insert(path[..at.saturating_sub(1)].to_vec()),
            Some(gone) => self.deleted.insert([folder, gone].concat()),
            None => self.held.insert(path.to_vec()),
        };
    }

    /// What it does to a file of a lower layer.
    fn fate(&self, path: &[u8], number: usize) -> Option<Gone> {
        if self.held.contains(path) {
            return Some(Gone::Replaced(number));
        }
        let above = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| &path[..at]);
        let mut all = above.chain([path, b""]);
        all.any(|path| self.deleted.contains(path)).then_some(Gone::Deleted(number))
    }
}

/// What later layers, by their numbers, do to a file; of a file in an archive, what they do to the archive.
pub fn gone(path: &[u8], later: &[(usize, &Tree)]) -> Option<Gone> {
    let file = memchr::memmem::find(path, INSIDE).map_or(path, |at| &path[..at]);
    later.iter().find_map(|(number, tree)| tree.fate(file, *number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_folders_and_whole_contents_are_deleted_or_replaced() {
        let mut tree = Tree::default();
        for path in ["a/.wh.b", "c/.wh..wh..opq", "c/new", "d"] {
            tree.add(path.as_bytes());
        }
        let later = [(3, &Tree::default()), (4, &tree)];
        let gone = |path: &str| gone(path.as_bytes(), &later);
        assert_eq!(gone("a/b"), Some(Gone::Deleted(4)));
        assert_eq!(gone("a/b/deep"), Some(Gone::Deleted(4)));
        assert_eq!(gone("c/old"), Some(Gone::Deleted(4)));
        assert_eq!(gone("d!/in"), Some(Gone::Replaced(4)));
        assert_eq!(gone("a/bc"), None);
    }
}
