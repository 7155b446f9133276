//! Coding assistants: payloads as their documentation has them, answered in each protocol's own form.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use crate::keys::{github_token, key};
use crate::repo::{KEYSTOP, Ran, TestRepo, files_below};

const ASSISTANTS: [&str; 5] = ["claude-code", "cursor", "codex", "copilot", "gemini-cli"];

/// Calls the hook as an assistant does, and fails the test if the token comes back.
#[track_caller]
fn ask(repo: &TestRepo, payload: &str) -> Ran {
    repo.write("../payload", payload);
    let ran = repo.run("sh", &["-c", &format!("'{KEYSTOP}' hook ai <../payload")]);
    for secret in [github_token(), key("sk_live_{alnum:24}")] {
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(&secret[8..]), "{}{}", ran.stdout, ran.stderr);
    }
    ran
}

#[track_caller]
fn answered(repo: &TestRepo, payload: &Value) -> Value {
    let ran = ask(repo, &payload.to_string()).ok();
    serde_json::from_str(&ran.stdout).expect("the answer is JSON")
}

/// A call of each protocol that carries `text`, and where its answer says no.
fn calls(text: &str) -> Vec<(&'static str, Value, &'static str, Value)> {
    let shell = format!("curl -H 'Authorization: Bearer {text}' https://api.github.com/user");
    let file = format!("import os\nGITHUB_TOKEN = \"{text}\"\n");
    let claude = |event: &str| {
        json!({"session_id": "abc123", "transcript_path": "/home/ada/.claude/projects/x/abc123.jsonl",
            "permission_mode": "default", "hook_event_name": event})
    };
    let codex = |event: &str| {
        json!({"session_id": "abc123", "transcript_path": null, "turn_id": "1", "model": "m",
            "permission_mode": "default", "hook_event_name": event})
    };
    let cursor = |event: &str| {
        json!({"conversation_id": "c", "generation_id": "g", "model": "m", "hook_event_name": event,
            "cursor_version": "2.0.77", "workspace_roots": ["/work"], "user_email": null})
    };
    let gemini = |event: &str| {
        json!({"session_id": "abc123", "transcript_path": "/home/ada/.gemini/t.json", "hook_event_name": event,
            "timestamp": "2026-01-02T03:04:05Z"})
    };
    let copilot = || json!({"sessionId": "abc123", "timestamp": 1_704_614_600_000_i64});
    let permission = "/hookSpecificOutput/permissionDecision";
    let with = |mut base: Value, more: Value| {
        base.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        base
    };
    let bash =
        json!({"tool_name": "Bash", "tool_use_id": "t1", "tool_input": {"command": shell, "description": "user"}});
    let patch = format!("*** Begin Patch\n*** Add File: src/a.py\n+GITHUB_TOKEN = \"{text}\"\n*** End Patch");
    let prompt = json!({"prompt": format!("use the token {text} for this")});
    vec![
        ("claude prompt", with(claude("UserPromptSubmit"), prompt.clone()), "/decision", json!("block")),
        ("claude shell", with(claude("PreToolUse"), bash.clone()), permission, json!("deny")),
        (
            "claude write",
            with(
                claude("PreToolUse"),
                json!({"tool_name": "Write", "tool_input": {"file_path": "src/a.py", "content": file}}),
            ),
            permission,
            json!("deny"),
        ),
        (
            "claude edit",
            with(
                claude("PreToolUse"),
                json!({"tool_name": "Edit", "tool_input": {"file_path": "src/a.py", "old_string": "import os", "new_string": file, "replace_all": false}}),
            ),
            permission,
            json!("deny"),
        ),
        (
            "claude mcp",
            with(
                claude("PreToolUse"),
                json!({"tool_name": "mcp__github__create_issue", "tool_input": {"title": "t", "body": file}}),
            ),
            permission,
            json!("deny"),
        ),
        (
            "claude result",
            with(
                claude("PostToolUse"),
                json!({"tool_name": "Bash", "tool_use_id": "t1", "tool_input": {"command": "cat .env"}, "duration_ms": 12,
                    "tool_response": {"stdout": file, "stderr": "", "interrupted": false, "isImage": false}}),
            ),
            "/hookSpecificOutput/hookEventName",
            json!("PostToolUse"),
        ),
        ("codex prompt", with(codex("UserPromptSubmit"), prompt.clone()), "/decision", json!("block")),
        ("codex shell", with(codex("PreToolUse"), bash), permission, json!("deny")),
        (
            "codex patch",
            with(
                codex("PreToolUse"),
                json!({"tool_name": "apply_patch", "tool_use_id": "t", "tool_input": {"command": patch}}),
            ),
            permission,
            json!("deny"),
        ),
        (
            "codex result",
            with(
                codex("PostToolUse"),
                json!({"tool_name": "Bash", "tool_use_id": "t", "tool_input": {"command": "env"}, "tool_response": file}),
            ),
            "/decision",
            json!("block"),
        ),
        (
            "cursor shell",
            with(cursor("beforeShellExecution"), json!({"command": shell, "cwd": "", "sandbox": false})),
            "/permission",
            json!("deny"),
        ),
        (
            "cursor mcp",
            with(
                cursor("beforeMCPExecution"),
                json!({"tool_name": "create_issue", "tool_input": json!({"body": file}).to_string(), "url": "http://localhost:3000"}),
            ),
            "/permission",
            json!("deny"),
        ),
        (
            "cursor tool",
            with(
                cursor("preToolUse"),
                json!({"tool_name": "Write", "tool_use_id": "t", "tool_input": {"file_path": "src/a.py", "content": file}}),
            ),
            "/permission",
            json!("deny"),
        ),
        (
            "cursor read",
            with(cursor("beforeReadFile"), json!({"file_path": "src/a.py", "content": file, "attachments": []})),
            "/permission",
            json!("deny"),
        ),
        (
            "cursor prompt",
            with(cursor("beforeSubmitPrompt"), with(prompt.clone(), json!({"attachments": []}))),
            "/continue",
            json!(false),
        ),
        ("gemini prompt", with(gemini("BeforeAgent"), prompt), "/decision", json!("deny")),
        (
            "gemini shell",
            with(gemini("BeforeTool"), json!({"tool_name": "run_shell_command", "tool_input": {"command": shell}})),
            "/decision",
            json!("deny"),
        ),
        (
            "gemini write",
            with(
                gemini("BeforeTool"),
                json!({"tool_name": "write_file", "tool_input": {"file_path": "src/a.py", "content": file}}),
            ),
            "/decision",
            json!("deny"),
        ),
        (
            "gemini result",
            with(
                gemini("AfterTool"),
                json!({"tool_name": "read_file", "tool_input": {"absolute_path": "/x"}, "tool_response": {"llmContent": file, "returnDisplay": ""}}),
            ),
            "/decision",
            json!("deny"),
        ),
        (
            "copilot shell",
            with(copilot(), json!({"toolName": "bash", "toolArgs": json!({"command": shell}).to_string()})),
            "/permissionDecision",
            json!("deny"),
        ),
        (
            "copilot create",
            with(copilot(), json!({"toolName": "create", "toolArgs": {"path": "src/a.py", "file_text": file}})),
            "/permissionDecision",
            json!("deny"),
        ),
        (
            "copilot result",
            with(
                copilot(),
                json!({"toolName": "bash", "toolArgs": {"command": "env"},
                    "toolResult": {"resultType": "success", "textResultForLlm": file}}),
            ),
            "/modifiedResult/resultType",
            json!("success"),
        ),
        (
            "copilot by the settings of Claude Code",
            json!({"hook_event_name": "PreToolUse", "session_id": "s", "timestamp": "2026-01-02T03:04:05Z",
                "tool_name": "Bash", "tool_input": {"command": shell}}),
            "/permissionDecision",
            json!("deny"),
        ),
        (
            "copilot's result by the settings of Claude Code",
            json!({"hook_event_name": "PostToolUse", "session_id": "s", "timestamp": "2026-01-02T03:04:05Z",
                "tool_name": "Bash", "tool_input": {"command": "env"},
                "tool_result": {"result_type": "success", "text_result_for_llm": file}}),
            "/decision",
            json!("block"),
        ),
        (
            "a prompt of an editor",
            json!({"hook_event_name": "UserPromptSubmit", "session_id": "s", "timestamp": "2026-01-02T03:04:05Z",
                "prompt": format!("use the token {text} for this")}),
            "/continue",
            json!(false),
        ),
        (
            "copilot in an editor",
            json!({"hook_event_name": "PreToolUse", "session_id": "s", "timestamp": "2026-01-02T03:04:05Z", "tool_name": "create_file", "tool_input": {"filePath": "src/a.py", "content": file}}),
            permission,
            json!("deny"),
        ),
    ]
}

