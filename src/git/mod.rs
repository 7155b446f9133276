//! Git: what a commit adds, read through libgit2, and through git itself where libgit2 cannot.
//!
//! The only module that names git2. The index is read by `gix-index`: libgit2 needs ten times as long for a large one,
//! and its tree-to-index diff visits every path, while here a subtree that the index knows to be unchanged is skipped.

mod additions;
mod changes;
mod clone;
mod commit;
mod commits;
mod content;
mod delta;
mod diff;
mod history;
pub mod hooks;
mod index;
mod listing;
mod message;
mod objects;
mod packs;
mod process;
mod pushed;
mod range;
mod recent;
mod rename;
mod repository;
mod sighting;
mod staged;
mod staging;
mod store;
mod tips;
mod trace;
mod tree;

pub use clone::LocalClone;
pub use commit::Commit;
pub use commits::Walked;
pub use diff::added_lines;
pub use history::{History, Row, Text};
pub use listing::{is_ignored, listed, staged_content};
pub use message::message;
pub use process::{LOCAL_VARIABLES, config, config_switch, run as run_git};
pub use pushed::{Known, Update, cut_off, pushed};
pub use range::{Range, range};
pub use repository::{Ownership, Repository};
pub use sighting::{FirstPush, Logged, first_push, hosts, logged, stashes};
pub use staged::{Merge, staged};
pub use staging::{difference, stage, store};
pub use store::{Object, ObjectKind, Store, work_trees};
pub use trace::{Held, Trace, trace};

use std::fmt;

/// An object's id: 20 bytes, or 32 in a sha256 repository.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    bytes: [u8; 32],
    len: u8,
}

impl Id {
    /// An id of its bytes; none if they are not 20 or 32.
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        bytes.get_mut(..raw.len())?.copy_from_slice(raw);
        let len = u8::try_from(raw.len()).ok().filter(|len| matches!(len, 20 | 32))?;
        Some(Self { bytes, len })
    }

    pub fn from_hex(text: &[u8]) -> Option<Self> {
        Self::from_bytes(&data_encoding::HEXLOWER.decode(text).ok()?)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len as usize]
    }

    /// Git's "no object".
    pub fn is_zero(&self) -> bool {
        self.bytes == [0; 32]
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(self.as_bytes()))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Something that could not be scanned. It is told, and stops a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unscanned {
    pub path: Vec<u8>,
    pub reason: String,
}

/// What a run has read.
#[derive(Debug, Default)]
pub struct Coverage {
    /// Files whose added lines were read.
    pub files: usize,
    pub unscanned: Vec<Unscanned>,
}

impl Coverage {
    /// What was read and what was not, together.
    pub fn add(&mut self, other: Self) {
        self.files += other.files;
        self.unscanned.extend(other.unscanned);
    }
}
