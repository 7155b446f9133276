//! Where a file lies is no excuse for a key that tells itself.

use crate::keys::{code, github_line, secrets};
use crate::repo::TestRepo;

#[track_caller]
fn assert_blocked(path: &str, content: String) {
    let repo = TestRepo::new();
    repo.stage(path, content);
    repo.blocked(&[]);
}

#[test]
fn vendored_files_are_read() {
    assert_blocked("node_modules/left-pad/index.js", secrets());
    assert_blocked("vendor/github.com/acme/lib/client.go", secrets());
}

#[test]
fn lock_files_are_read() {
    assert_blocked("package-lock.json", format!("{{\n  \"resolved\": \"{}\"\n}}\n", crate::keys::github_token()));
}

#[test]
fn drawings_are_read() {
    assert_blocked("logo.svg", format!("<svg><text>{}</text></svg>\n", github_line()));
}

#[test]
fn tests_are_read() {
    assert_blocked("tests/test_client.py", secrets());
}

#[test]
fn prose_is_read() {
    assert_blocked("docs/setup.md", format!("# Setup\n\n    {}\n", github_line()));
}

#[test]
fn an_ignored_file_that_is_added_by_force_is_read() {
    let repo = TestRepo::new();
    repo.commit_unseen(".gitignore", ".env\n");
    repo.stage(".env", secrets());
    repo.blocked(&[]);
}

#[test]
fn one_key_among_six_thousand_files_is_found() {
    let repo = TestRepo::new();
    for number in 0..6000 {
        repo.write(format!("src/part{}/module{number}.py", number % 60), code(2));
    }
    repo.write("src/part30/module3000x.py", secrets());
    repo.git(&["add", "."]).ok();
    repo.blocked(&[]);
}

#[test]
fn the_repository_passes_its_own_scan() {
    let repo = TestRepo::folder();
    let ran = repo.keystop(&["scan", env!("CARGO_MANIFEST_DIR")]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}
