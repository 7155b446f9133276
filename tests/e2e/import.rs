//! Switching from another tool: its decisions hold here, and no key is copied from its files.

use crate::keys::{github_line, github_token, key, numbered};
use crate::repo::TestRepo;

/// Takes over a file, and tells what was said.
#[track_caller]
fn import(repo: &TestRepo, file: &str, content: &str) -> String {
    repo.write(file, content);
    let said = repo.keystop(&["config", "import", file]).ok().stdout;
    // What was written holds.
    repo.keystop(&["config", "show"]).ok();
    said
}

/// Fails the test unless a token in this file passes, and the same one in another file does not.
#[track_caller]
fn only_here(repo: &TestRepo, here: &str, there: &str) {
    repo.stage(here, github_line() + "\n");
    repo.passes(&[]);
    repo.stage(there, github_line() + "\n");
    repo.blocked(&[]);
}

const GITLEAKS: &str = r"
title = 'our rules'

[extend]
useDefault = true
disabledRules = ['jwt-token', 'generic-api-key']

[allowlist]
description = 'recorded traffic'
paths = ['''^tests/cassettes/''', '''(.*?)(jpg|gif)$''', '''(?i)readme''']
regexes = ['''^acme_0{32}$''']
stopwords = ['sandbox']
commits = ['0123456789abcdef0123456789abcdef01234567']

[[rules]]
id = 'acme-key'
description = 'Acme deploy key'
regex = '''\b(acme)_([0-9a-f]{32})\b'''
secretGroup = 2
keywords = ['acme']
entropy = 2.5

  [[rules.allowlists]]
  regexes = ['''^[a-f]{32}$''']

[[rules]]
id = 'everything'
regex = '''^.*$'''
path = '''^vcr_cassettes/.*'''

[[rules]]
id = 'generic-api-key'
  [rules.allowlist]
  paths = ['''docs/''']
";

#[test]
fn gitleaks_rules_and_allowlists_hold_here() {
    let repo = TestRepo::new();
    let said = import(&repo, ".gitleaks.toml", GITLEAKS);
    assert!(said.contains(".keystop.toml: 3 entries, 1 rules, 1 rules switched off\n"), "{said}");
    for left in [
        "not taken over: a pattern over paths that no glob can say\n",
        "not taken over: 1 commits: ",
        "not taken over: rule `generic-api-key` is off there; keystop has none of this id\n",
        "not taken over: rule `everything`: ",
        "not taken over: `generic-api-key`: 1 allowlists of a rule that keystop does not have\n",
    ] {
        assert!(said.contains(left), "{left}{said}");
    }
    only_here(&repo, "tests/cassettes/a.py", "src/a.py");
    let repo = TestRepo::new();
    import(&repo, ".gitleaks.toml", GITLEAKS);
    repo.stage("a.txt", key("see acme_{hex:32} there\n"));
    let said = repo.blocked(&[]).stderr;
    assert!(said.contains("Acme deploy key (high)"), "{said}");
    repo.stage("a.txt", "see acme_abcdefabcdefabcdefabcdefabcdefab there\n");
    repo.passes(&[]);
}

#[test]
fn all_conditions_of_an_allowlist_hold_or_none_is_taken() {
    let list =
        |path: &str| format!("[[allowlists]]\ncondition = 'AND'\npaths = ['''{path}''']\nregexes = ['''^ghp_''']\n");
    let repo = TestRepo::new();
    import(&repo, ".gitleaks.toml", &list("^tests/"));
    only_here(&repo, "tests/a.py", "src/a.py");
    let repo = TestRepo::new();
    let said = import(&repo, ".gitleaks.toml", &list("(?i)tests/"));
    assert!(said.contains(".keystop.toml: 0 entries"), "{said}");
    repo.stage("tests/a.py", github_line() + "\n");
    repo.blocked(&[]);
}

#[test]
fn a_key_that_is_written_out_is_accepted_and_not_copied() {
    let token = github_token();
    let files = [
        (".gitleaks.toml", format!("[allowlist]\nregexes = ['''{token}''']\n")),
        (".gitleaks.toml", format!("[allowlist]\nstopwords = ['{token}']\n")),
        (
            ".gitguardian.yaml",
            format!("version: 2\nsecret:\n  ignored_matches:\n    - name: ours\n      match: {token}\n"),
        ),
        (
            ".secretlintrc.json",
            format!("{{\"rules\": [{{\"id\": \"a\", \"options\": {{\"allows\": [\"{token}\"]}}}}]}}"),
        ),
    ];
    for (file, content) in files {
        let repo = TestRepo::new();
        let said = import(&repo, file, &content);
        assert!(said.contains(".keystop.baseline: 1 keys accepted\n") && !said.contains(&token[4..12]), "{said}");
        let written = String::from_utf8(repo.read(".keystop.baseline")).expect("it is text");
        assert!(!written.contains(&token[4..12]) && !repo.path(".keystop.toml").exists(), "{written}");
        repo.stage("a.py", github_line() + "\n");
        repo.passes(&[]);
        repo.stage("a.py", numbered("GITHUB_TOKEN = \"ghp_{alnum:30}{check:github}\"\n", 9));
        repo.blocked(&[]);
    }
}

