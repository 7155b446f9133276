//! Is the key gone? Every place where one can stay behind, and every form in which it can.

use data_encoding::BASE64;
use serde_json::Value;

use crate::keys;
use crate::repo::{KEYSTOP, Ran, TestRepo};

fn key() -> String {
    keys::key("sk_live_{alnum:24}")
}

/// `keystop verify --stdin`, the key being read from a file beside the work tree.
fn verify(repo: &TestRepo, args: &str) -> Ran {
    repo.write("../key", key());
    let ran = repo.run("sh", &["-c", &format!("'{KEYSTOP}' verify --stdin {args} < ../key")]);
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(&key()[8..]), "the key was printed");
    ran
}

#[track_caller]
fn gone(repo: &TestRepo) {
    let ran = verify(repo, "");
    assert!(ran.code == 0 && ran.stdout.starts_with("keystop: gone: "), "{}{}", ran.stdout, ran.stderr);
}

#[track_caller]
fn still(repo: &TestRepo, where_: &[&str]) {
    let ran = verify(repo, "");
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    for part in where_ {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
}

fn places(repo: &TestRepo) -> Vec<Value> {
    let answer: Value = serde_json::from_str(&verify(repo, "--format json").stdout).expect("it is JSON");
    answer["places"].as_array().expect("it is a list").clone()
}

#[test]
fn a_repository_without_the_key_is_told_to_be_clean() {
    gone(&TestRepo::new());
}

#[test]
fn a_staged_key_is_an_object_of_the_index_and_stays_until_gc() {
    let repo = TestRepo::new();
    repo.stage("a.py", format!("K = '{}'\n", key()));
    still(&repo, &["blob", "a.py (exact)", "held by the index", "file a.py (exact), in the work tree"]);
    repo.stage("a.py", "K = 1\n");
    still(&repo, &["held by nothing", "git gc --prune=now"]);
    repo.git(&["gc", "-q", "--prune=now"]).ok();
    gone(&repo);
}

#[test]
fn an_amended_commit_is_held_by_the_reflog_then_by_nothing() {
    let repo = TestRepo::new();
    repo.commit_unseen("src/a.py", format!("K = '{}'\n", key()));
    repo.git(&["branch", "other"]).ok();
    still(&repo, &["src/a.py (exact)", "held by refs/heads/main, refs/heads/other"]);
    repo.git(&["branch", "-qD", "other"]).ok();
    repo.stage("src/a.py", "K = 1\n");
    repo.git(&["commit", "-q", "--amend", "--no-verify", "--no-edit"]).ok();
    still(&repo, &["held by a reflog", "reflog expire"]);
    repo.git(&["reflog", "expire", "--expire-unreachable=now", "HEAD", "refs/heads/main"]).ok();
    still(&repo, &["held by nothing"]);
    repo.git(&["gc", "-q", "--prune=now"]).ok();
    gone(&repo);
}

#[test]
fn packs_stashes_tags_messages_and_notes_are_searched() {
    let repo = TestRepo::new();
    repo.write("u.txt", key());
    repo.git(&["stash", "push", "-q", "-u", "-m", "wip"]).ok();
    repo.git(&["tag", "-a", "-m", &format!("tag {}", key()), "v1"]).ok();
    repo.git(&["gc", "-q"]).ok();
    repo.git(&["commit", "-q", "--no-verify", "--allow-empty", "-m", &format!("use {}", key())]).ok();
    still(&repo, &["refs/stash", "tag ", "refs/tags/v1", "commit ", "refs/heads/main", "u.txt", ".git/logs/HEAD"]);
}

#[test]
fn a_key_in_a_name_is_found_and_not_printed() {
    let repo = TestRepo::new();
    repo.commit_unseen(format!("dir/{}.txt", key()), "x\n");
    repo.git(&["branch", &format!("b-{}", key())]).ok();
    still(&repo, &["tree", "in the work tree"]);
    assert!(places(&repo).iter().any(|place| place["type"] == "tree"));
}

#[test]
fn every_encoded_form_is_found() {
    let repo = TestRepo::new();
    let utf16: Vec<u8> = format!("K={}", key()).encode_utf16().flat_map(u16::to_le_bytes).collect();
    for before in 0..3 {
        let text = format!("{}{}:", "u".repeat(before), key());
        repo.commit_unseen(format!("b{before}.txt"), BASE64.encode(text.as_bytes()));
    }
    repo.commit_unseen("wide.txt", utf16);
    let places = places(&repo);
    for (path, form) in [("b0.txt", "base64"), ("b1.txt", "base64"), ("b2.txt", "base64"), ("wide.txt", "utf-16")] {
        for kind in ["object", "work tree"] {
            let hit = places.iter().any(|p| p["path"] == path && p["form"] == form && p["kind"] == kind);
            assert!(hit, "{path} {kind}: {places:?}");
        }
    }
}

#[test]
fn plain_files_of_git_and_ignored_files_are_searched() {
    let repo = TestRepo::new();
    repo.write(".git/rr-cache/ab/preimage", format!("<<<<\n{}\n", key()));
    repo.write(".gitignore", "*.log\n");
    repo.write("debug.log", key());
    still(&repo, &["file .git/rr-cache/ab/preimage", "file debug.log (exact), in the work tree"]);
}

#[test]
fn an_ignored_env_file_is_where_a_key_may_stay() {
    let repo = TestRepo::new();
    repo.stage(".gitignore", "/.env\n");
    repo.write(".env", format!("STRIPE_KEY={}\n", key()));
    let ran = verify(&repo, "").ok();
    assert!(ran.stdout.contains("note: .env has it"), "{}", ran.stdout);
    repo.write(".gitignore", "");
    still(&repo, &["file .env (exact), in the work tree"]);
}

#[test]
fn other_work_trees_and_submodules_are_searched() {
    let repo = TestRepo::new();
    repo.git(&["worktree", "add", "-q", "../second", "-b", "second"]).ok();
    repo.write("../second/x.txt", key());
    let part = repo.at("../part");
    repo.write("../part/f.txt", "x\n");
    part.git(&["init", "-q", "-b", "main"]).ok();
    part.commit_unseen("k.txt", format!("{}\n", key()));
    part.git(&["rm", "-q", "k.txt"]).ok();
    part.git(&["commit", "-q", "-m", "gone"]).ok();
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "add", "-q", "../part", "sub"]).ok();
    repo.git(&["submodule", "deinit", "-q", "-f", "sub"]).ok();
    still(&repo, &["second/x.txt", " in .git/modules/sub"]);
}

