//! What is said to a person, as plain data: `remedy` makes it, `report` prints it.

use std::collections::BTreeMap;

/// Where the key stands, which decides what has to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// In the index; no commit yet.
    Staged,
    /// In the message of a commit that is being made.
    Message,
    /// In commits that are about to leave this machine.
    Pushing,
    /// In commits that somebody has sent here.
    Receiving,
    /// In commits that were made long ago, and may have been sent.
    History,
    /// In the commits that a pipeline runs for: they were sent.
    Pipeline,
    /// In a file; keystop was not asked about git.
    File,
    /// In a container image.
    Image,
}

impl Stage {
    /// The command that goes on all the same; none where there is nothing to go on with, or nobody to decide.
    pub fn bypass(self) -> Option<&'static str> {
        match self {
            Self::Staged | Self::Message => Some("git commit --no-verify"),
            Self::Pushing => Some("git push --no-verify"),
            Self::Receiving | Self::History | Self::Pipeline | Self::File | Self::Image => None,
        }
    }

    /// Whether git waits for the answer.
    pub fn is_hook(self) -> bool {
        !matches!(self, Self::History | Self::Pipeline | Self::File | Self::Image)
    }
}

/// A commit that a key was found in, as far as it helps to undo it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Long enough to name it.
    pub id: String,
    pub author: String,
    pub date: String,
    /// HEAD: the last one.
    pub is_head: bool,
    /// Without a parent.
    pub is_root: bool,
    /// How many of the pushed commits are newer, as git lists them.
    pub age: usize,
    /// Merges are among the commits that are pushed with it.
    pub has_merges: bool,
}

/// Commits by their full ids.
pub type Commits = BTreeMap<String, Commit>;

/// What to do about one secret now: short enough for the message of a hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// The key's human name.
    pub name: String,
    /// What its holder can do, as a sentence; empty where nothing is known.
    pub allows: String,
    /// In order; each with the commands or the code that do it.
    pub steps: Vec<Step>,
    /// The command that shows the full page.
    pub more: String,
    /// The comment that says "this is not a key", and where it goes.
    pub not_a_key: String,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub text: String,
    /// Lines to copy, alone on their lines.
    pub code: Vec<String>,
}

impl Step {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), code: Vec::new() }
    }

    #[must_use]
    pub fn with(mut self, line: impl Into<String>) -> Self {
        self.code.push(line.into());
        self
    }
}

/// A page, section by section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The rule's id.
    pub rule: String,
    pub title: String,
    pub sections: Vec<Section>,
    /// Of the key that was found, if one was named.
    pub exposure: Option<Exposure>,
}

/// A heading and what stands under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub heading: String,
    pub blocks: Vec<Block>,
}

impl Reach {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Draft => "message of a stopped commit",
            Self::Loose => "loose",
            Self::Staged => "staged",
            Self::Stash => "stash",
            Self::Message => "message",
            Self::Last => "last commit",
            Self::Older => "older commit",
            Self::Several => "several commits",
            Self::Pushed => "pushed",
        }
    }
}

impl Section {
    pub fn new(heading: impl Into<String>, blocks: Vec<Block>) -> Self {
        Self { heading: heading.into(), blocks }
    }
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading below the section's.
    Heading(String),
    Text(String),
    /// In no order.
    Points(Vec<String>),
    /// In this order; each may have commands.
    Steps(Vec<Step>),
    /// In this order, to be ticked off.
    Tasks(Vec<Step>),
    Code(Vec<String>),
    Link(String),
}

/// A service that speaks of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    pub name: String,
    pub owners: Vec<String>,
    /// `path:line`, the first few.
    pub places: Vec<String>,
}

/// How far a key has got, as this repository tells it; the furthest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// In a file of the work tree, or in no repository at all.
    File,
    /// In the message of a commit that was stopped.
    Draft,
    /// In objects that no ref holds any more.
    Loose,
    Staged,
    Stash,
    /// In the message of a commit or tag.
    Message,
    /// In the last commit.
    Last,
    /// In one commit before the last.
    Older,
    Several,
    /// A remote-tracking ref holds it.
    Pushed,
}

/// A moment that this repository knows, in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    pub when: String,
    /// A commit, or how a remote was seen to have it.
    pub what: String,
}

/// Where one key was found, and since when it could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    pub fingerprint: String,
    pub path: Vec<u8>,
    pub line: u32,
    pub reach: Reach,
    /// The name it is assigned to there.
    pub assigned: Option<String>,
    pub first_commit: Option<Moment>,
    pub first_push: Option<Moment>,
    /// The commits that brought it in and that a ref other than the stash still leads to, newest first.
    pub commits: Vec<Commit>,
    /// Files of the work tree and of the index that hold it.
    pub files: Vec<Vec<u8>>,
    /// The message of a commit holds it.
    pub in_message: bool,
    /// Names of annotated tags whose message holds it.
    pub tags: Vec<String>,
    /// More than one branch or tag leads to it.
    pub is_shared: bool,
    /// Numbers of the stashes that hold it.
    pub stashes: Vec<usize>,
    /// The remote-tracking ref that has it, as `origin/main`.
    pub upstream: Option<String>,
    /// Hosts of the remotes.
    pub hosts: Vec<String>,
}
