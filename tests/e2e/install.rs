//! Install, uninstall and status: beside whatever was there before, and without a trace afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use crate::keys::github_line;
use crate::repo::{KEYSTOP, Ran, TestRepo, files_below};

/// A repository without hooks, one commit made.
pub fn plain() -> TestRepo {
    let repo = TestRepo::folder();
    repo.git(&["init", "-q", "-b", "main"]).ok();
    repo.write("README.md", "# A project\n");
    repo.git(&["add", "."]).ok();
    repo.git(&["commit", "-q", "-m", "first"]).ok();
    repo
}

/// Everything below the work tree that decides what runs, with its permissions.
pub fn traces(repo: &TestRepo) -> BTreeMap<PathBuf, (Vec<u8>, u32)> {
    let skip = ["objects", "logs", "refs", "index", "HEAD", "COMMIT_EDITMSG"];
    let wanted = |path: &Path| !path.file_name().is_some_and(|name| skip.iter().any(|skip| name == *skip));
    let files = files_below(&repo.path(""), &wanted).into_iter();
    let mode = |path: &Path| fs::symlink_metadata(path).map_or(0, |meta| meta.permissions().mode());
    files.map(|(path, content)| (path.clone(), (content, mode(&path)))).collect()
}

pub fn script(repo: &TestRepo, path: &str, text: &str) {
    repo.write(path, text);
    fs::set_permissions(repo.path(path), fs::Permissions::from_mode(0o755)).expect("it is ours");
}

#[track_caller]
pub fn a_key_is_stopped(repo: &TestRepo) -> Ran {
    repo.stage("settings.py", format!("{}\n", github_line()));
    let ran = repo.git(&["commit", "-q", "-m", "key"]);
    assert!(ran.code == 1 && ran.stderr.contains("keystop stopped this commit"), "{}", ran.stderr);
    repo.git(&["rm", "-q", "-f", "settings.py"]).ok();
    ran
}

#[track_caller]
fn a_clean_commit_passes(repo: &TestRepo) -> Ran {
    repo.git(&["commit", "-q", "--allow-empty", "-m", "clean"]).ok()
}

/// Installs twice, commits, uninstalls; the first install's word is returned.
#[track_caller]
pub fn comes_and_goes(repo: &TestRepo) -> String {
    let before = traces(repo);
    let said = repo.keystop(&["install"]).ok().stdout;
    let installed = traces(repo);
    assert!(installed != before);
    assert!(repo.keystop(&["install"]).ok().stdout.contains("already"));
    assert!(traces(repo) == installed, "installing twice has changed something");
    a_key_is_stopped(repo);
    a_clean_commit_passes(repo);
    repo.keystop(&["uninstall"]).ok();
    assert!(traces(repo) == before, "uninstalling has left something");
    assert!(repo.keystop(&["uninstall"]).ok().stdout.contains("not installed"));
    said
}

#[test]
fn a_repository_without_hooks_is_as_before_when_they_are_out_again() {
    comes_and_goes(&plain());
}

#[test]
fn a_folder_of_hooks_that_was_not_there_is_gone_again() {
    let repo = TestRepo::folder();
    repo.git(&["init", "-q", "-b", "main", "--template="]).ok();
    comes_and_goes(&repo);
    assert!(!repo.path(".git/hooks").exists());
}

#[test]
fn a_hook_in_any_language_still_runs_with_its_arguments_and_its_input() {
    let repo = plain();
    script(&repo, ".git/hooks/pre-commit", "#!/usr/bin/env python3\nopen('../py', 'w').write('ran')\n");
    script(&repo, ".git/hooks/commit-msg", "#!/bin/sh\ncp \"$1\" ../msg\n");
    script(&repo, ".git/hooks/pre-push", "#!/usr/bin/env perl\nopen F, '>../push'; print F \"@ARGV\\n\", <STDIN>;\n");
    let said = comes_and_goes(&repo);
    assert!(said.contains("the hook that was there still runs"), "{said}");
    assert_eq!(repo.read("../py"), b"ran");
    assert_eq!(repo.read("../msg"), b"clean\n");
    repo.keystop(&["install"]).ok();
    repo.git(&["init", "-q", "--bare", "../server"]).ok();
    repo.git(&["push", "-q", "../server", "main"]).ok();
    let handed = String::from_utf8(repo.read("../push")).expect("plain text");
    let head = repo.git(&["rev-parse", "HEAD"]).ok().stdout;
    let expected = format!("../server ../server\nrefs/heads/main {} refs/heads/main {}\n", head.trim(), "0".repeat(40));
    assert_eq!(handed, expected);
}

