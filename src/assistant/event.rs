//! One call of the hook: what the assistant is about to do, taken out of its JSON.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Map, Value};

use super::{Form, Moment, Piece, Place};

/// Events by name. Copilot's own payloads have none and are told by `toolName`; [`told`] has the rest.
const EVENTS: [(&str, Moment, Form); 11] = [
    ("PreToolUse", Moment::Call, Form::Permission),
    ("UserPromptSubmit", Moment::Prompt, Form::Block),
    ("PostToolUse", Moment::Result, Form::Block),
    ("BeforeTool", Moment::Call, Form::Deny),
    ("BeforeAgent", Moment::Prompt, Form::Deny),
    ("AfterTool", Moment::Result, Form::Deny),
    ("beforeShellExecution", Moment::Call, Form::Cursor),
    ("beforeMCPExecution", Moment::Call, Form::Cursor),
    ("preToolUse", Moment::Call, Form::Cursor),
    ("beforeReadFile", Moment::Read, Form::Cursor),
    ("beforeSubmitPrompt", Moment::Prompt, Form::Continue),
];

/// Where the protocols keep what a tool is called with, and what it returned.
const ARGUMENTS: [&str; 2] = ["tool_input", "toolArgs"];
const RESULTS: [&str; 3] = ["tool_response", "tool_result", "toolResult"];
/// Arguments that name a file.
const PATHS: [&str; 5] = ["file_path", "filePath", "absolute_path", "path", "notebook_path"];
/// Arguments that are, or become, the content of that file.
const CONTENTS: [&str; 8] =
    ["content", "contents", "new_string", "newString", "new_str", "file_text", "insert_text", "new_source"];
/// Arguments that stand in the file already: taking a key out of it must be possible.
const REPLACED: [&str; 3] = ["old_string", "oldString", "old_str"];
/// Arguments that a shell runs.
const COMMANDS: [&str; 2] = ["command", "cmd"];
/// Tools that send a file to the model.
const READERS: [&str; 4] = ["Read", "read_file", "view", "NotebookRead"];

/// What is about to happen.
#[derive(Debug)]
pub struct Event {
    pub moment: Moment,
    pub(super) form: Form,
    /// Where the assistant works.
    pub folder: Option<PathBuf>,
    pub pieces: Vec<Piece>,
    /// The file that a tool is about to read.
    pub reads: Option<PathBuf>,
    /// What a tool has returned, in the tool's own shape.
    pub(super) returned: Option<Value>,
}

impl Event {
    /// # Errors
    /// It is not JSON, or of no protocol that is known. What was handed over is not repeated: it may be a secret.
    pub fn parse(payload: &[u8]) -> Result<Self> {
        let payload: Value = serde_json::from_slice(payload)
            .map_err(|error| anyhow!("what the assistant hands over is not JSON, in line {}", error.line()))?;
        let payload = payload.as_object().context("what the assistant hands over is not a JSON object")?;
        let (moment, form) = told(payload)?;
        let folder = text(payload, "cwd").map(PathBuf::from);
        let mut event = Self { moment, form, folder, pieces: Vec::new(), reads: None, returned: None };
        match moment {
            Moment::Prompt => event.piece(Place::Prompt, text(payload, "prompt").unwrap_or_default()),
            Moment::Read => {
                let file = text(payload, "file_path").map_or(Place::Output, |path| Place::File(path.into()));
                event.piece(file, text(payload, "content").unwrap_or_default());
            }
            Moment::Result => {
                event.returned = RESULTS.iter().find_map(|name| payload.get(*name)).cloned();
                let returned = event.returned.clone().unwrap_or_default();
                each_text(&returned, "", &mut |_, text| event.piece(Place::Output, text));
            }
            Moment::Call => event.call(payload),
        }
        Ok(event)
    }

    fn call(&mut self, payload: &Map<String, Value>) {
        let arguments = match ARGUMENTS.iter().find_map(|name| payload.get(*name)) {
            // Some hand them over as JSON in a string.
            Some(Value::String(inner)) => serde_json::from_str(inner).unwrap_or_else(|_| Value::String(inner.clone())),
            Some(arguments) => arguments.clone(),
            None => Value::Object(COMMANDS.iter().filter_map(|name| payload.get_key_value(*name)).map(owned).collect()),
        };
        let path = arguments.as_object().and_then(|all| PATHS.iter().find_map(|name| text(all, name)));
        let tool = ["tool_name", "toolName"].iter().find_map(|name| text(payload, name));
        if tool.is_some_and(|tool| READERS.contains(&tool)) {
            self.reads = path.map(PathBuf::from);
        }
        each_text(&arguments, "", &mut |name, text| {
            let place = match path {
                _ if REPLACED.contains(&name) => return,
                _ if text.trim_start().starts_with(PATCH) => return self.patch(text),
                _ if COMMANDS.contains(&name) => Place::Command,
                Some(path) if CONTENTS.contains(&name) => Place::File(path.into()),
                _ => Place::Argument(name.to_owned()),
            };
            self.piece(place, text);
        });
    }

