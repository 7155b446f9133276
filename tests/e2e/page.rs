//! The page of a key: for a kind, for a finding, for the team's store.

use std::fs::{self, File};
use std::io::Read as _;

use keystop::advice::Document;
use keystop::remedy::language::Language;
use keystop::remedy::{self, Options};
use keystop::{report, rules};
use serde_json::Value;

use crate::keys;
use crate::repo::{KEYSTOP, TestRepo};

/// Columns of a terminal; an address is never broken.
const COLUMNS: usize = 80;

/// What every page has, in this order.
const SECTIONS: [&str; 14] = [
    "What to do now",
    "What is it, and how is it used?",
    "What does it allow?",
    "How should it be stored?",
    "How to make a new one?",
    "How could it have leaked?",
    "What is at risk?",
    "What are good habits?",
    "Was it misused?",
    "How to revoke it?",
    "What will stop working?",
    "How to get it out of git?",
    "What about other secrets?",
    "Sources",
];

fn key() -> String {
    keys::key("sk_live_{alnum:24}")
}

fn source() -> String {
    format!("import os\n\nstripe_key = \"{}\"\n", key())
}

#[track_caller]
fn page(repo: &TestRepo, args: &[&str]) -> String {
    let ran = repo.keystop(&[&["explain"], args].concat()).ok();
    assert!(!ran.stdout.contains(&key()[8..]), "the key was printed");
    ran.stdout
}

#[track_caller]
fn says(page: &str, parts: &[&str]) {
    // Lines are broken to fit a terminal.
    let flat = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in parts {
        assert!(flat.contains(part), "`{part}` is missing in:\n{page}");
    }
}

#[test]
fn a_finding_is_named_by_its_place_or_its_fingerprint() {
    let repo = TestRepo::new();
    repo.stage("pay.py", source());
    let by_place = page(&repo, &["pay.py:3"]);
    says(&by_place, &["My Stripe secret key (live) leaked!", "os.environ[\"STRIPE_SECRET_KEY\"]"]);
    let listed = repo.keystop(&["scan", "--staged", "--format", "json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed.stdout).expect("it is JSON");
    let fingerprint = listed["findings"][0]["fingerprint"].as_str().expect("a text");
    assert_eq!(page(&repo, &[fingerprint]), by_place);
}

#[test]
fn the_page_tells_since_when_the_key_could_be_read() {
    let mut repo = TestRepo::new();
    repo.git(&["init", "-q", "--bare", "../remote.git"]).ok();
    repo.git(&["remote", "add", "origin", "../remote.git"]).ok();
    repo.set("GIT_COMMITTER_DATE", "2026-02-03T04:05:06+02:00");
    repo.commit_unseen("pay.py", source());
    let local = page(&repo, &["pay.py:3"]);
    says(&local, &["First committed 2026-02-03 02:05 UTC", "No sign here that it was pushed"]);
    repo.set("GIT_COMMITTER_DATE", "2026-02-04T00:00:00Z");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]).ok();
    let pushed = page(&repo, &["pay.py:3"]);
    says(&pushed, &["First committed 2026-02-03 02:05 UTC", "pushed from here to origin/main"]);
}

