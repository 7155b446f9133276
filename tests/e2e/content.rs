//! What a blob holds, whatever attributes, settings and encodings make git show of it.

use crate::keys::{aws_lines, code, github_line, github_token, key, secrets};
use crate::repo::TestRepo;

/// Fails the test unless a commit of `content` is stopped.
#[track_caller]
fn assert_blocked(path: &str, content: impl AsRef<[u8]>) {
    let repo = TestRepo::new();
    repo.stage(path, content);
    repo.blocked(&[]);
}

/// Fails the test unless a commit is stopped with `attributes` in force.
#[track_caller]
fn assert_blocked_under(attributes: &str, settings: &[(&str, &str)]) {
    let repo = TestRepo::new();
    for (name, value) in settings {
        repo.git(&["config", name, value]).ok();
    }
    repo.commit_unseen(".gitattributes", attributes);
    repo.commit_unseen("app.py", code(3));
    repo.stage("app.py", code(3) + &secrets());
    repo.blocked(&[]);
}

#[test]
fn the_attribute_that_switches_diffs_off_changes_nothing() {
    assert_blocked_under("* -diff\n", &[]);
}

#[test]
fn the_attribute_that_calls_a_file_binary_changes_nothing() {
    assert_blocked_under("* binary\n", &[]);
}

#[test]
fn a_text_conversion_changes_nothing() {
    assert_blocked_under("*.py diff=quiet\n", &[("diff.quiet.textconv", "true")]);
}

#[test]
fn an_external_diff_changes_nothing() {
    assert_blocked_under("", &[("diff.external", "true")]);
}

#[test]
fn diff_prefixes_change_nothing() {
    assert_blocked_under("", &[("diff.noprefix", "true")]);
    assert_blocked_under("", &[("diff.mnemonicPrefix", "true")]);
}

#[test]
fn colour_that_is_always_on_changes_nothing() {
    assert_blocked_under("", &[("color.ui", "always"), ("color.diff", "always")]);
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn utf16_with_a_byte_order_mark_is_read() {
    assert_blocked("app.ps1", utf16(&format!("\u{feff}{}", secrets()), u16::to_le_bytes));
    assert_blocked("app.ps1", utf16(&format!("\u{feff}{}", secrets()), u16::to_be_bytes));
}

#[test]
fn utf16_without_a_byte_order_mark_is_read() {
    assert_blocked("app.ps1", utf16(&secrets(), u16::to_le_bytes));
    assert_blocked("app.ps1", utf16(&secrets(), u16::to_be_bytes));
}

#[test]
fn a_key_among_nul_bytes_is_found() {
    assert_blocked("app.bin", format!("\0\x01\x02{}\0\0\n", github_line()));
    assert_blocked("app.bin", format!("{}\0\u{1}\0{}", code(1), secrets()));
}

#[test]
fn neighbours_in_binary_data_are_no_names_and_values() {
    let line = key("session_token = {alnum:32}\n");
    assert_blocked("app.env", line.clone());
    let repo = TestRepo::new();
    repo.stage("app.sqlite", format!("\0\x01{line}\0"));
    repo.passes(&[]);
}

#[test]
fn a_line_that_looks_like_a_header_of_a_diff_is_read() {
    assert_blocked("app.py", format!("++ {}\n", github_line()));
    assert_blocked("app.py", format!("-- b/{}\n", github_line()));
}

#[test]
fn a_patch_with_a_key_is_read() {
    let patch = format!("--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-old\n+{}\n", github_line());
    assert_blocked("fix.patch", patch);
}

#[test]
fn lines_that_end_in_carriage_returns_are_read() {
    assert_blocked("app.py", secrets().replace('\n', "\r\n"));
    assert_blocked("app.py", secrets().replace('\n', "\r"));
    let repo = TestRepo::new();
    repo.git(&["config", "core.autocrlf", "true"]).ok();
    repo.stage("app.py", secrets().replace('\n', "\r\n"));
    repo.blocked(&[]);
}

#[test]
fn the_last_line_needs_no_end() {
    assert_blocked("app.py", format!("a = 1\n{}", github_line()));
    let repo = TestRepo::new();
    repo.commit_unseen("app.py", "a = 1");
    repo.stage("app.py", format!("a = 1\n{}", github_line()));
    repo.blocked(&[]);
}

#[test]
fn a_line_of_five_megabytes_is_read() {
    let half = "x = [1, 2, 3]; ".repeat(170_000);
    assert_blocked("app.min.js", format!("{half}{}; {half}\n", github_line()));
}

#[test]
fn a_file_of_forty_five_megabytes_is_read_to_its_end() {
    let repo = TestRepo::new();
    repo.stage("dump.sql", code(4).repeat(45_000_000 / code(4).len()) + &secrets());
    let said = repo.blocked(&[]).stderr;
    assert!(said.contains("dump.sql:"), "{said}");
}

#[test]
fn a_value_in_the_line_after_its_name_is_found() {
    assert_blocked("app.json", key("{{\n  \"aws_secret_access_key\":\n    \"{base64:40}\"\n}}\n"));
}

#[test]
fn a_key_in_base64_is_found() {
    let wrapped = data_encoding::BASE64.encode(github_line().as_bytes());
    assert_blocked("secret.yaml", format!("data:\n  token: {wrapped}\n"));
}

#[test]
fn a_key_in_a_notebook_is_found() {
    let notebook = format!(
        "{{\"cells\": [{{\"cell_type\": \"code\", \"source\": [\"import os\\n\", \"token = \\\"{}\\\"\\n\"]}}]}}\n",
        github_token()
    );
    assert_blocked("analysis.ipynb", notebook);
}

#[test]
fn a_line_that_speaks_of_an_example_is_no_excuse() {
    assert_blocked("app.py", format!("{}  # for example\n", github_line()));
    assert_blocked("app.py", format!("# example credentials\n{}\n", aws_lines()));
}
