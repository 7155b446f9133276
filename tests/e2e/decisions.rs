//! What a project has decided: allow comments, `.keystop.toml`, rules of its own. The configuration is read as it lies
//! in the work tree.

use serde_json::Value;

use crate::keys::{github_line, github_token, key};
use crate::repo::TestRepo;

/// A repository with a GitHub token staged.
fn with_token() -> TestRepo {
    let repo = TestRepo::new();
    repo.stage("src/app.py", github_line() + "\n");
    repo
}

/// Fails the test unless the token is stopped before this configuration, and passes with it.
#[track_caller]
fn allows(config: &str) {
    let repo = with_token();
    repo.blocked(&[]);
    repo.write(".keystop.toml", config);
    repo.passes(&[]);
}

/// Fails the test unless the token is stopped in spite of this configuration.
#[track_caller]
fn does_not_allow(config: &str) {
    let repo = with_token();
    repo.write(".keystop.toml", config);
    repo.blocked(&[]);
}

fn findings(repo: &TestRepo) -> Vec<Value> {
    let said = repo.keystop(&["scan", "--staged", "--format", "json"]).stdout;
    let said: Value = serde_json::from_str(&said).expect("it is JSON");
    said["findings"].as_array().expect("a list").clone()
}

#[test]
fn a_path_can_be_allowed() {
    allows("[[allow]]\nreason = 'recorded fixtures'\npaths = ['src/**']\n");
    does_not_allow("[[allow]]\nreason = 'recorded fixtures'\npaths = ['tests/**']\n");
}

#[test]
fn a_value_can_be_allowed_as_a_whole_only() {
    allows("[[allow]]\nreason = 'revoked'\nvalues = ['ghp_[0-9A-Za-z]{36}']\n");
    does_not_allow("[[allow]]\nreason = 'revoked'\nvalues = ['ghp_']\n");
    does_not_allow("[[allow]]\nreason = 'revoked'\nvalues = ['false|ghp_']\n");
}

#[test]
fn a_fingerprint_can_be_allowed() {
    let repo = with_token();
    let fingerprint = findings(&repo)[0]["fingerprint"].as_str().expect("a text").to_owned();
    allows(&format!("[[allow]]\nreason = 'revoked'\nfingerprints = ['{fingerprint}']\n"));
    does_not_allow("[[allow]]\nreason = 'revoked'\nfingerprints = ['0123456789abcdef']\n");

    repo.keystop(&["allow", &fingerprint, "--reason", "revoked in May"]).ok();
    repo.passes(&[]);
}

#[test]
fn what_an_entry_names_must_all_agree() {
    let rule = findings(&with_token())[0]["rule"].as_str().expect("a text").to_owned();
    allows(&format!("[[allow]]\nreason = 'test'\npaths = ['src/*']\nrules = ['{rule}']\n"));
    does_not_allow("[[allow]]\nreason = 'test'\npaths = ['src/*']\nrules = ['stripe-secret-key-live']\n");
    does_not_allow(&format!("[[allow]]\nreason = 'test'\npaths = ['tests/*']\nrules = ['{rule}']\n"));
}

#[test]
fn a_rule_can_be_switched_off() {
    let repo = TestRepo::new();
    // Nothing is assigned here, so that no rule for telling names takes its place.
    repo.stage("notes.txt", format!("see {}\n", github_token()));
    let rule = findings(&repo)[0]["rule"].as_str().expect("a text").to_owned();
    repo.blocked(&[]);
    repo.write(".keystop.toml", format!("[[disable]]\nrule = '{rule}'\nreason = 'another tool does it'\n"));
    repo.passes(&[]);
}

#[test]
fn a_rule_of_the_projects_own_stops_a_commit() {
    let repo = TestRepo::new();
    repo.stage("app.py", key("ACME = 'acme_{hex:32}'\n"));
    repo.passes(&[]);
    repo.write(
        ".keystop.toml",
        "[[rule]]\nid = 'acme-key'\nname = 'Acme deploy key'\nseverity = 'high'\nregex = '''\\b(acme_[0-9a-f]{32})\\b'''\n",
    );
    repo.stage("more.py", key("OTHER = 'acme_{hex:32}'\n"));
    let said = repo.blocked(&[]).stderr;
    assert!(said.contains("Acme deploy key (high)") && said.contains("acme_...(37 bytes)"), "{said}");
}

/// The last line of a finding's message, after "Not a key?".
fn not_a_key(said: &str) -> String {
    let line = said.lines().find_map(|line| line.trim().strip_prefix("Not a key? "));
    line.unwrap_or_else(|| panic!("nothing is said about what is no key:\n{said}")).to_owned()
}

#[test]
fn the_comment_that_the_message_shows_works_where_it_says() {
    for (path, line) in [
        ("app.py", "token = \"KEY\""),
        ("app.ts", "const token = \"KEY\";"),
        ("main.go", "const token = \"KEY\""),
        ("app.rb", "token = \"KEY\""),
        ("App.java", "String token = \"KEY\";"),
        ("app.php", "$token = 'KEY';"),
        ("deploy.sh", "token=\"KEY\""),
        ("config.yaml", "token: \"KEY\""),
        ("config.toml", "token = \"KEY\""),
        ("index.html", "<p>KEY</p>"),
        ("notes.md", "The token is KEY here."),
        ("lib.ml", "let token = \"KEY\""),
        ("app.lua", "local token = \"KEY\""),
        ("app.erl", "Token = \"KEY\"."),
        ("app.tcl", "set token \"KEY\""),
        ("app.clj", "(def token \"KEY\")"),
    ] {
        let repo = TestRepo::new();
        let line = line.replace("KEY", &github_token());
        repo.stage(path, format!("{line}\n"));
        let shown = not_a_key(&repo.blocked(&[]).stderr);
        let comment = shown.strip_prefix("End the line with ").unwrap_or_else(|| panic!("{path}: {shown}"));
        repo.stage(path, format!("{line} {comment}\n"));
        repo.passes(&[]);
    }
}

#[test]
fn a_comment_without_a_reason_allows_nothing() {
    let repo = with_token();
    let comment = not_a_key(&repo.blocked(&[]).stderr).replace("End the line with ", "").replace(" WHY", "");
    repo.stage("src/app.py", format!("{}  {comment}\n", github_line()));
    let said = repo.blocked(&[]).stderr;
    assert!(said.contains("needs a reason"), "{said}");
}

#[test]
fn a_format_without_comments_is_allowed_by_the_command_that_the_message_shows() {
    let repo = TestRepo::new();
    repo.stage("config.json", format!("{{\"token\": \"{}\"}}\n", github_token()));
    let shown = not_a_key(&repo.blocked(&[]).stderr);
    let words: Vec<&str> = shown.split(' ').collect();
    assert_eq!(words[0], "keystop", "{shown}");
    repo.keystop(&words[1..]).ok();
    repo.passes(&[]);
}