#[test]
fn a_fingerprint_names_the_key_while_it_is_anywhere() {
    let repo = TestRepo::new();
    repo.commit_unseen("src/pay.ts", format!("const stripe = new Stripe(\"{}\");\n", key()));
    let found: Value = serde_json::from_str(&repo.keystop(&["scan", "--format", "json", "src"]).stdout).expect("JSON");
    let print = found["findings"][0]["fingerprint"].as_str().expect("there is one").to_owned();
    assert_eq!(repo.keystop(&["verify", &print]).code, 1);
    assert_eq!(repo.keystop(&["verify", "src/pay.ts:1"]).code, 1);
    repo.stage("src/pay.ts", "const stripe = 1;\n");
    repo.git(&["commit", "-q", "--amend", "--no-verify", "--no-edit"]).ok();
    let ran = repo.keystop(&["verify", &print]);
    assert!(ran.code == 1 && ran.stdout.contains("held by a reflog"), "{}{}", ran.stdout, ran.stderr);
    repo.git(&["reflog", "expire", "--expire-unreachable=now", "HEAD", "refs/heads/main"]).ok();
    repo.git(&["gc", "-q", "--prune=now"]).ok();
    let ran = repo.keystop(&["verify", &print]).ok();
    assert!(ran.stdout.contains("gone"), "{}", ran.stdout);
}

#[test]
fn a_shallow_clone_says_what_it_cannot_know() {
    let repo = TestRepo::new();
    repo.commit_unseen("a", "b");
    let from = format!("file://{}", repo.path(".").display());
    repo.git(&["clone", "-q", "--depth", "1", &from, "../clone"]).ok();
    let clone = repo.at("../clone");
    let ran = verify(&clone, "").ok();
    assert!(ran.stdout.contains("shallow clone"), "{}", ran.stdout);
}

#[test]
fn too_short_a_value_and_no_value_are_refused() {
    let repo = TestRepo::new();
    repo.write("../key", "abc\n");
    let ran = repo.run("sh", &["-c", &format!("'{KEYSTOP}' verify --stdin < ../key")]);
    assert!(ran.code == 2 && ran.stderr.contains("too many places"), "{}", ran.stderr);
    assert_eq!(repo.keystop(&["verify"]).code, 2);
    assert_eq!(repo.keystop(&["verify", "nonsense"]).code, 2);
}

#[test]
fn what_git_cannot_read_is_not_called_gone() {
    let repo = TestRepo::new();
    for left in [".git/objects/tmp_obj_a", ".git/objects/pack/pack-1.pack", ".git/objects/pack/tmp_pack_a"] {
        repo.write(left, "zipped");
        let ran = verify(&repo, "");
        assert!(ran.code == 2 && ran.stdout.contains(left), "{left}: {}", ran.stdout);
        std::fs::remove_file(repo.path(left)).expect("it is there");
    }
    assert_eq!(verify(&repo, "").code, 0);
}

#[test]
fn names_of_folders_are_searched_and_what_is_compressed_is_told() {
    let repo = TestRepo::new();
    repo.write("a.gz", b"\x1f\x8b\x08zipped");
    repo.git(&["bundle", "create", "-q", "b.bundle", "--all"]).ok();
    let ran = verify(&repo, "").ok();
    assert!(ran.stdout.contains("not looked into: a.gz, b.bundle"), "{}", ran.stdout);
    repo.write(format!("to-{}/file", key()), "x");
    let ran = verify(&repo, "");
    assert!(ran.code == 1 && !ran.stdout.contains(&key()), "{}", ran.stdout);
}

#[test]
fn an_object_that_another_stands_in_for_is_still_there() {
    let repo = TestRepo::new();
    repo.commit_unseen("s", key());
    let held = repo.git(&["rev-parse", "HEAD:s"]).ok().stdout;
    let other = repo.git(&["rev-parse", "HEAD:README.md"]).ok().stdout;
    repo.git(&["replace", held.trim(), other.trim()]).ok();
    std::fs::remove_file(repo.path("s")).expect("it is there");
    assert_eq!(verify(&repo, "").code, 1);
}