#[test]
fn a_key_is_stopped_in_every_protocol_and_never_repeated() {
    let repo = TestRepo::new();
    for (name, mut payload, place, no) in calls(&github_token()) {
        payload["cwd"] = json!(repo.path("."));
        let answer = answered(&repo, &payload);
        assert_eq!(answer.pointer(place), Some(&no), "{name}: {answer}");
        assert!(answer.to_string().contains("GitHub"), "{name} does not say what it is: {answer}");
    }
}

#[test]
fn the_same_calls_without_a_key_are_not_decided() {
    let repo = TestRepo::new();
    for (name, payload, _, _) in calls("$GITHUB_TOKEN") {
        let answer = answered(&repo, &payload);
        let is_asked = ["cursor prompt", "a prompt of an editor"].contains(&name);
        let expected = if is_asked { json!({"continue": true}) } else { json!({}) };
        assert_eq!(answer, expected, "{name}");
    }
}

#[test]
fn what_a_tool_returned_keeps_its_shape_without_the_texts_that_hold_keys() {
    let repo = TestRepo::new();
    let returned = json!({"hook_event_name": "PostToolUse", "tool_name": "Bash", "tool_input": {"command": "cat .env"},
        "tool_response": {"stdout": format!("GITHUB_TOKEN={}\n", github_token()), "stderr": "a warning",
            "interrupted": false, "isImage": false, "lines": [1, "two"]}});
    let output = &answered(&repo, &returned)["hookSpecificOutput"]["updatedToolOutput"];
    let reason = output["stdout"].as_str().expect("a text stays a text");
    assert!(reason.starts_with("keystop stopped what the tool has returned: it holds a key."), "{reason}");
    let rest =
        json!({"stdout": reason, "stderr": "a warning", "interrupted": false, "isImage": false, "lines": [1, "two"]});
    assert_eq!(*output, rest);
}

