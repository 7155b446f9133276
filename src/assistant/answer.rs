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

/// It must not happen, and why.
pub fn stop(event: &Event, reason: &str) -> Value {
    match event.form {
        Form::Permission => json!({"hookSpecificOutput": {
            "hookEventName": "PreToolUse", "permissionDecision": "deny", "permissionDecisionReason": reason,
        }}),
        Form::Block => json!({"decision": "block", "reason": reason}),
        Form::Deny => json!({"decision": "deny", "reason": reason}),
        Form::Cursor => json!({"permission": "deny", "user_message": reason, "agent_message": reason}),
        Form::Continue => json!({"continue": false, "user_message": reason}),
        Form::Copilot => json!({"permissionDecision": "deny", "permissionDecisionReason": reason}),
    }
}