#[test]
fn a_hook_that_fails_still_stops_the_commit_with_its_own_words() {
    let repo = plain();
    script(&repo, ".git/hooks/pre-commit", "#!/bin/sh\necho 'tests fail' >&2\nexit 7\n");
    repo.keystop(&["install"]).ok();
    let ran = repo.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, "tests fail\n"));
}

#[test]
fn what_a_hook_adds_to_the_commit_is_read() {
    let repo = plain();
    let line = github_line().replace('"', "'");
    script(&repo, ".git/hooks/pre-commit", &format!("#!/bin/sh\necho \"{line}\" >a.py; git add a.py\n"));
    repo.keystop(&["install"]).ok();
    let ran = repo.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
    assert!(ran.code == 1 && ran.stderr.contains("a.py:1"), "{}", ran.stderr);
}

#[test]
fn a_hook_that_git_would_not_run_stays_as_it_is() {
    let repo = plain();
    repo.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n");
    comes_and_goes(&repo);
}

#[test]
fn a_linked_hook_is_kept_as_a_link_and_its_file_is_not_touched() {
    let repo = plain();
    script(&repo, "scripts/check", "#!/bin/sh\necho checked >>../checks\n");
    symlink("../../scripts/check", repo.path(".git/hooks/pre-commit")).expect("a link can be made");
    comes_and_goes(&repo);
    assert_eq!(repo.read("scripts/check"), b"#!/bin/sh\necho checked >>../checks\n");
    assert!(repo.path("../checks").exists());
}

#[test]
fn hooks_in_the_work_tree_are_found_by_core_hooks_path() {
    let repo = plain();
    repo.git(&["config", "core.hooksPath", ".githooks"]).ok();
    script(&repo, ".githooks/pre-commit", "#!/bin/sh\necho ran >>../checks\n");
    let said = comes_and_goes(&repo.at("."));
    assert!(said.contains("the whole team"), "{said}");
    assert!(repo.path("../checks").exists());
}

#[test]
fn the_folder_is_found_from_a_subdirectory_too() {
    let repo = plain();
    repo.git(&["config", "core.hooksPath", ".githooks"]).ok();
    repo.write("a/b/c", "");
    repo.at("a/b").keystop(&["install"]).ok();
    assert!(repo.path(".githooks/pre-commit").exists());
}

#[test]
fn linked_worktrees_share_the_hooks() {
    let repo = plain();
    repo.git(&["worktree", "add", "-q", "../tree"]).ok();
    let tree = repo.at("../tree");
    tree.keystop(&["install"]).ok();
    a_key_is_stopped(&tree);
    a_key_is_stopped(&repo);
}

#[test]
fn no_file_is_written_through_a_link_that_came_with_the_work_tree() {
    let repo = plain();
    repo.git(&["config", "core.hooksPath", ".husky/_"]).ok();
    repo.write("../home/.profile", "mine\n");
    repo.write(".husky/_/h", "");
    symlink("../../home/.profile", repo.path(".husky/pre-commit")).expect("a link can be made");
    let ran = repo.keystop(&["install"]);
    assert!(ran.code == 2 && ran.stderr.contains("is a link"), "{}", ran.stderr);
    assert_eq!(repo.read("../home/.profile"), b"mine\n");
}

#[test]
fn a_folder_that_others_share_is_not_touched() {
    let repo = plain();
    let shared = repo.path("../shared").display().to_string();
    repo.git(&["config", "core.hooksPath", &shared]).ok();
    let ran = repo.keystop(&["install"]);
    assert!(ran.code == 2 && ran.stderr.contains("hint: "), "{}", ran.stderr);
    assert!(!repo.path("../shared").exists());
    repo.git(&["config", "core.hooksPath", ""]).ok();
    assert_eq!(repo.keystop(&["install"]).code, 2);
}

#[test]
fn two_foreign_hooks_of_one_name_are_for_a_person_to_sort_out() {
    let repo = plain();
    script(&repo, ".git/hooks/pre-commit", "#!/bin/sh\n");
    repo.keystop(&["install"]).ok();
    script(&repo, ".git/hooks/pre-commit", "#!/bin/sh\n# another tool was here\n");
    let ran = repo.keystop(&["install"]);
    assert!(ran.code == 2 && ran.stderr.contains("remove or merge"), "{}", ran.stderr);
}