#[test]
fn the_reason_says_what_to_do_instead() {
    let repo = TestRepo::new();
    let write = json!({"hook_event_name": "PreToolUse", "tool_name": "Write", "cwd": repo.path("."),
        "tool_input": {"file_path": repo.path("src/pay.py"), "content": format!("stripe.api_key = \"{}\"\n", key("sk_live_{alnum:24}"))}});
    let answer = answered(&repo, &write);
    let reason = answer["hookSpecificOutput"]["permissionDecisionReason"].as_str().expect("there is one");
    for part in ["src/pay.py:1", "sk_live_...(32 bytes)", "os.environ[\"STRIPE_SECRET_KEY\"]", "do not encode"] {
        assert!(reason.contains(part), "{part} is missing:\n{reason}");
    }
}

#[test]
fn a_key_can_be_taken_out_of_a_file() {
    let repo = TestRepo::new();
    let edit = json!({"hook_event_name": "PreToolUse", "tool_name": "Edit", "tool_input": {
        "file_path": "a.py", "old_string": format!("token = \"{}\"", github_token()), "new_string": "token = os.environ[\"GITHUB_TOKEN\"]"}});
    assert_eq!(answered(&repo, &edit), json!({}));
    let patch = format!(
        "*** Begin Patch\n*** Update File: a.py\n@@\n-token = \"{}\"\n+token = read()\n*** End Patch",
        github_token()
    );
    let patch = json!({"hook_event_name": "PreToolUse", "tool_name": "apply_patch", "tool_input": {"command": patch}});
    assert_eq!(answered(&repo, &patch), json!({}));
}

