//! The configuration: layers and where each decision comes from, entries that end, entries of no use, its schema.

use serde_json::Value;

use crate::keys::{code, github_line, github_token};
use crate::repo::TestRepo;

const ALLOW: &str = "[[allow]]\nreason = 'recorded'\nwho = 'Ada'\npaths = ['src/**']\n";

fn with_token() -> TestRepo {
    let repo = TestRepo::new();
    repo.stage("src/app.py", github_line() + "\n");
    repo
}

#[test]
fn an_entry_allows_until_its_last_day_and_then_says_so() {
    for (day, holds) in [("2999-01-01", true), ("'2999-01-01'", true), ("2001-01-31", false), ("'2001-01-31'", false)] {
        let repo = with_token();
        repo.write(".keystop.toml", format!("{ALLOW}expires = {day}\n"));
        if holds {
            repo.passes(&[]);
        } else {
            let said = repo.blocked(&[]).stderr;
            assert!(said.contains("src/app.py:1: allowed by `"), "{said}");
            assert!(said.contains("/.keystop.toml` line 1 until 2001-01-31\n"), "{said}");
        }
    }
}

#[test]
fn a_day_is_a_day() {
    for day in ["'soon'", "'2026-13-01'", "'2026-1-1'", "2026-01-01T00:00:00Z", "20260101"] {
        let repo = with_token();
        repo.write(".keystop.toml", format!("{ALLOW}expires = {day}\n"));
        let said = repo.refused(&[]).stderr;
        assert!(said.contains("line 5: a day is written 2026-12-31"), "{day}: {said}");
    }
}

