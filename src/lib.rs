//! keystop stops a commit that holds a key, and tells the person what to do now.
//!
//! # How a commit flows through
//!
//! ```text
//! git ── hook shim ── main ── cli ── commands::hook
//!                                        │
//!        git::staged ── Hunk ──▶ scan::Scanner ── Finding ──▶ allow ──▶ remedy ── Advice ──▶ report ──▶ exit
//! ```
//!
//! A [`hunk::Hunk`] is the unit: what the commit *adds* to one place of one file, with up to three unchanged lines on
//! either side as context. A finding must touch an added line. A [`rules::Rule`] that was woken by one of its literals
//! makes matches; a match that holds every condition is a [`finding::Finding`]; what is said about it is
//! [`advice::Advice`].
//!
//! # Layers
//!
//! A module imports only from a lower layer; `tests/architecture.rs` holds this list.
//!
//! ```text
//! 0  secret  hunk  text  workers  rules        plain data, threads, and the catalogue
//! 1  finding  pieces  config  advice
//! 2  git  files  scan  allow  remedy  assistant  ci  report  network
//! 3  commands
//! 4  main  cli  exit
//! ```
//!
//! Modules of layer 2 do not know each other; a command joins them. Only `git` names git2, only `report` prints, and the
//! bytes of a [`secret::Secret`] are reached in a short list of files.
//!
//! # Decisions
//!
//! - **No automaton, no regex set.** The literals that wake rules are derived from the regexes by the build script, and
//!   the prefilter's tables are static data: nothing is built at start ([`rules::prefilter`]). A regex is compiled when
//!   its literal stands in the text *and* a run of bytes is there that could be the secret; ordinary code compiles none.
//! - **A rule without a form of its own is a value and its surroundings**, not a regex that imitates syntax: the engine
//!   knows what a value is bound to (`scan::binding`), so a provider's file only says what the value looks like.
//! - **A provider's texts stay in its file**, embedded as it is, and are parsed when a finding has to be explained.
//! - **The index is read by `gix-index`** and compared with HEAD's tree by walking both, skipping every subtree that the
//!   index's own cache says is unchanged: work follows what changed, not what is there. Objects and trees are
//!   libgit2's, line differences imara-diff's.
//! - **Where libgit2 or gix cannot read a repository** (reftable, sha256, sparse indexes, unknown extensions), git itself
//!   is asked, through the same two questions: which paths differ, and what does this object hold.
//! - **Ownership of a repository is git's to judge** when git called; libgit2 knows fewer forms of `safe.directory`.
//! - **Very large blobs are streamed**: their lines are compared as sets of hashes, so memory stays bounded and nothing
//!   is left unread.

pub mod advice;
pub mod allow;
pub mod assistant;
pub mod ci;
pub mod cli;
pub mod commands;
pub mod config;
pub mod exit;
pub mod files;
pub mod finding;
pub mod git;
pub mod hunk;
#[cfg(feature = "live")]
pub mod network;
pub mod pieces;
pub mod remedy;
pub mod report;
pub mod rules;
pub mod scan;
pub mod secret;
pub mod text;
pub mod workers;