#[test]
fn a_file_with_a_key_is_not_read() {
    let repo = TestRepo::new();
    repo.write(".env", format!("GITHUB_TOKEN={}\n", github_token()));
    repo.write("a.py", "print(1)\n");
    let read = |file: &str| {
        let payload = json!({"hook_event_name": "PreToolUse", "tool_name": "Read", "cwd": repo.path("."), "tool_input": {"file_path": repo.path(file)}});
        answered(&repo, &payload)
    };
    assert_eq!(read(".env")["hookSpecificOutput"]["permissionDecision"], "deny");
    assert_eq!(read("a.py"), json!({}));
    assert_eq!(read("none.py"), json!({}));
}

#[test]
fn the_project_s_decisions_hold() {
    let repo = TestRepo::new();
    repo.write(".keystop.toml", "[[allow]]\npaths = [\"docs/**\"]\nreason = \"examples\"\n");
    let write = |file: &str| {
        let payload = json!({"hook_event_name": "PreToolUse", "tool_name": "Write", "cwd": repo.path("docs"),
            "tool_input": {"file_path": repo.path(file), "content": format!("token = \"{}\"", github_token())}});
        answered(&repo, &payload)
    };
    repo.write("docs/a.md", "");
    assert_eq!(write("docs/b.py"), json!({}));
    assert_eq!(write("src/b.py")["hookSpecificOutput"]["permissionDecision"], "deny");
}

#[test]
fn what_cannot_be_judged_is_stopped_and_not_repeated() {
    let repo = TestRepo::new();
    let token = github_token();
    for payload in [
        String::new(),
        token.clone(),
        format!("\"{token}\""),
        format!("{{\"prompt\": \"{token}\""),
        json!({"prompt": token}).to_string(),
        json!({"hook_event_name": token, "prompt": token}).to_string(),
    ] {
        let ran = ask(&repo, &payload);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
        assert!(ran.stderr.starts_with("keystop: "), "{}", ran.stderr);
    }
    repo.write(".keystop.toml", "[[alow]]\n");
    let (_, payload, _, _) = calls("nothing").remove(0);
    assert_eq!(ask(&repo, &payload.to_string()).code, 2);
}

/// What the settings call, run as a shell does, with keystop on PATH or without.
fn run_settings(repo: &TestRepo, command: &str, payload: &Value) -> Ran {
    repo.write("../payload", payload.to_string());
    repo.run("sh", &["-c", &format!("exec <../payload; {command}")])
}

fn commands(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "command" || name == "bash" => found.push(text.clone()),
                    _ => commands(member, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| commands(item, found)),
        _ => {}
    }
}

#[test]
fn settings_are_written_work_and_are_gone_again() {
    let mut repo = TestRepo::new();
    let before = files_below(&repo.path("."), &|path| !path.ends_with(".git"));
    let option = format!("--ai={}", ASSISTANTS.join(","));
    repo.keystop(&["install", &option]).ok();
    let installed = files_below(&repo.path("."), &|path| !path.ends_with(".git"));
    repo.keystop(&["install", &option]).ok();
    assert_eq!(files_below(&repo.path("."), &|path| !path.ends_with(".git")), installed, "twice is once");
    let payload = calls(&github_token()).remove(1).1;
    for file in [
        ".claude/settings.json",
        ".cursor/hooks.json",
        ".codex/hooks.json",
        ".github/hooks/keystop.json",
        ".gemini/settings.json",
    ] {
        let settings: Value = serde_json::from_slice(&repo.read(file)).expect("it is JSON");
        let mut found = Vec::new();
        commands(&settings["hooks"], &mut found);
        assert!(!found.is_empty(), "{file}");
        for command in found {
            let ran = run_settings(&repo, &command, &payload);
            assert_eq!(ran.code, 2, "a keystop that is not there must stop: {command}");
            let folder = KEYSTOP.strip_suffix("/keystop").expect("it is in a folder").to_owned();
            let path = std::env::var("PATH").expect("there is one");
            let mut with = repo.clone();
            with.set("PATH", format!("{folder}:{path}"));
            let ran = run_settings(&with, &command, &payload).ok();
            assert!(ran.stdout.contains("\"deny\""), "{command}: {}", ran.stdout);
        }
    }
    repo.set("HOME", repo.path("../home"));
    repo.keystop(&["uninstall", "--ai"]).ok();
    assert_eq!(files_below(&repo.path("."), &|path| !path.ends_with(".git")), before);
}