#[test]
fn places_are_taken_as_the_keys_that_stand_there() {
    let repo = TestRepo::new();
    repo.commit_unseen("src/a.py", format!("import os\n{}\n", github_line()));
    repo.commit_unseen("src/b.py", key("STRIPE = 'sk_live_{alnum:24}'\n"));
    let old = repo.git(&["rev-parse", "HEAD"]).ok().stdout;
    repo.git(&["rm", "-q", "src/b.py"]).ok();
    repo.passes(&[]);
    let ignore = format!(
        "# ours\nsrc/a.py:github-pat:2\n{}:src/b.py:stripe-access-token:1\nsrc/a.py:generic-api-key:1\nnonsense\n",
        old.trim_end()
    );
    let said = import(&repo, ".gitleaksignore", &ignore);
    assert!(said.contains(".keystop.baseline: 2 keys accepted\n"), "{said}");
    assert!(said.contains("not taken over: 1 lines that are no place of a finding\n"), "{said}");
    assert!(said.contains("not taken over: 1 places where keystop finds no key that would stop\n"), "{said}");
    repo.stage("src/c.py", format!("{}\n{}\n", github_line(), key("STRIPE = 'sk_live_{alnum:24}'")));
    repo.passes(&[]);
}

#[test]
fn a_baseline_of_detect_secrets_is_taken_over() {
    let repo = TestRepo::new();
    repo.commit_unseen("src/a.py", github_line() + "\n");
    repo.commit_unseen("src/b.py", key("STRIPE = 'sk_live_{alnum:24}'\n"));
    let result = |secret: &str| format!("[{{\"type\": \"x\", \"hashed_secret\": \"00\", {secret}\"line_number\": 1}}]");
    let said = import(
        &repo,
        ".secrets.baseline",
        &format!(
            "{{\"version\": \"1.5.0\", \"plugins_used\": [], \"filters_used\": [
              {{\"path\": \"detect_secrets.filters.regex.should_exclude_file\", \"pattern\": [\"^fixtures/\"]}}],
              \"results\": {{\"src/a.py\": {}, \"src/b.py\": {}}}}}",
            result(""),
            result("\"is_secret\": true, ")
        ),
    );
    assert!(said.contains(".keystop.baseline: 1 keys accepted\n"), "{said}");
    assert!(said.contains("not taken over: a result that is marked as a secret, or has no line\n"), "{said}");
    repo.stage("src/c.py", github_line() + "\n");
    repo.stage("fixtures/d.py", key("STRIPE = 'sk_live_{alnum:24}'\n"));
    repo.passes(&[]);
    repo.stage("src/b.py", key("STRIPE = 'sk_live_{alnum:24}' # again\n"));
    repo.blocked(&[]);
}

#[test]
fn secretlint_is_taken_over() {
    let repo = TestRepo::new();
    let said = import(
        &repo,
        ".secretlintrc.json",
        r#"{"ignorePatterns": ["x"], "rules": [
            {"id": "@secretlint/secretlint-rule-preset-recommend", "rules": [
                {"id": "@secretlint/secretlint-rule-openai", "disabled": true},
                {"id": "@secretlint/secretlint-rule-aws", "allowMessageIds": ["AWSAccountID"]},
                {"id": "@secretlint/secretlint-rule-github", "options": {"allows": ["/^ghp_[a-z0-9]+$/i"]}}]},
            {"id": "@secretlint/secretlint-rule-pattern", "options": {"patterns": [
                {"name": "Acme key", "pattern": "/acme\\/[0-9a-f]{32}/"}]}}]}"#,
    );
    assert!(said.contains("1 entries, 1 rules, ") && !said.contains(" 0 rules switched off"), "{said}");
    assert!(said.contains("`ignorePatterns`: secretlint has no such setting"), "{said}");
    assert!(said.contains("not taken over: `aws`: 1 kinds of its messages"), "{said}");
    // Where nothing is assigned, only the rules that the entry names speak.
    repo.stage("notes.txt", format!("see {}\n", github_token()));
    repo.passes(&[]);
    repo.stage("more.txt", key("see acme/{hex:32} there\n"));
    let said = repo.blocked(&[]).stderr;
    assert!(said.contains("Acme key (high)"), "{said}");
}

#[test]
fn gitguardian_is_taken_over_in_both_forms() {
    for content in [
        "version: 2\nsecret:\n  ignored_paths:\n    - 'docs/**'\n  ignored_matches:\n    - name: a\n      match: sandbox\n",
        "version: v1\npaths-ignore:\n  - 'docs/**'\nmatches-ignore:\n  - sandbox\nbanlisted-detectors: [x]\n",
    ] {
        let repo = TestRepo::new();
        let said = import(&repo, ".gitguardian.yaml", content);
        assert!(said.contains(".keystop.toml: 2 entries"), "{said}");
        only_here(&repo, "docs/a.py", "src/a.py");
    }
    let repo = TestRepo::new();
    let hash = "0123456789abcdef".repeat(4);
    let said = import(&repo, ".gitguardian.yml", &format!("secret:\n  ignored-matches:\n    - match: {hash}\n"));
    assert!(said.contains("not taken over: 1 hashes of keys: "), "{said}");
}

#[test]
fn a_dry_run_writes_nothing() {
    let repo = TestRepo::new();
    repo.write(".gitleaks.toml", GITLEAKS);
    let said = repo.keystop(&["config", "import", "--dry-run", ".gitleaks.toml"]).ok().stdout;
    assert!(said.contains("[[allow]]\nreason = \"recorded traffic (taken over from .gitleaks.toml)\"\n"), "{said}");
    assert!(!repo.path(".keystop.toml").exists() && !repo.path(".keystop.baseline").exists());
}

#[test]
fn a_file_that_is_something_else_changes_nothing() {
    let repo = TestRepo::new();
    for (file, content) in [
        (".gitleaks.toml", "not toml"),
        (".secrets.baseline", "{}"),
        (".gitguardian.yaml", "- a"),
        (".secretlintrc.json", "{"),
        ("settings.ini", ""),
    ] {
        repo.write(file, content);
        let ran = repo.keystop(&["config", "import", file]);
        assert_eq!((ran.code, ran.stderr.lines().count()), (2, 2), "{file}: {}", ran.stderr);
    }
    assert!(!repo.path(".keystop.toml").exists());
}
