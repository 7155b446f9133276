//! What a commit adds, however it is made: the index git hands over, against HEAD and every other parent.

use std::fs;

use crate::keys::{aws_lines, code, github_line, secrets};
use crate::repo::TestRepo;

#[test]
fn a_new_file_with_a_key_is_stopped() {
    let repo = TestRepo::new();
    repo.stage("settings.py", secrets());
    let said = repo.blocked(&[]).stderr;
    assert!(said.contains("it adds 2 keys"), "{said}");
}

#[test]
fn the_first_commit_of_a_repository_is_stopped() {
    let repo = TestRepo::unborn(&[]);
    repo.stage("settings.py", secrets());
    repo.blocked(&[]);
}

#[test]
fn commit_all_is_stopped() {
    let repo = TestRepo::new();
    repo.write("README.md", secrets());
    repo.blocked(&["-a"]);
}

#[test]
fn commit_of_a_path_is_stopped_for_a_key_in_it() {
    let repo = TestRepo::new();
    repo.stage("other.py", code(3));
    repo.write("README.md", secrets());
    repo.blocked(&["README.md"]);
}

#[test]
fn commit_of_a_path_passes_with_a_key_staged_elsewhere() {
    let repo = TestRepo::new();
    repo.stage("settings.py", secrets());
    repo.write("README.md", code(3));
    repo.passes(&["README.md"]);
    repo.blocked(&[]);
}

#[test]
fn a_key_only_in_the_work_tree_passes() {
    let repo = TestRepo::new();
    repo.stage("app.py", code(3));
    repo.write("app.py", code(3) + &secrets());
    repo.passes(&[]);
}

#[test]
fn a_staged_key_that_the_work_tree_no_longer_has_is_stopped() {
    let repo = TestRepo::new();
    repo.stage("app.py", secrets());
    repo.write("app.py", code(3));
    repo.blocked(&[]);
}

#[test]
fn taking_a_key_out_passes() {
    let repo = TestRepo::new();
    repo.commit_unseen("app.py", code(3) + &secrets());
    repo.stage("app.py", code(3));
    repo.passes(&[]);
}

#[test]
fn an_old_key_beside_a_changed_line_passes() {
    let repo = TestRepo::new();
    repo.commit_unseen("app.py", secrets() + &code(1));
    repo.stage("app.py", secrets() + &code(2));
    repo.passes(&[]);
}

#[test]
fn a_pure_rename_of_a_file_with_a_key_passes() {
    let repo = TestRepo::new();
    repo.commit_unseen("old.py", code(20) + &secrets());
    repo.git(&["mv", "old.py", "new.py"]).ok();
    repo.passes(&[]);
}

#[test]
fn a_key_added_while_a_file_is_renamed_is_stopped() {
    let repo = TestRepo::new();
    repo.commit_unseen("old.py", code(40));
    repo.git(&["mv", "old.py", "new.py"]).ok();
    repo.stage("new.py", code(40) + &secrets());
    repo.blocked(&[]);
}

#[test]
fn an_old_key_in_a_file_that_is_renamed_and_changed_passes() {
    let repo = TestRepo::new();
    repo.commit_unseen("old.py", code(40) + &secrets());
    repo.git(&["mv", "old.py", "new.py"]).ok();
    repo.stage("new.py", code(42) + &secrets());
    repo.passes(&[]);
}

#[test]
fn deleting_a_file_with_a_key_passes() {
    let repo = TestRepo::new();
    repo.commit_unseen("app.py", secrets());
    repo.git(&["rm", "-q", "app.py"]).ok();
    repo.passes(&[]);
}

#[test]
fn making_a_file_with_a_key_executable_passes() {
    let repo = TestRepo::new();
    repo.commit_unseen("app.py", secrets());
    repo.git(&["update-index", "--chmod=+x", "app.py"]).ok();
    repo.passes(&[]);
}

#[test]
fn an_empty_commit_passes() {
    TestRepo::new().passes(&["--allow-empty"]);
    TestRepo::unborn(&[]).passes(&["--allow-empty"]);
}