#[test]
fn the_teams_store_comes_first_with_its_own_names() {
    let repo = TestRepo::new();
    repo.write(
        ".keystop.toml",
        "message_footer = 'Tell security@example.org.'\n\n[store]\nuse = 'vault'\nmount = 'team'\npath = 'shop/pay'\nfield = 'live'\nnamespace = 'eu'\n",
    );
    let shown = page(&repo, &["stripe-secret-key-live", "--lang", "python"]);
    says(
        &shown,
        &[
            "1. HashiCorp Vault",
            "mount_point=\"team\", path=\"shop/pay\"",
            "vault kv patch -mount=team \\ shop/pay live=-",
            "export VAULT_NAMESPACE=eu",
            "Tell security@example.org.",
        ],
    );
    repo.stage("pay.py", source());
    assert!(repo.blocked(&[]).stderr.contains("\nTell security@example.org.\n"));
    repo.write(".keystop.toml", "[store]\nuse = 'drawer'\n");
    let ran = repo.keystop(&["explain", "stripe-secret-key-live"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains(".keystop.toml` line 2: unknown variant; one of `env`, `aws`,"), "{}", ran.stderr);
}

/// Runs `explain` with a terminal as its standard output, and returns what that terminal was shown.
fn on_a_terminal(repo: &TestRepo, settings: &[(&str, &str)]) -> String {
    let terminal = nix::pty::openpty(None, None).expect("there are terminals");
    let mut repo = repo.clone();
    for (name, value) in settings {
        repo.set(name, value);
    }
    let mut child = repo
        .command(KEYSTOP)
        .args(["explain", "stripe-secret-key-live"])
        .stdout(terminal.slave)
        .spawn()
        .expect("it can be started");
    let mut shown = Vec::new();
    // When the last one who could write has gone, Linux says so by an error.
    drop(File::from(terminal.master).read_to_end(&mut shown));
    assert!(child.wait().expect("it ends").success());
    String::from_utf8(shown).expect("it is text").replace("\r\n", "\n")
}

#[test]
fn on_a_terminal_the_page_goes_through_the_pager_that_git_would_use() {
    let repo = TestRepo::folder();
    let pager = "cat > \"$HOME/paged\"; echo \"paged with LESS=$LESS\"";
    let read = || fs::read_to_string(repo.path("../home/paged")).unwrap_or_default();
    let shown = on_a_terminal(&repo, &[("PAGER", pager), ("TERM", "xterm")]);
    assert_eq!(shown, "paged with LESS=FRX\n");
    assert!(read().contains("My Stripe secret key (live) leaked!") && read().contains("\u{1b}["), "{}", read());
    let shown = on_a_terminal(&repo, &[("GIT_PAGER", pager), ("PAGER", "false"), ("LESS", "R"), ("NO_COLOR", "1")]);
    assert_eq!(shown, "paged with LESS=R\n");
    assert!(!read().contains('\u{1b}'), "{}", read());
    // One that is not there, and one that a reader has left early, are no failure.
    for (pager, wanted) in [("cat", true), ("head -1 > /dev/null", false), ("no-such-pager 2> /dev/null", true)] {
        let shown = on_a_terminal(&repo, &[("PAGER", pager)]);
        assert_eq!(shown.contains("HOW SHOULD IT BE STORED?"), wanted, "{pager}: {shown}");
    }
    assert!(page(&repo, &["stripe-secret-key-live"]).contains("HOW SHOULD IT BE STORED?"), "no terminal, no pager");
}

/// A page as a terminal shows it, and what is wrong with it.
fn faults(document: &Document) -> Vec<String> {
    let headings: Vec<&str> = document.sections.iter().map(|section| section.heading.as_str()).collect();
    let mut faults = Vec::new();
    if headings != SECTIONS {
        faults.push(format!("{}: the sections are {headings:?}", document.rule));
    }
    let mut printed = Vec::new();
    report::document(document, &mut printed).expect("it is memory");
    let printed = String::from_utf8(printed).expect("it is text");
    for line in printed.lines() {
        let is_link = line.contains("https://") && !line.trim().contains(' ');
        let hole = ["{env}", "{var}", "{path}", "{field}", " ,", "it can .", ": .", ": None.", "Some("];
        if (line.chars().count() > COLUMNS && !is_link) || hole.iter().any(|hole| line.trim_start().contains(hole)) {
            faults.push(format!("{}: {line}", document.rule));
        }
    }
    let empty = document.sections.iter().filter(|section| section.blocks.is_empty());
    faults.extend(empty.map(|section| format!("{}: `{}` is empty", document.rule, section.heading)));
    faults
}

#[test]
fn every_kind_of_key_has_the_whole_page_at_eighty_columns() {
    let shell = Language::by_name("shell").expect("it is known");
    let pages = rules::pages();
    assert!(pages.len() > 1000, "{}", pages.len());
    let faults: Vec<String> =
        pages.iter().flat_map(|page| faults(&remedy::page(page, &Options::of(shell.clone())))).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_language_has_the_whole_page_at_eighty_columns() {
    let pages = rules::pages();
    let mut faulty = Vec::new();
    for id in ["stripe-secret-key-live", "customerio-app-api-key", "aws-access-key"] {
        let page = pages.iter().find(|page| page.key.id == id).expect(id);
        for language in Language::ids() {
            let language = Language::by_name(language).expect("an id is a name");
            let name = language.name.clone();
            let document = remedy::page(page, &Options::of(language));
            faulty.extend(faults(&document).into_iter().map(|fault| format!("{name}: {fault}")));
        }
    }
    assert!(faulty.is_empty(), "{} faults:\n{}", faulty.len(), faulty.join("\n"));
}

#[test]
fn the_same_page_is_markdown_json_and_one_file_of_html() {
    let repo = TestRepo::new();
    repo.stage("pay.py", source());
    let shown = |format: &str| page(&repo, &["pay.py:3", "--format", format]);
    let (markdown, html) = (shown("md"), shown("html"));
    let json: Value = serde_json::from_str(&shown("json")).expect("it is JSON");
    let sections = json["sections"].as_array().expect("a list");
    assert_eq!(sections.len(), SECTIONS.len());
    assert_eq!(json["exposure"]["reach"], "staged");
    for (heading, section) in SECTIONS.iter().zip(sections) {
        assert_eq!(section["heading"], *heading);
        assert!(markdown.contains(&format!("\n## {heading}\n")), "{heading}");
        assert!(html.contains(&format!("<h2>{heading}</h2>")), "{heading}");
    }
    assert!(markdown.contains("\n   ```\n   git add -- pay.py\n   ```\n"), "{markdown}");
    for loads in ["<script", "<link", "<img", "url(", "src=", "@import"] {
        assert!(!html.contains(loads), "{loads}");
    }
    for tag in ["section", "ul", "ol", "li", "pre", "p", "code", "main", "nav"] {
        let opened = html.matches(&format!("<{tag}>")).count() + html.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, html.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn a_teams_own_rule_has_a_page_too() {
    let repo = TestRepo::new();
    repo.write(
        ".keystop.toml",
        "[[rule]]\nid = 'acme-key'\nname = 'ACME service key'\nseverity = 'high'\nregex = '\\b(acme_[0-9a-f]{32})\\b'\n",
    );
    let shown = page(&repo, &["acme-key"]);
    says(&shown, &["My ACME service key leaked!", "HOW TO REVOKE IT?", "This rule is your own"]);
}

#[test]
fn a_plan_is_a_checklist_with_owners_and_without_the_key() {
    let repo = TestRepo::new();
    repo.write("CODEOWNERS", "/billing/ @team-billing\n");
    repo.write("billing/package.json", "{\"dependencies\": {\"stripe\": \"1\"}}\n");
    repo.write("billing/pay.js", "const key = process.env.STRIPE_SECRET_KEY;\n");
    repo.commit_unseen("pay.py", source());
    let ran = repo.keystop(&["plan", "pay.py:3"]).ok();
    let plan = ran.stdout;
    assert!(!plan.contains(&key()[8..]), "the key was printed");
    for part in [
        "# Incident: Stripe secret key (live) leaked",
        "## Misuse",
        "## Careful rotation",
        "## Minimal disruption",
        "- [ ] folder `billing` (@team-billing)",
        "billing/pay.js:1",
        "- [ ] Tell @team-billing",
        "First committed: 2026-01-02 03:04 UTC",
        "git commit --amend --no-edit",
        "keystop verify ",
    ] {
        assert!(plan.contains(part), "`{part}` is missing in:\n{plan}");
    }
}

#[test]
fn less_than_the_severity_that_a_team_has_set_is_told_and_stops_nothing() {
    let repo = TestRepo::new();
    repo.stage("test.py", keys::key("key = 'sk_test_{alnum:24}'\n"));
    repo.blocked(&[]);
    repo.write(".keystop.toml", "stop_from = 'high'\n");
    let said = repo.passes(&[]).stderr;
    assert!(said.contains("keystop: note: test.py:1:8: Stripe secret key (test) may be a key"), "{said}");
    repo.stage("pay.py", source());
    repo.blocked(&[]);
}