#[test]
fn a_dry_run_changes_nothing() {
    let repo = plain();
    let before = traces(&repo);
    assert!(repo.keystop(&["install", "--dry-run"]).ok().stdout.contains("would be"));
    assert!(traces(&repo) == before);
}

#[test]
fn a_keystop_that_is_gone_stops_everything_and_says_how_to_go_on() {
    let mut repo = plain();
    let copy = repo.path("../keystop-copy");
    fs::copy(KEYSTOP, &copy).expect("the binary can be copied");
    repo.run(copy.to_str().expect("a plain name"), &["install"]).ok();
    fs::remove_file(&copy).expect("it is there");
    let ran = repo.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
    assert!(
        ran.code == 1 && ran.stderr.contains("nothing was checked") && ran.stderr.contains("hint: "),
        "{}",
        ran.stderr
    );
    repo.set("KEYSTOP_SKIP", "it is being upgraded");
    let ran = repo.git(&["commit", "-q", "--allow-empty", "-m", "x"]).ok();
    assert!(ran.stderr.contains("skipped: it is being upgraded"), "{}", ran.stderr);
}

#[test]
fn a_skip_is_told() {
    let mut repo = plain();
    repo.keystop(&["install"]).ok();
    repo.set("KEYSTOP_SKIP", "a fixture");
    repo.stage("settings.py", format!("{}\n", github_line()));
    let ran = repo.git(&["commit", "-q", "-m", "x"]).ok();
    assert!(ran.stderr.contains("keystop: skipped: a fixture"), "{}", ran.stderr);
}

#[test]
fn a_keystop_that_breaks_off_stops_everything_and_says_how_to_go_on() {
    let mut repo = plain();
    repo.keystop(&["install"]).ok();
    repo.git(&["init", "-q", "--bare", "../server"]).ok();
    for hook in ["pre-commit", "pre-push"] {
        let hook = repo.path(format!(".git/hooks/{hook}"));
        let text = fs::read_to_string(&hook).expect("it is there");
        let broken = repo.path("../broken");
        fs::write(&hook, text.replace(KEYSTOP, broken.to_str().expect("a plain name"))).expect("it is ours");
    }
    let commit = ["commit", "-q", "--allow-empty", "-m", "x"];
    for (end, code) in [
        ("kill -SEGV $$", 139),
        ("kill -KILL $$", 137),
        ("exec timeout 0.1 sleep 9", 124),
        ("exec /nowhere/ld.so", 127),
        ("exit 101", 101),
    ] {
        script(&repo, "../broken", &format!("#!/bin/sh\n{end}\n"));
        for args in [&commit[..], &["push", "-q", "../server", "main"]] {
            let ran = repo.git(args);
            let told = format!("nothing was checked: keystop broke off (exit code {code})");
            assert!(
                ran.code == 1 && ran.stderr.contains(&told) && ran.stderr.contains("KEYSTOP_SKIP=reason"),
                "{end}: {} {}",
                ran.code,
                ran.stderr
            );
        }
    }
    repo.set("KEYSTOP_SKIP", "it is broken");
    assert!(repo.git(&commit).ok().stderr.contains("skipped: it is broken"));
}

/// A machine whose user has settings of their own.
fn with_home() -> TestRepo {
    let mut repo = plain();
    let settings = repo.path("../home/.gitconfig");
    fs::write(&settings, "[user]\n\tname = Ada\n").expect("the folder is there");
    repo.set("GIT_CONFIG_GLOBAL", settings);
    repo
}

fn home(repo: &TestRepo) -> BTreeMap<PathBuf, (Vec<u8>, u32)> {
    traces(&repo.at("../home"))
}

