//! Coding assistants: what they hand to a hook before they act, how they take "no", and where they are told to ask.
//!
//! The name of the event says which protocol speaks, so one command answers all of them. As documented by:
//!
//! - Claude Code: <https://code.claude.com/docs/en/hooks>
//! - Codex: <https://developers.openai.com/codex/hooks>, and the schemas in `codex-rs/hooks/schema` of its repository
//! - Copilot: <https://docs.github.com/en/copilot/reference/hooks-reference>; its editor extension speaks like Claude
//!   Code: <https://code.visualstudio.com/docs/agents/reference/hooks-reference>
//! - Cursor: <https://cursor.com/docs/agent/hooks>
//! - Gemini CLI: <https://geminicli.com/docs/hooks/reference>
//!
//! All of them stop a call when a hook exits with 2, which is also how keystop exits when it cannot judge.
//! A "yes" is never given, only no "no": in some protocols a "yes" would skip the question to the person.

mod answer;
mod event;
pub mod settings;
mod splice;

pub use answer::{allow, stop};
pub use event::Event;

use std::path::PathBuf;

/// What an assistant is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Send what a person typed.
    Prompt,
    /// Call a tool: run a command, write a file, ask a server.
    Call,
    /// Read a file, whose content it hands over.
    Read,
    /// Look at what a tool has returned.
    Result,
}

/// How "no" is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `hookSpecificOutput.permissionDecision`
    Permission,
    /// `decision: block`
    Block,
    /// `decision: deny`
    Deny,
    /// `permission: deny`, with a message for the person and one for the model
    Cursor,
    /// `continue: false`
    Continue,
    /// `permissionDecision` at the top, and where Claude Code has it for the editor
    Copilot,
    /// `modifiedResult`, and `decision: block` for the editor
    CopilotResult,
    /// `hookSpecificOutput.updatedToolOutput`: the same without the texts that hold keys
    Replace,
}

/// A text that is on its way to a model, a file, a shell or a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where it stands, for a person.
    pub place: Place,
    pub text: String,
}

/// Where a text stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    File(PathBuf),
    Prompt,
    Command,
    Argument(String),
    Output,
}
