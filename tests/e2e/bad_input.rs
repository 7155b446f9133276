//! What cannot be judged is not let through: exit 2, one clear line and the way out, nothing changed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::keys::{code, github_token, key, secrets};
use crate::repo::{Ran, TestRepo, files_below};

/// Fails the test unless the hook says in one line that it failed, gives a hint, and leaves every file as it is.
#[track_caller]
fn fails(repo: &TestRepo, args: &[&str]) -> String {
    let files = || files_below(&repo.path(""), &|_| true);
    let before = files();
    let ran = repo.keystop(args);
    assert!(files() == before, "a command that failed has changed a file");
    said(&ran)
}

#[track_caller]
fn said(ran: &Ran) -> String {
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    let lines: Vec<&str> = ran.stderr.lines().collect();
    let [what, hint] = lines.as_slice() else { panic!("one line and a hint, not:\n{}", ran.stderr) };
    assert!(what.starts_with("keystop: ") && hint.starts_with("hint: "), "{}", ran.stderr);
    ran.stderr.clone()
}

const HOOK: &[&str] = &["hook", "pre-commit"];

#[test]
fn a_folder_that_is_no_repository_is_named_as_that() {
    let said = fails(&TestRepo::folder(), HOOK);
    assert!(said.contains("this is not a git repository"), "{said}");
}

#[test]
fn an_index_that_is_garbage_is_no_clean_index() {
    for content in [b"garbage".to_vec(), b"DIRC\0\0\0\x02\0\0\0\x09short".to_vec(), Vec::new()] {
        let repo = TestRepo::new();
        repo.stage("app.py", secrets());
        repo.write(".git/index", &content);
        let said = fails(&repo, HOOK);
        assert!(said.contains("cannot read the staged changes"), "{said}");
    }
}

#[test]
fn an_index_cut_short_is_no_clean_index() {
    let repo = TestRepo::new();
    repo.stage("app.py", secrets());
    let whole = repo.read(".git/index");
    repo.write(".git/index", &whole[..whole.len() - 50]);
    fails(&repo, HOOK);
}

#[test]
fn a_split_index_without_its_shared_half_is_no_clean_index() {
    let repo = TestRepo::new();
    repo.git(&["update-index", "--split-index"]).ok();
    repo.stage("app.py", secrets());
    for path in files_below(&repo.path(".git"), &|_| true).keys() {
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("sharedindex.")) {
            fs::remove_file(path).unwrap();
        }
    }
    fails(&repo, HOOK);
}

/// The file of the object that is staged as `path`.
fn object_of(repo: &TestRepo, path: &str) -> String {
    let id = repo.git(&["rev-parse", &format!(":{path}")]).ok().stdout;
    format!(".git/objects/{}/{}", &id[..2], id[2..].trim_end())
}

/// The same for one file of a commit: it is told by its path.
#[track_caller]
fn refuses(repo: &TestRepo, path: &str) {
    let said = repo.refused(&[]).stderr;
    assert!(said.contains(&format!("keystop: not scanned: {path}: ")) && said.contains("\nhint: "), "{said}");
}

#[test]
fn an_object_that_is_broken_stops_the_commit() {
    let repo = TestRepo::new();
    repo.stage("app.py", code(3));
    let object = object_of(&repo, "app.py");
    fs::set_permissions(repo.path(&object), fs::Permissions::from_mode(0o644)).unwrap();
    repo.write(&object, "garbage");
    refuses(&repo, "app.py");
}

#[test]
fn a_broken_object_does_not_hide_a_key_elsewhere() {
    let repo = TestRepo::new();
    repo.stage("app.py", code(3));
    repo.stage("zz.py", secrets());
    let object = object_of(&repo, "app.py");
    fs::set_permissions(repo.path(&object), fs::Permissions::from_mode(0o644)).unwrap();
    repo.write(&object, "garbage");
    let said = repo.blocked(&[]).stderr;
    assert!(said.contains("zz.py:1:") && said.contains("not scanned: app.py"), "{said}");
}