#[test]
fn settings_that_were_there_stay_byte_for_byte() {
    let repo = TestRepo::new();
    let claude = "{\r\n\t\"permissions\": {\"deny\": [\"Read(.env)\"]},\r\n\t\"hooks\": {\r\n\t\t\"PreToolUse\": [ {\"matcher\": \"Bash\", \"hooks\": [{\"type\": \"command\", \"command\": \"./check.sh\"}]} ]\r\n\t}\r\n}";
    repo.write(".claude/settings.json", claude);
    repo.write(".cursor/hooks.json", "{\"version\":1,\"hooks\":{\"stop\":[]}}");
    repo.write(".gemini/settings.json", "{}\n");
    let before = files_below(&repo.path("."), &|path| !path.ends_with(".git"));
    let said = repo.keystop(&["install", "--ai"]).ok().stdout;
    assert!(said.contains("what was there stays") && !said.contains("codex"), "{said}");
    let settings: Value = serde_json::from_slice(&repo.read(".claude/settings.json")).expect("it is JSON");
    assert_eq!(settings["hooks"]["PreToolUse"][1]["matcher"], "Bash");
    assert_eq!(settings["hooks"]["PreToolUse"][0]["hooks"][0]["command"], "keystop hook ai || exit 2");
    assert_eq!(settings["permissions"]["deny"][0], "Read(.env)");
    let shown = repo.keystop(&["uninstall", "--ai", "--dry-run"]).ok().stdout;
    assert!(shown.contains("would no longer") || shown.contains("Would no longer"), "{shown}");
    repo.keystop(&["uninstall", "--ai"]).ok();
    assert_eq!(files_below(&repo.path("."), &|path| !path.ends_with(".git")), before);
}

#[test]
fn for_the_user_the_binary_is_named_and_a_linked_file_stays_a_link() {
    let repo = TestRepo::new();
    repo.write("../dotfiles/claude.json", "{\"theme\": \"dark\"}\n");
    fs::create_dir_all(repo.path("../home/.claude")).expect("a folder can be made");
    symlink(repo.path("../dotfiles/claude.json"), repo.path("../home/.claude/settings.json"))
        .expect("a link can be made");
    repo.keystop(&["install", "--ai", "--global"]).ok();
    let settings: Value = serde_json::from_slice(&repo.read("../dotfiles/claude.json")).expect("it is JSON");
    assert_eq!(settings["hooks"]["PreToolUse"][0]["hooks"][0]["command"], format!("{KEYSTOP} hook ai || exit 2"));
    assert!(repo.path("../home/.claude/settings.json").is_symlink());
    repo.keystop(&["uninstall", "--ai", "--global"]).ok();
    assert_eq!(repo.read("../dotfiles/claude.json"), b"{\"theme\": \"dark\"}\n");
}

#[test]
fn settings_that_cannot_be_changed_are_left_alone() {
    let repo = TestRepo::new();
    repo.write(".gemini/settings.json", format!("// mine\n{{\"key\": \"{}\"}}\n", github_token()));
    let ran = repo.keystop(&["install", "--ai=gemini-cli"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("not plain JSON") && ran.stderr.contains("hint: "), "{}", ran.stderr);
    repo.write("../elsewhere/x", "");
    symlink(repo.path("../elsewhere"), repo.path(".claude")).expect("a link can be made");
    let ran = repo.keystop(&["install", "--ai=claude-code"]);
    assert!(ran.code == 2 && ran.stderr.contains("is a link"), "{}", ran.stderr);
    let bare = TestRepo::new();
    let ran = bare.keystop(&["install", "--ai"]);
    assert!(ran.code == 2 && ran.stderr.contains("keystop install --ai=claude-code,cursor"), "{}", ran.stderr);
}
