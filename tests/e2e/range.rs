//! `scan --range`: what each commit adds to its parents, by commit, author and date.

use serde_json::Value;

use crate::keys::{self, github_line, numbered};
use crate::repo::TestRepo;

/// Clean lines, then a key in each of two commits, then the first one removed.
fn history() -> TestRepo {
    let repo = TestRepo::new();
    repo.commit_unseen("a.py", format!("{}\n", github_line()));
    repo.commit_unseen("b.py", format!("{}{}\n", keys::code(3), other_line()));
    repo.commit_unseen("a.py", "clean\n");
    repo
}

fn other_line() -> String {
    format!("TOKEN = \"{}\"", numbered("ghp_{alnum:30}{check:github}", 2))
}

fn scan(repo: &TestRepo, range: &str, options: &[&str]) -> Value {
    let ran = repo.keystop(&[&["scan", "--range", range, "--format", "json"], options].concat());
    assert!(ran.code < 2, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).expect("it is JSON")
}

/// `path:line` of each finding.
fn places(said: &Value) -> Vec<String> {
    let findings = said["findings"].as_array().expect("a list");
    let place = |found: &Value| format!("{}:{}", found["path"].as_str().unwrap_or("?"), found["start"]["line"]);
    findings.iter().map(place).collect()
}

#[test]
fn a_finding_names_its_commit_author_and_date() {
    let repo = history();
    let said = scan(&repo, "HEAD", &[]);
    assert_eq!(places(&said), ["a.py:1", "b.py:4"]);
    let first = &said["findings"][0];
    let id = repo.git(&["rev-parse", "HEAD~2"]).ok().stdout;
    assert_eq!(first["commit"], id.trim());
    assert_eq!((first["author"].as_str(), first["date"].as_str()), (Some("Ada"), Some("2026-01-02 03:04")));
    let said = repo.keystop(&["scan", "--range", "HEAD"]);
    assert_eq!(said.code, 1);
    assert!(said.stdout.contains(&format!("a.py:1:17 in {} (Ada, 2026-01-02 03:04)", &id[..10])), "{}", said.stdout);
}

#[test]
fn only_the_commits_of_the_range_are_read() {
    let repo = history();
    assert_eq!(places(&scan(&repo, "HEAD~2..HEAD", &[])), ["b.py:4"]);
    assert_eq!(places(&scan(&repo, "HEAD~2", &[])), ["a.py:1"]);
    assert_eq!(places(&scan(&repo, "HEAD", &["--max-count", "2"])), ["b.py:4"]);
    assert!(places(&scan(&repo, "HEAD~1..HEAD", &[])).is_empty());
}

#[test]
fn messages_are_read_too() {
    let repo = TestRepo::new();
    repo.git(&["commit", "-q", "--no-verify", "--allow-empty", "-m", &github_line()]).ok();
    assert_eq!(places(&scan(&repo, "HEAD", &[])), ["commit message:1"]);
}

#[test]
fn what_a_merge_adds_by_itself_is_its_own() {
    let repo = TestRepo::new();
    repo.git(&["checkout", "-q", "-b", "side"]).ok();
    repo.commit_unseen("side.py", format!("{}\n", github_line()));
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.commit_unseen("c", "clean\n");
    repo.git(&["merge", "-q", "--no-commit", "side"]).ok();
    repo.stage("merge.py", format!("{}\n", other_line()));
    repo.git(&["commit", "-q", "--no-verify", "-m", "merge"]).ok();
    assert_eq!(places(&scan(&repo, "HEAD", &[])), ["merge.py:1", "side.py:1"]);
    assert_eq!(places(&scan(&repo, "HEAD", &["--no-merges"])), ["side.py:1"]);
}

#[test]
fn the_answer_is_the_same_whatever_the_number_of_threads() {
    let repo = TestRepo::new();
    let mut stream = String::new();
    for n in 1..=300 {
        let line =
            if n % 9 == 0 { numbered("t = \"ghp_{alnum:30}{check:github}\"", n / 18) } else { format!("v = {n}") };
        stream.push_str(&format!("commit refs/heads/long\ncommitter A <a@b> {n} +0000\ndata 1\nx\n"));
        stream.push_str(&format!("M 644 inline f{}.py\ndata {}\n{line}\n", n % 20, line.len()));
    }
    repo.write("stream", stream);
    repo.run("sh", &["-euc", "git fast-import --quiet <stream"]).ok();
    let one = scan(&repo, "long", &["--jobs", "1"]);
    assert_eq!(places(&one).len(), 33);
    for jobs in ["2", "3", "8"] {
        assert_eq!(scan(&repo, "long", &["--jobs", jobs]), one);
    }
}

#[test]
fn sha256_and_reftable_repositories_are_read_through_git() {
    for init in ["--object-format=sha256", "--ref-format=reftable"] {
        let repo = TestRepo::with(&[init]);
        repo.commit_unseen("a.py", format!("{}\n", github_line()));
        assert_eq!(places(&scan(&repo, "HEAD", &[])), ["a.py:1"]);
    }
}

#[test]
fn a_range_that_git_does_not_know_is_an_error() {
    let repo = history();
    for range in ["nowhere", "HEAD..nowhere", "--all"] {
        let ran = repo.keystop(&["scan", &format!("--range={range}")]);
        assert_eq!(ran.code, 2, "{}", ran.stdout);
        assert!(ran.stderr.contains(&format!("cannot list the commits of `{range}`")), "{}", ran.stderr);
    }
    let ran = repo.keystop(&["scan", "--range", "HEAD", "a.py"]);
    assert_eq!(ran.code, 2);
    assert_eq!(repo.keystop(&["scan"]).code, 2, "nothing to scan is an error");
    let nowhere = TestRepo::folder().keystop(&["scan", "--range", "HEAD"]);
    assert!(nowhere.code == 2 && nowhere.stderr.contains("not a git repository"), "{}", nowhere.stderr);
}