#[test]
fn an_amended_commit_is_stopped_for_what_it_adds() {
    let repo = TestRepo::new();
    repo.stage("app.py", secrets());
    repo.blocked(&["--amend"]);
}

#[test]
fn amending_a_commit_that_has_a_key_already_passes() {
    let repo = TestRepo::new();
    repo.commit_unseen("app.py", secrets());
    repo.stage("other.py", code(2));
    repo.passes(&["--amend"]);
}

#[test]
fn an_intent_to_add_adds_nothing_yet() {
    let repo = TestRepo::new();
    repo.write("app.py", secrets());
    repo.git(&["add", "-N", "app.py"]).ok();
    repo.stage("other.py", code(2));
    repo.passes(&[]);
}

#[test]
fn a_commit_on_a_detached_head_is_stopped() {
    let repo = TestRepo::new();
    repo.git(&["checkout", "-q", "--detach"]).ok();
    repo.stage("app.py", secrets());
    repo.blocked(&[]);
}

#[test]
fn a_file_in_place_of_a_link_is_stopped() {
    let repo = TestRepo::new();
    std::os::unix::fs::symlink("README.md", repo.path("settings")).unwrap();
    repo.git(&["add", "settings"]).ok();
    repo.git(&["commit", "-q", "--no-verify", "-m", "a link"]).ok();
    fs::remove_file(repo.path("settings")).unwrap();
    repo.stage("settings", secrets());
    repo.blocked(&[]);
}

#[test]
fn a_key_in_the_target_of_a_link_is_stopped() {
    let repo = TestRepo::new();
    let target = crate::keys::key("https://ada:{alnum:20}@git.corp-internal.net/app.git");
    std::os::unix::fs::symlink(target, repo.path("upstream")).unwrap();
    repo.git(&["add", "upstream"]).ok();
    repo.blocked(&[]);
}

#[test]
fn a_merge_with_conflicts_is_not_stopped_for_the_other_branchs_key() {
    let repo = TestRepo::new();
    repo.commit_unseen("app.py", code(3));
    repo.git(&["checkout", "-q", "-b", "theirs"]).ok();
    repo.commit_unseen("settings.py", secrets());
    repo.commit_unseen("app.py", code(3) + "theirs = 1\n" + &github_line() + "\n");
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.commit_unseen("app.py", code(3) + "ours = 1\n");
    assert_eq!(repo.git(&["merge", "-q", "theirs"]).code, 1, "the merge has a conflict");
    repo.stage("app.py", code(3) + "ours = 1\ntheirs = 1\n" + &github_line() + "\n");
    repo.passes(&[]);
}

#[test]
fn a_key_that_only_the_resolution_of_a_conflict_adds_is_stopped() {
    let repo = TestRepo::new();
    repo.commit_unseen("app.py", code(3));
    repo.git(&["checkout", "-q", "-b", "theirs"]).ok();
    repo.commit_unseen("app.py", code(3) + "theirs = 1\n");
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.commit_unseen("app.py", code(3) + "ours = 1\n");
    assert_eq!(repo.git(&["merge", "-q", "theirs"]).code, 1, "the merge has a conflict");
    repo.stage("app.py", code(3) + "ours = 1\ntheirs = 1\n" + &aws_lines() + "\n");
    repo.blocked(&[]);
}

#[test]
fn part_of_a_file_is_judged_by_the_part_that_is_staged() {
    let repo = TestRepo::new();
    repo.commit_unseen("app.py", code(30));
    // What `git commit -p` stages of a file with two changed places: the clean one.
    repo.stage("app.py", "first = 1\n".to_owned() + &code(30));
    repo.write("app.py", "first = 1\n".to_owned() + &code(30) + &secrets());
    repo.passes(&[]);
}

#[test]
fn a_commit_from_a_folder_below_the_top_is_stopped() {
    let repo = TestRepo::new();
    repo.stage("src/deep/app.py", secrets());
    repo.at("src/deep").blocked(&[]);
}
