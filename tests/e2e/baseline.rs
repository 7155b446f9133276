//! The baseline: what was there passes wherever it goes, what is new stops, and the file tells nothing.

use crate::keys::{github_line, github_token, key, numbered};
use crate::repo::TestRepo;

const FILE: &str = ".keystop.baseline";

/// A repository with a token and a private key in its history, accepted.
fn accepted() -> TestRepo {
    let repo = TestRepo::new();
    repo.commit_unseen("src/app.py", github_line() + "\n");
    repo.commit_unseen("deploy.pem", pem());
    let said = repo.keystop(&["baseline"]).ok().stdout;
    assert!(said.ends_with(".keystop.baseline: 2 keys accepted, 2 of them new; 0 are gone\n"), "{said}");
    // The team commits it.
    repo.git(&["add", FILE]).ok();
    repo.passes(&[]);
    repo
}

fn pem() -> String {
    let body: Vec<String> = (1..=12).map(|line| numbered("{base64:64}", line)).collect();
    format!("-----BEGIN RSA {0}\n{1}\n-----END RSA {0}\n", "PRIVATE KEY-----", body.join("\n"))
}

fn baseline(repo: &TestRepo) -> String {
    String::from_utf8(repo.read(FILE)).expect("it is text")
}

#[test]
fn what_was_there_may_be_moved_renamed_and_reformatted() {
    let repo = accepted();
    let before = baseline(&repo);
    repo.git(&["mv", "src/app.py", "settings.py"]).ok();
    repo.passes(&[]);
    repo.stage("settings.py", format!("import os\n\n\nGITHUB = {{\n    'token': '{}',\n}}\n", github_token()));
    repo.passes(&[]);
    repo.git(&["rm", "-q", "deploy.pem"]).ok();
    let indented: String = pem().lines().map(|line| format!("        {line}\n")).collect();
    repo.stage("deploy.yaml", format!("key: |\n{indented}"));
    repo.passes(&[]);
    repo.keystop(&["baseline"]).ok();
    assert_eq!(baseline(&repo), before, "nothing has come or gone");
}

#[test]
fn what_is_new_still_stops() {
    let repo = accepted();
    repo.stage("src/app.py", format!("{}\n{}\n", github_line(), key("STRIPE = 'sk_live_{alnum:24}'")));
    let said = repo.blocked(&[]).stderr;
    assert!(said.contains("it adds a key") && said.contains("src/app.py:2:"), "{said}");
    repo.stage("src/app.py", format!("{}\n", numbered("GITHUB_TOKEN = \"ghp_{alnum:30}{check:github}\"", 7)));
    repo.blocked(&[]);
}

#[test]
fn what_is_gone_is_pruned_and_then_new() {
    let repo = accepted();
    repo.git(&["rm", "-q", "src/app.py"]).ok();
    repo.passes(&[]);
    repo.commit_unseen("other.py", key("STRIPE = 'sk_live_{alnum:24}'\n"));
    let check = repo.keystop(&["config", "check"]);
    assert!(check.code == 1 && check.stdout.contains("1 keys are gone"), "{}", check.stdout);
    let said = repo.keystop(&["baseline", "--prune"]).ok().stdout;
    assert!(said.ends_with("1 keys accepted, 0 of them new; 1 are gone\n"), "{said}");
    repo.keystop(&["config", "check"]).ok();
    repo.stage("src/app.py", github_line() + "\n");
    repo.blocked(&[]);
}

#[test]
fn the_file_holds_no_key_and_nothing_that_another_repository_has() {
    let (one, other) = (accepted(), accepted());
    let (text, others) = (baseline(&one), baseline(&other));
    let token = github_token();
    assert!(!token.as_bytes().windows(6).any(|run| memchr::memmem::find(text.as_bytes(), run).is_some()), "{text}");
    let hashes = |text: &str| -> Vec<String> {
        text.lines()
            .filter_map(|line| Some(line.split_once(" = \"")?.0.to_owned()))
            .filter(|name| name != "salt")
            .collect()
    };
    assert_eq!(hashes(&text).len(), 2, "{text}");
    assert!(hashes(&text).iter().all(|hash| !others.contains(hash)), "{text}{others}");
    let json = one.keystop(&["scan", ".", "--no-baseline", "--format", "json"]).stdout;
    assert!(json.contains("fingerprint") && hashes(&text).iter().all(|hash| !json.contains(hash)), "{json}");
}

#[test]
fn a_scan_passes_with_the_baseline_and_finds_without_it() {
    let mut repo = accepted();
    repo.keystop(&["scan", "."]).ok();
    assert_eq!(repo.keystop(&["scan", ".", "--no-baseline"]).code, 1);
    repo.set("KEYSTOP_BASELINE", "");
    assert_eq!(repo.keystop(&["scan", "."]).code, 1);
}

#[test]
fn a_baseline_that_is_broken_stops_the_commit() {
    let repo = accepted();
    for content in ["salt = 'x'\n", "[accepted]\n", "not toml", "salt = ''\n[accepted]\n"] {
        repo.write(FILE, content);
        repo.stage("a.py", "a = 1\n");
        let said = repo.refused(&[]).stderr;
        assert!(said.contains("is not a baseline"), "{said}");
    }
}
