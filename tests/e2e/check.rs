//! `keystop check` in the binary that runs in hooks: it has no network. `tests/live.rs` has the other one.

use crate::keys;
use crate::repo::TestRepo;

#[test]
#[cfg(not(feature = "live"))]
fn a_keystop_without_a_network_says_how_to_get_one_with_it() {
    let repo = TestRepo::new();
    repo.stage("a.py", format!("{}\n", keys::github_line()));
    let ran = repo.keystop(&["check", "--live", "a.py:1", "--yes"]);
    assert!(ran.code == 2 && ran.stderr.contains("--features live"), "{}", ran.stderr);
}

#[test]
fn nothing_is_asked_without_being_told_so() {
    let repo = TestRepo::new();
    repo.stage("a.py", format!("{}\n", keys::github_line()));
    let ran = repo.keystop(&["check", "a.py:1", "--yes"]);
    assert!(ran.code == 2 && ran.stderr.contains("keystop check --live"), "{}", ran.stderr);
}