#[test]
fn all_repositories_have_keystop_and_keep_their_own_hooks() {
    let repo = with_home();
    let before = (traces(&repo), home(&repo));
    for hook in ["pre-commit", "post-commit", "prepare-commit-msg"] {
        script(&repo, &format!(".git/hooks/{hook}"), &format!("#!/bin/sh\necho {hook} $# >>../ran\n"));
    }
    repo.keystop(&["install", "--global"]).ok();
    let installed = home(&repo);
    assert!(repo.keystop(&["install", "--global"]).ok().stdout.contains("already"));
    assert!(home(&repo) == installed, "installing twice has changed something");
    a_key_is_stopped(&repo);
    a_clean_commit_passes(&repo);
    assert_eq!(repo.read("../ran"), b"pre-commit 0\npre-commit 0\nprepare-commit-msg 2\npost-commit 0\n");
    repo.git(&["worktree", "add", "-q", "../tree"]).ok();
    a_key_is_stopped(&repo.at("../tree"));
    repo.git(&["init", "-q", "../fresh"]).ok();
    a_key_is_stopped(&repo.at("../fresh"));
    let said = repo.keystop(&["install"]).stderr;
    assert!(said.contains("in all your repositories already"), "{said}");
    repo.keystop(&["uninstall", "--global"]).ok();
    assert!(home(&repo) == before.1, "uninstalling has left something");
    a_clean_commit_passes(&repo);
    assert_eq!(repo.git(&["config", "core.hooksPath"]).code, 1);
}

#[test]
fn hooks_that_a_user_has_for_all_repositories_are_kept() {
    let repo = with_home();
    script(&repo, "../home/hooks/pre-commit", "#!/bin/sh\necho mine >>../ran\n");
    repo.git(&["config", "--global", "core.hooksPath", "~/hooks"]).ok();
    let before = home(&repo);
    repo.keystop(&["install", "--global"]).ok();
    a_key_is_stopped(&repo);
    assert_eq!(repo.read("../ran"), b"mine\n");
    repo.keystop(&["uninstall", "--global"]).ok();
    assert!(home(&repo) == before, "uninstalling has left something");
}

#[test]
fn new_repositories_have_keystop_from_their_template() {
    let repo = with_home();
    let before = home(&repo);
    repo.keystop(&["install", "--template"]).ok();
    repo.git(&["init", "-q", "../fresh"]).ok();
    a_key_is_stopped(&repo.at("../fresh"));
    repo.keystop(&["uninstall", "--template"]).ok();
    assert!(home(&repo) == before, "uninstalling has left something");
    repo.at("../fresh").keystop(&["uninstall"]).ok();
    assert!(!repo.path("../fresh/.git/hooks/pre-commit").exists());
}

/// The same machine with a git that knows hooks in settings, as far as its version goes: tests/real/settings tries it
/// with one that runs them.
fn with_newer_git(mut repo: TestRepo) -> TestRepo {
    repo.pretend_git("2.54.0");
    repo
}

#[test]
fn a_git_that_knows_hooks_in_settings_has_them_there_and_in_no_file() {
    let repo = with_newer_git(with_home());
    for option in [None, Some("--global")] {
        let before = (traces(&repo), home(&repo));
        let install: Vec<&str> = ["install"].into_iter().chain(option).collect();
        let uninstall: Vec<&str> = ["uninstall"].into_iter().chain(option).collect();
        repo.keystop(&install).ok();
        assert!(repo.keystop(&install).ok().stdout.contains("already"));
        assert!(!repo.path(".git/hooks/pre-commit").exists());
        let events = repo.git(&["config", "--get-regexp", r"^hook\..*\.event$"]).ok().stdout;
        let expected = ["pre-commit", "pre-merge-commit", "commit-msg", "pre-push"];
        let expected: String = expected.iter().map(|hook| format!("hook.keystop-{hook}.event {hook}\n")).collect();
        assert_eq!(events, expected);
        // What git would run.
        let command = repo.git(&["config", "hook.keystop-pre-commit.command"]).ok().stdout;
        repo.stage("settings.py", format!("{}\n", github_line()));
        assert_eq!(repo.run("sh", &["-c", command.trim()]).code, 1);
        repo.git(&["rm", "-q", "-f", "settings.py"]).ok();
        repo.keystop(&uninstall).ok();
        assert!((traces(&repo), home(&repo)) == before, "uninstalling has left something");
    }
}

#[test]
fn a_keystop_that_is_gone_is_told_where_git_has_it_in_its_settings() {
    let repo = with_newer_git(plain());
    let copy = repo.path("../key'stop");
    fs::copy(KEYSTOP, &copy).expect("the binary can be copied");
    repo.run(copy.to_str().expect("UTF-8"), &["install"]).ok();
    fs::remove_file(&copy).expect("it is there");
    let command = repo.git(&["config", "hook.keystop-commit-msg.command"]).ok().stdout;
    // As git does it.
    let ran = repo.run("sh", &["-c", &format!("{} \"$@\"", command.trim()), "sh", "message"]);
    assert_eq!(ran.code, 1);
    let out = "git config --local --remove-section hook.keystop-commit-msg";
    assert!(ran.stderr.contains("key'stop is gone") && ran.stderr.contains(out), "{}", ran.stderr);
}

