//! The file in which each assistant is told to ask keystop, and what stands there.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::Value;

use super::splice;

/// An assistant with hooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    ClaudeCode,
    Cursor,
    Codex,
    Copilot,
    GeminiCli,
}

/// For whom it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everybody who works in a repository.
    Repository,
    /// The user, everywhere.
    User,
}

impl Tool {
    pub const ALL: [Self; 5] = [Self::ClaudeCode, Self::Cursor, Self::Codex, Self::Copilot, Self::GeminiCli];

    pub fn name(self) -> &'static str {
        match self {
            Self::ClaudeCode => "claude-code",
            Self::Cursor => "cursor",
            Self::Codex => "codex",
            Self::Copilot => "copilot",
            Self::GeminiCli => "gemini-cli",
        }
    }

    /// The folder of its settings below the repository's top, or the user's home.
    fn folder(self, scope: Scope) -> &'static str {
        match (self, scope) {
            (Self::ClaudeCode, _) => ".claude",
            (Self::Cursor, _) => ".cursor",
            (Self::Codex, _) => ".codex",
            (Self::Copilot, Scope::Repository) => ".github",
            (Self::Copilot, Scope::User) => ".copilot",
            (Self::GeminiCli, _) => ".gemini",
        }
    }

    /// The variable that names another folder for the user's settings.
    fn variable(self) -> Option<&'static str> {
        match self {
            Self::ClaudeCode => Some("CLAUDE_CONFIG_DIR"),
            Self::Codex => Some("CODEX_HOME"),
            Self::Copilot => Some("COPILOT_HOME"),
            Self::Cursor | Self::GeminiCli => None,
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::ClaudeCode | Self::GeminiCli => "settings.json",
            Self::Cursor | Self::Codex => "hooks.json",
            // Every file of this folder is read, so keystop has one of its own.
            Self::Copilot => "hooks/keystop.json",
        }
    }

    /// The events at which something can still be stopped. Copilot takes no "no" to a prompt, and what a tool has
    /// returned can only be kept from the model where the protocol says so.
    fn events(self) -> &'static [&'static str] {
        match self {
            Self::ClaudeCode => &["UserPromptSubmit", "PreToolUse", "PostToolUse"],
            Self::Codex => &["UserPromptSubmit", "PreToolUse", "PostToolUse"],
            Self::Copilot => &["preToolUse", "postToolUse"],
            Self::GeminiCli => &["BeforeAgent", "BeforeTool", "AfterTool"],
            Self::Cursor => {
                &["beforeSubmitPrompt", "preToolUse", "beforeShellExecution", "beforeMCPExecution", "beforeReadFile"]
            }
        }
    }

    /// Where its settings are; `home` is the repository's top or the user's home.
    pub fn path(self, scope: Scope, home: &Path, variable: impl Fn(&str) -> Option<PathBuf>) -> PathBuf {
        let named = self.variable().filter(|_| scope == Scope::User).and_then(variable);
        named.unwrap_or_else(|| home.join(self.folder(scope))).join(self.file())
    }

    /// Whether somebody uses it here: its folder is there.
    pub fn is_used(self, scope: Scope, home: &Path) -> bool {
        // `.github` is there for other reasons too.
        let sign = if (self, scope) == (Self::Copilot, Scope::Repository) {
            [".github/hooks", ".github/copilot", ".github/copilot-instructions.md"].as_slice()
        } else {
            &[self.folder(scope)]
        };
        sign.iter().any(|name| home.join(name).exists())
    }

    /// The settings with keystop in them, called by `command`; of none, a new file.
    ///
    /// # Errors
    /// The settings are not plain JSON with the hooks where they belong.
    pub fn add(self, settings: Option<&str>, command: &str) -> Result<String> {
        let entry = self.entry(command);
        let bare = settings.map(|settings| self.remove(settings)).transpose()?.flatten();
        let Some(bare) = bare else {
            let version =
                matches!(self, Self::Cursor | Self::Copilot).then_some("  \"version\": 1,\n").unwrap_or_default();
            let lists: Vec<String> =
                self.events().iter().map(|event| format!("    \"{event}\": [\n      {entry}\n    ]")).collect();
            return Ok(format!("{{\n{version}  \"hooks\": {{\n{}\n  }}\n}}\n", lists.join(",\n")));
        };
        self.events().iter().try_rfold(bare, |text, event| splice::insert(&text, event, &entry))
    }

    /// The settings without keystop; none if the file was made for it.
    ///
    /// # Errors
    /// As [`Tool::add`].
    pub fn remove(self, settings: &str) -> Result<Option<String>> {
        let is_made =
            command_in(settings).is_some_and(|command| self.add(None, &command).is_ok_and(|new| new == settings));
        if is_made { Ok(None) } else { splice::remove(settings, &is_ours).map(Some) }
    }

    fn entry(self, command: &str) -> String {
        let command = Value::from(command);
        match self {
            Self::ClaudeCode | Self::Codex | Self::GeminiCli => {
                format!("{{ \"hooks\": [{{ \"type\": \"command\", \"command\": {command} }}] }}")
            }
            Self::Cursor => format!("{{ \"command\": {command}, \"failClosed\": true }}"),
            Self::Copilot => format!("{{ \"type\": \"command\", \"bash\": {command} }}"),
        }
    }
}

/// What an assistant is to run. A keystop that is not there has judged nothing: 2 stops, in every protocol.
pub fn command(binary: &OsStr) -> String {
    let binary = binary.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    let binary =
        if binary.chars().all(plain) { binary.into_owned() } else { format!("'{}'", binary.replace('\'', "'\\''")) };
    format!("{binary}{TAIL}")
}

const TAIL: &str = " hook ai || exit 2";

fn is_ours(entry: &str) -> bool {
    command_in(entry).is_some()
}

/// The command by which keystop is called in a piece of JSON.
fn command_in(json: &str) -> Option<String> {
    fn find(value: &Value) -> Option<&str> {
        match value {
            Value::String(text) => text.ends_with(TAIL).then_some(text),
            Value::Array(items) => items.iter().find_map(find),
            Value::Object(members) => members.values().find_map(find),
            _ => None,
        }
    }
    find(&serde_json::from_str(json).ok()?).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_and_go() {
        for tool in Tool::ALL {
            for settings in
                [None, Some("{}"), Some("{\n  \"version\": 1,\n  \"hooks\": {}\n}\n"), Some("{\n  \"version\": 1\n}\n")]
            {
                let with = tool.add(settings, &command("keystop".as_ref())).unwrap();
                assert_eq!(tool.add(Some(&with), &command("keystop".as_ref())).unwrap(), with);
                let moved = tool.add(Some(&with), &command("/opt/key stop".as_ref())).unwrap();
                assert!(moved.contains("'/opt/key stop' hook ai") && !moved.contains("\"keystop hook"), "{moved}");
                assert_eq!(tool.remove(&with).unwrap().as_deref(), settings, "{with}");
                assert_eq!(tool.remove(&moved).unwrap().as_deref(), settings, "{moved}");
            }
        }
    }
}
