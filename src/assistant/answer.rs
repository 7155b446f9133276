//! The answer, in the protocol's own form.

use serde_json::{Value, json};

use super::{Event, Form};

/// Nothing stands against it.
pub fn allow(event: &Event) -> Value {
    match event.form {
        Form::Continue => json!({"continue": true}),
        // An empty object is no decision: the assistant asks the person where it would have asked anyway.
        _ => json!({}),
    }
}

/// It must not happen, and why. `holding` are the texts of the event that hold keys.
pub fn stop(event: &Event, reason: &str, holding: &[&str]) -> Value {
    match event.form {
        Form::Permission => json!({"hookSpecificOutput": denied(reason)}),
        Form::Block => json!({"decision": "block", "reason": reason}),
        Form::Deny => json!({"decision": "deny", "reason": reason}),
        Form::Cursor => json!({"permission": "deny", "user_message": reason, "agent_message": reason}),
        Form::Continue => json!({"continue": false, "user_message": reason, "stopReason": reason}),
        Form::Copilot => json!({
            "permissionDecision": "deny", "permissionDecisionReason": reason, "hookSpecificOutput": denied(reason),
        }),
        Form::CopilotResult => json!({
            "modifiedResult": {"resultType": "success", "textResultForLlm": reason}, "decision": "block", "reason": reason,
        }),
        Form::Replace => json!({
            "hookSpecificOutput": {
                "hookEventName": "PostToolUse",
                "updatedToolOutput": event.returned.as_ref().map(|returned| without(returned, holding, reason)),
            },
            "systemMessage": reason,
        }),
    }
}

fn denied(reason: &str) -> Value {
    json!({"hookEventName": "PreToolUse", "permissionDecision": "deny", "permissionDecisionReason": reason})
}

/// In the shape that the tool gave it: another one is not taken, and the key would be seen.
fn without(value: &Value, holding: &[&str], reason: &str) -> Value {
    let inner = |value: &Value| without(value, holding, reason);
    match value {
        Value::String(text) if holding.contains(&text.as_str()) => Value::from(reason),
        Value::Array(items) => items.iter().map(inner).collect(),
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), inner(member))).collect(),
        other => other.clone(),
    }
}