#[test]
fn after_an_upgrade_of_git_keystop_runs_once_and_leaves_no_file_of_before() {
    let repo = with_home();
    script(&repo, ".git/hooks/pre-commit", "#!/bin/sh\nexit 0\n");
    let before = (traces(&repo), home(&repo));
    for option in [None, Some("--global")] {
        let (repo, install) = (repo.clone(), ["install"].into_iter().chain(option).collect::<Vec<_>>());
        repo.keystop(&install).ok();
        let repo = with_newer_git(repo);
        let said = repo.keystop(&install).ok().stdout;
        assert!(said.contains("(out: "), "{said}");
        assert!(traces(&repo).keys().eq(before.0.keys()), "a file of before is left");
        repo.keystop(&["uninstall"].into_iter().chain(option).collect::<Vec<_>>()).ok();
        assert!((traces(&repo), home(&repo)) == before, "uninstalling has left something");
    }
}

#[test]
fn status_tells_where_keystop_would_run_twice_or_is_switched_off() {
    let repo = with_home();
    repo.keystop(&["install"]).ok();
    let repo = with_newer_git(repo);
    repo.keystop(&["install", "--global"]).ok();
    let said = repo.keystop(&["status"]).ok().stdout;
    assert!(said.contains("pre-push: keystop runs twice"), "{said}");
    repo.keystop(&["install"]).ok();
    let said = repo.keystop(&["status"]).ok().stdout;
    assert!(!said.contains("twice") && said.contains("git config --local hook.keystop-pre-push.command"), "{said}");
    for name in ["keystop-pre-commit", "pre-commit"] {
        let key = format!("hook.{name}.enabled");
        repo.git(&["config", &key, "no"]).ok();
        let ran = repo.keystop(&["status"]);
        assert!(ran.code == 1 && ran.stdout.contains(&format!("pre-commit: {key} is false")), "{}", ran.stdout);
        repo.git(&["config", "--unset", &key]).ok();
    }
}

#[test]
fn status_says_what_runs_and_what_stops_it() {
    let repo = plain();
    let ran = repo.keystop(&["status"]);
    assert!(ran.code == 1 && ran.stdout.contains("does NOT run at every hook"), "{}", ran.stdout);
    script(&repo, ".git/hooks/pre-commit", "#!/bin/sh\n");
    repo.keystop(&["install"]).ok();
    let said = repo.keystop(&["status"]).ok().stdout;
    assert!(
        said.contains("pre-commit        .git/hooks/pre-commit.keystop-orig, then .git/hooks/pre-commit\n"),
        "{said}"
    );
    let hook = repo.path(".git/hooks/commit-msg");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).expect("it is ours");
    let ran = repo.keystop(&["status"]);
    assert!(ran.code == 1 && ran.stdout.contains("chmod +x"), "{}", ran.stdout);
    repo.keystop(&["install"]).ok();
    script(&repo, ".git/hooks/pre-commit", "#!/bin/sh\n# another tool was here\n");
    fs::rename(repo.path(".git/hooks/pre-push"), repo.path(".git/hooks/pre-push.old")).expect("it is there");
    let ran = repo.keystop(&["status"]);
    assert!(ran.code == 1 && ran.stdout.contains("another tool has replaced keystop's hook"), "{}", ran.stdout);
    assert!(ran.stdout.contains("moved keystop's hook to `.git/hooks/pre-push.old`"), "{}", ran.stdout);
    repo.write("lefthook.yml", "");
    assert!(repo.keystop(&["status", "--format", "json"]).stdout.contains("lefthook"));
}

#[test]
fn an_older_shim_is_told_and_renewed() {
    let repo = plain();
    repo.keystop(&["install"]).ok();
    let hook = repo.path(".git/hooks/pre-commit");
    let text = fs::read_to_string(&hook).expect("it is there");
    fs::write(&hook, text.replace(&format!("from keystop {}", env!("CARGO_PKG_VERSION")), "from keystop 0.0.1"))
        .expect("it is ours");
    assert!(repo.keystop(&["status"]).ok().stdout.contains("is of keystop 0.0.1"));
    assert!(repo.keystop(&["install"]).ok().stdout.contains("replaced keystop's older one"));
    assert_eq!(fs::read_to_string(&hook).expect("it is there"), text);
}