#[test]
fn an_object_that_is_gone_stops_the_commit() {
    let repo = TestRepo::new();
    repo.stage("app.py", code(3));
    fs::remove_file(repo.path(object_of(&repo, "app.py"))).unwrap();
    let ran = repo.keystop(HOOK);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("keystop: not scanned: app.py: ") && ran.stderr.contains("is missing"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_object_that_a_partial_clone_left_behind_is_neither_fetched_nor_passed() {
    let origin = TestRepo::new();
    origin.git(&["config", "uploadpack.allowFilter", "true"]).ok();
    origin.commit_unseen("app.py", secrets());
    let left_behind = origin.git(&["rev-parse", "HEAD:app.py"]).ok().stdout;
    origin.commit_unseen("app.py", code(3));
    let url = format!("file://{}", origin.path("").display());
    origin.git(&["clone", "-q", "--filter=blob:none", &url, "../partial"]).ok();
    let partial = origin.at("../partial");
    let entry = format!("100644,{},restored.py", left_behind.trim_end());
    partial.git(&["update-index", "--add", "--cacheinfo", &entry]).ok();
    let before = files_below(&partial.path(""), &|_| true);
    let ran = partial.keystop(HOOK);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("keystop: not scanned: restored.py: "), "{}", ran.stderr);
    assert!(files_below(&partial.path(""), &|_| true) == before, "something was fetched");
}

#[test]
fn an_old_side_that_a_partial_clone_left_behind_hides_nothing() {
    let origin = TestRepo::new();
    origin.git(&["config", "uploadpack.allowFilter", "true"]).ok();
    origin.commit_unseen("app.py", code(3));
    let url = format!("file://{}", origin.path("").display());
    origin.git(&["clone", "-q", "--no-checkout", "--filter=blob:none", &url, "../partial"]).ok();
    let partial = origin.at("../partial");
    partial.hook();
    partial.git(&["read-tree", "HEAD"]).ok();
    partial.stage("app.py", code(3) + &secrets());
    assert_eq!(partial.keystop(HOOK).code, 1);
}

#[test]
fn a_configuration_that_is_not_right_stops_the_commit_and_names_the_mistake() {
    for (config, mistake) in [
        ("[[alow]]\n", "unknown field `alow`; did you mean `allow`?"),
        ("[[allow]]\nreason = 'test'\npath = ['a']\n", "unknown field `path`; did you mean `paths`?"),
        ("[[disable]]\nrule = 'github-tokn'\nreason = 'test'\n", "there is no rule `github-tokn`"),
        (
            "[[rule]]\nid = 'acme-key'\nname = 'Acme'\nseverity = 'high'\nregex = '(acme_[0-9a-f]{8'\n",
            "rule `acme-key`: this is not a regex",
        ),
        ("[[rule]]\nid = 'acme-key'\nname = 'Acme'\nseverity = 'high'\nregex = 'acme_[0-9a-f]{8}'\n", "capture group"),
        ("not toml", "`.keystop.toml` line 1: "),
    ] {
        let repo = TestRepo::new();
        repo.write(".keystop.toml", config);
        repo.stage("app.py", code(1));
        let ran = repo.refused(&[]);
        let said = ran.stderr.replace(&format!("{}/", repo.path("").display()).replace("//", "/"), "");
        assert!(said.starts_with("keystop: ") && said.contains(mistake), "{said}");
        assert_eq!(said.lines().count(), 2, "{said}");
        assert!(said.lines().nth(1).is_some_and(|line| line.starts_with("hint: ")), "{said}");
    }
}

#[test]
fn a_hook_that_is_called_wrongly_fails() {
    let repo = TestRepo::new();
    repo.stage("app.py", code(1));
    let ran = repo.keystop(&["hook", "pre-commit", "unexpected"]);
    assert_eq!((ran.code, ran.stderr.lines().count()), (2, 2), "{}", ran.stderr);
    assert!(ran.stderr.contains("\nhint: "), "{}", ran.stderr);
    for args in [&["hook", "pre-comit"][..], &["hook"], &["hook", "--frobnicate"], &["frobnicate"]] {
        let ran = repo.keystop(args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.starts_with("error: ") && ran.stdout.is_empty(), "{args:?}: {}", ran.stderr);
    }
}

#[test]
fn a_panic_is_a_failure_and_tells_nothing_of_what_was_read() {
    const SECRET: &str = "SECRET_TO_PANIC_WITH";
    if let Ok(secret) = std::env::var(SECRET) {
        keystop::report::guard_panics();
        panic!("while looking at {secret}");
    }
    let secret = github_token();
    let this = "bad_input::a_panic_is_a_failure_and_tells_nothing_of_what_was_read";
    let ran = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", this, "--nocapture"])
        .env(SECRET, &secret)
        .env("RUST_BACKTRACE", "1")
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(2));
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(said.contains("keystop: internal error") && !said.contains(&secret[4..10]), "{said}");
}

#[test]
fn what_is_typed_wrongly_is_not_said_back_when_it_is_a_key() {
    let secret = key("sk_live_{alnum:24}");
    let repo = TestRepo::new();
    for args in [&["explain", &secret][..], &["allow", &secret, "--reason", "test"]] {
        let ran = repo.keystop(args);
        assert_eq!(ran.code, 2);
        assert!(!ran.stderr.contains(&secret[8..14]), "{}", ran.stderr);
    }
}
