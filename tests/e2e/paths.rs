//! Names of files: any bytes git takes.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::keys::{code, secrets};
use crate::repo::TestRepo;

/// Fails the test unless a key in a file of this name is stopped; returns what was said.
#[track_caller]
fn said_of(name: &[u8]) -> String {
    let repo = TestRepo::new();
    repo.stage(OsStr::from_bytes(name), secrets());
    repo.stage("zz-last.py", code(2));
    let said = repo.blocked(&[]).stderr;
    let plain = |c: char| c == '\n' || !c.is_control();
    assert!(said.chars().all(plain), "a terminal would act on this: {said:?}");
    said
}

#[test]
fn a_name_with_a_blank_is_read() {
    let said = said_of(b"my settings.py");
    assert!(said.contains("my settings.py:1:") && said.contains("git add -- 'my settings.py'"), "{said}");
}

#[test]
fn a_name_with_a_tab_and_a_line_break_is_read() {
    said_of(b"a\tb\nc.py");
}

#[test]
fn a_name_that_is_not_utf8_is_read() {
    said_of(b"caf\xe9.py");
}

#[test]
fn a_name_with_quotes_is_read() {
    let said = said_of(b"it's \"quoted\".py");
    assert!(said.contains(r#"git add -- 'it'\''s "quoted".py'"#), "{said}");
}

#[test]
fn a_name_that_begins_with_a_dash_is_read() {
    said_of(b"--all.py");
}

#[test]
fn a_name_that_would_colour_the_terminal_is_written_out() {
    said_of(b"a\x1b[31mb.py");
}