    /// What a patch adds, file by file.
    fn patch(&mut self, patch: &str) {
        let mut place = Place::Argument("patch".to_owned());
        let mut added = String::new();
        for line in patch.lines() {
            let file = FILES.iter().find_map(|mark| line.trim_start().strip_prefix(mark));
            if let Some(file) = file {
                let before = std::mem::replace(&mut place, Place::File(file.trim().into()));
                self.piece(before, &std::mem::take(&mut added));
            } else if let Some(line) = line.strip_prefix('+') {
                added.push_str(line);
                added.push('\n');
            }
        }
        self.piece(place, &added);
    }

    fn piece(&mut self, place: Place, text: &str) {
        if !text.is_empty() {
            self.pieces.push(Piece { place, text: text.to_owned() });
        }
    }
}

/// How a patch begins, and where it speaks of another file.
const PATCH: &str = "*** Begin Patch";
const FILES: [&str; 3] = ["*** Add File: ", "*** Update File: ", "*** Move to: "];

fn told(payload: &Map<String, Value>) -> Result<(Moment, Form)> {
    let has = |name: &str| payload.contains_key(name);
    let Some(name) = text(payload, "hook_event_name") else {
        return match (has("toolName"), has("toolResult")) {
            (true, false) => Ok((Moment::Call, Form::Copilot)),
            (true, true) => Ok((Moment::Result, Form::CopilotResult)),
            (false, _) => bail!("the assistant does not say what it is about to do"),
        };
    };
    let event = EVENTS.iter().find(|event| event.0 == name);
    let (_, moment, form) = *event.context("there is nothing to judge at this event of the assistant")?;
    // Copilot reads Claude Code's settings too, and calls by the same names; of the three only it tells the time. Of the
    // other two only Codex counts turns, and takes no other result for what a tool has returned.
    let form = match (form, moment) {
        (Form::Permission, _) if has("timestamp") => Form::Copilot,
        (Form::Block, Moment::Result) if has("timestamp") => Form::CopilotResult,
        (Form::Block, Moment::Prompt) if has("timestamp") => Form::Continue,
        (Form::Block, Moment::Result) if !has("turn_id") => Form::Replace,
        (form, _) => form,
    };
    Ok((moment, form))
}

fn text<'v>(object: &'v Map<String, Value>, name: &str) -> Option<&'v str> {
    object.get(name)?.as_str()
}

fn owned((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

/// Hands over every text with the name it stands under.
fn each_text(value: &Value, name: &str, act: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::String(text) => act(name, text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, name, act)),
        Value::Object(members) => members.iter().for_each(|(name, member)| each_text(member, name, act)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pieces(payload: &Value) -> Vec<(Place, String)> {
        let event = Event::parse(payload.to_string().as_bytes()).unwrap();
        event.pieces.into_iter().map(|piece| (piece.place, piece.text)).collect()
    }

    #[test]
    fn of_an_edit_only_what_is_new_counts() {
        let edit = json!({"hook_event_name": "PreToolUse", "tool_name": "Edit",
            "tool_input": {"file_path": "a.py", "edits": [{"old_string": "k = 1", "new_string": "k = 2"}]}});
        let found = pieces(&edit);
        assert_eq!(found[0], (Place::File("a.py".into()), "k = 2".to_owned()));
        assert_eq!(found[1], (Place::Argument("file_path".to_owned()), "a.py".to_owned()));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn of_a_patch_only_added_lines_count_and_go_to_their_file() {
        let patch =
            "*** Begin Patch\n*** Update File: a.py\n@@\n-old\n+new\n same\n*** Add File: b.py\n+b\n*** End Patch";
        let call =
            json!({"hook_event_name": "PreToolUse", "tool_name": "apply_patch", "tool_input": {"command": patch}});
        let expected =
            [(Place::File("a.py".into()), "new\n".to_owned()), (Place::File("b.py".into()), "b\n".to_owned())];
        assert_eq!(pieces(&call), expected);
    }

    #[test]
    fn arguments_are_found_in_a_string_of_json_too() {
        let call = json!({"toolName": "bash", "toolArgs": "{\"command\": \"ls\"}"});
        assert_eq!(pieces(&call), [(Place::Command, "ls".to_owned())]);
    }

    #[test]
    fn what_is_not_understood_is_not_repeated() {
        for payload in ["hunter2", "[\"hunter2\"]", "{\"hook_event_name\": \"hunter2\"}", "{\"prompt\": \"hunter2\"}"] {
            let said = format!("{:?}", Event::parse(payload.as_bytes()).unwrap_err());
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
}
