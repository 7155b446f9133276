//! Hooks: where git looks for them, and how keystop's stand among those of others.

pub mod block;
mod directory;
pub mod everywhere;
pub mod file;
pub mod manager;
pub mod settings;
mod shim;

pub use directory::{Directory, Owner};
pub use file::Change;
pub use settings::Scope;
pub use shim::Shim;

/// A hook that keystop answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hook {
    PreCommit,
    PreMergeCommit,
    CommitMsg,
    PrePush,
    PreReceive,
    Update,
}

impl Hook {
    pub const ALL: [Self; 6] =
        [Self::PreCommit, Self::PreMergeCommit, Self::CommitMsg, Self::PrePush, Self::PreReceive, Self::Update];
    /// Where people commit.
    pub const OF_WORK_TREES: &[Self] = &[Self::PreCommit, Self::PreMergeCommit, Self::CommitMsg, Self::PrePush];
    /// Where people push to. At `update` the quarantine is over, so it is for servers that offer nothing else.
    pub const OF_SERVERS: &[Self] = &[Self::PreReceive];

    /// As git names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PreMergeCommit => "pre-merge-commit",
            Self::CommitMsg => "commit-msg",
            Self::PrePush => "pre-push",
            Self::PreReceive => "pre-receive",
            Self::Update => "update",
        }
    }

    /// Whether git hands it lines on standard input.
    pub fn reads_lines(self) -> bool {
        matches!(self, Self::PrePush | Self::PreReceive)
    }

    /// Whether it runs where others push to.
    pub fn is_server(self) -> bool {
        matches!(self, Self::PreReceive | Self::Update)
    }
}