#[test]
fn check_names_what_has_ended_and_what_is_of_no_use() {
    let repo = with_token();
    repo.write(".keystop.toml", ALLOW);
    let ran = repo.keystop(&["config", "check"]).ok();
    assert_eq!(ran.stdout, "1 entries checked, 0 of no use\n");
    let more = "[[allow]]\nreason = 'x'\npaths = ['gone/**']\n";
    repo.write(".keystop.toml", format!("{ALLOW}expires = 2001-01-31\n\n{more}"));
    let ran = repo.keystop(&["config", "check"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("/.keystop.toml` line 1: expired on 2001-01-31\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("/.keystop.toml` line 7: allows nothing that is here\n"), "{}", ran.stdout);
    repo.write(".keystop.toml", "[[alow]]\n");
    assert_eq!(repo.keystop(&["config", "check"]).code, 2);
}

/// The decisions that hold, as `name value layer`.
fn decisions(repo: &TestRepo, args: &[&str]) -> Vec<String> {
    let said = repo.keystop(&[&["config", "show", "--format", "json"], args].concat()).ok().stdout;
    let said: Value = serde_json::from_str(&said).expect("it is JSON");
    let text = |row: &Value, field: &str| row[field].as_str().expect("a text").to_owned();
    let rows = said["decisions"].as_array().expect("a list").iter();
    rows.map(|row| format!("{} {} {}", text(row, "name"), text(row, "value"), text(row, "layer"))).collect()
}

#[test]
fn every_decision_tells_its_layer() {
    let mut repo = TestRepo::new();
    repo.write("../home/.config/keystop/config.toml", "[[disable]]\nrule = 'jwt-token'\nreason = 'mine'\n");
    repo.write(".keystop.toml", format!("baseline = 'known.toml'\n{ALLOW}"));
    repo.set("KEYSTOP_DISABLE", "stripe-secret-key-live, stripe-secret-key-test");
    let shown = decisions(&repo, &["--disable", "aws-access-key"]);
    let top = repo.path("").canonicalize().expect("it is there");
    let baseline = format!("baseline {}: 0 keys accepted repository", top.join("known.toml").display());
    assert_eq!(
        shown,
        [
            baseline.as_str(),
            "allow paths src/**: recorded (Ada) repository",
            "disable jwt-token: mine user",
            "disable stripe-secret-key-live: KEYSTOP_DISABLE environment",
            "disable stripe-secret-key-test: KEYSTOP_DISABLE environment",
            "disable aws-access-key: --disable flags",
        ]
    );
    repo.set("KEYSTOP_BASELINE", "");
    assert_eq!(decisions(&repo, &[])[0], "baseline none environment");
    let human = repo.keystop(&["config", "show"]).ok().stdout;
    assert!(human.contains("repository: `") && human.contains("/.keystop.toml` line 2"), "{human}");
}

#[test]
fn each_layer_can_switch_a_rule_off() {
    let mut repo = TestRepo::new();
    // Nothing is assigned here, so that no rule for telling names takes its place.
    repo.stage("notes.txt", format!("see {}\n", github_token()));
    let json = repo.keystop(&["scan", "--staged", "--format", "json"]).stdout;
    let json: Value = serde_json::from_str(&json).expect("it is JSON");
    let rule = json["findings"][0]["rule"].as_str().expect("a text").to_owned();
    repo.blocked(&[]);
    repo.keystop(&["scan", "--staged", "--disable", &rule]).ok();
    let user = repo.path("../home/.config/keystop/config.toml");
    repo.write(&user, format!("[[disable]]\nrule = '{rule}'\nreason = 'mine'\n"));
    repo.keystop(&["scan", "--staged"]).ok();
    std::fs::remove_file(user).expect("it is ours");
    let other = repo.path("other.toml");
    repo.write(&other, format!("[[disable]]\nrule = '{rule}'\nreason = 'theirs'\n"));
    repo.keystop(&["scan", "--staged", "--config", other.to_str().expect("plain")]).ok();
    repo.set("KEYSTOP_CONFIG", &other);
    repo.passes(&[]);
}

#[test]
fn a_configuration_that_somebody_names_must_be_there() {
    let mut repo = with_token();
    repo.set("KEYSTOP_CONFIG", "no-such.toml");
    let said = repo.refused(&[]).stderr;
    assert!(said.contains("there is no configuration `no-such.toml`"), "{said}");
}

#[test]
fn the_schema_takes_what_keystop_takes_and_refuses_what_it_refuses() {
    let repo = TestRepo::new();
    repo.stage("a.py", code(1));
    let schema: Value = serde_json::from_str(&repo.keystop(&["config", "schema"]).ok().stdout).expect("it is JSON");
    let schema = jsonschema::validator_for(&schema).expect("it is a schema");
    for source in [
        "",
        "baseline = 'a'\n",
        "[[allow]]\nreason = 'x'\npaths = ['a']\nwho = 'Ada'\nexpires = '2026-01-31'\n",
        "[[allow]]\nreason = 'x'\nvalues = ['a']\nrules = ['jwt-token']\n",
        "[[allow]]\nreason = 'x'\nfingerprints = ['0123456789abcdef']\n",
        "[[allow]]\nreason = ' '\npaths = ['a']\n",
        "[[allow]]\nreason = 'x'\n",
        "[[allow]]\nreason = 'x'\npaths = []\n",
        "[[allow]]\npaths = ['a']\n",
        "[[allow]]\nreason = 'x'\npaths = 'a'\n",
        "[[allow]]\nreason = 'x'\npaths = ['a']\nexpires = 'x'\n",
        "[[alow]]\nreason = 'x'\n",
        "[[disable]]\nrule = 'jwt-token'\nreason = 'x'\n",
        "[[disable]]\nrule = 'jwt-token'\n",
        "[[rule]]\nid = 'a-key'\nname = 'A'\nseverity = 'high'\nregex = '(acme_[0-9]{9})'\n",
        "[[rule]]\nid = 'a-key'\nname = 'A'\nseverity = 'huge'\nregex = '(acme_[0-9]{9})'\n",
        "[[rule]]\nid = 'a-key'\nname = 'A'\nseverity = 'high'\n",
        "[[rule]]\nid = 'a-key'\nname = 'A'\nseverity = 'high'\nvalue = '[0-9]{9}'\nnear = { words = ['acme'] }\n",
        "[[rule]]\nid = 'a-key'\nname = 'A'\nseverity = 'high'\nvalue = '[0-9]{9}'\n",
    ] {
        repo.write(".keystop.toml", source);
        let taken = repo.keystop(&["scan", "--staged"]).code == 0;
        let parsed: toml::Value = toml::from_str(source).expect("it is TOML");
        let parsed = serde_json::to_value(parsed).expect("it is plain data");
        assert_eq!(schema.is_valid(&parsed), taken, "{source}");
    }
}
