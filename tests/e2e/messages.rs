//! What is said of a finding, for every rule and in many languages: short, narrow, and nothing of the secret.

use std::collections::BTreeMap;
use std::fmt::Write;

use keystop::rules::example::{self, Example};
use keystop::rules::{self, Page};
use serde_json::Value;

use crate::keys::{github_line, key};
use crate::repo::TestRepo;

/// Files of twenty languages.
const FILES: [&str; 20] = [
    "a.py", "a.js", "a.ts", "a.go", "a.rb", "A.java", "a.php", "A.kt", "A.cs", "a.rs", "a.sh", "a.yaml", "a.json",
    "a.toml", "a.tf", "a.md", "a.swift", "a.txt", "a.html", ".env",
];

/// Columns of a terminal; what is to be copied is never cut or broken, however long its names are.
const COLUMNS: usize = 80;
/// Lines of one finding's message.
const MOST_LINES: usize = 12;
/// Bytes of a secret in a row that nothing may show.
const RUN: usize = 6;

/// A file with one example of one rule in it.
struct Sample {
    rule: String,
    path: String,
    example: Example,
}

/// Every example of every rule in a language of its own, and some of each provider in all twenty.
fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    for page in rules::pages().iter().filter(|page| page.key.paths.is_empty()) {
        for template in &page.key.examples {
            let number = samples.len();
            samples.push(sample(page, template, number, FILES[number % FILES.len()]));
        }
    }
    for page in rules::pages().iter().filter(|page| page.key.paths.is_empty()).step_by(20) {
        for file in FILES {
            samples.push(sample(page, &page.key.examples[0], samples.len(), file));
        }
    }
    samples
}

fn sample(page: &Page, template: &str, number: usize, file: &str) -> Sample {
    let example = example::expand(template, 1000 + number as u64).expect("a test of the rules expands them all");
    Sample { rule: page.key.id.clone(), path: format!("{number}/{file}"), example }
}

/// The first run of a secret's bytes that `text` shows.
fn leak(sample: &Sample, text: &str) -> Option<String> {
    sample.example.secret.iter().find_map(|range| {
        let secret = &sample.example.text.as_bytes()[range.clone()];
        let shown = secret.windows(RUN).find(|run| memchr::memmem::find(text.as_bytes(), run).is_some())?;
        Some(String::from_utf8_lossy(shown).into_owned())
    })
}

/// The paragraphs of a human report, by the number of the sample they speak of.
fn paragraphs(report: &str) -> BTreeMap<usize, Vec<&str>> {
    let mut found: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    // What is told and stops nothing stands below the messages, a line each.
    let messages = report.split("\nkeystop: ").next().unwrap_or_default();
    for paragraph in messages.split("\n\n") {
        let place = paragraph.lines().nth(1).unwrap_or_default().trim();
        if let Some(number) = place.split('/').next().and_then(|number| number.parse().ok()) {
            found.entry(number).or_default().push(paragraph);
        }
    }
    found
}

/// Code, or a command with a path in it.
fn is_to_copy(line: &str) -> bool {
    line.starts_with("    ") || line.contains("git add ")
}

#[test]
fn no_message_shows_a_secret_or_is_too_long() {
    let samples = samples();
    let repo = TestRepo::new();
    for sample in &samples {
        repo.write(&sample.path, &sample.example.text);
    }
    repo.git(&["add", "--force", "."]).ok();
    let human = repo.keystop(&["hook", "pre-commit"]);
    let json = repo.keystop(&["scan", "--staged", "--format", "json"]);
    assert_eq!((human.code, json.code), (1, 1));
    let mut faults = String::new();
    let paragraphs = paragraphs(&human.stderr);
    for (number, sample) in samples.iter().enumerate() {
        for paragraph in paragraphs.get(&number).into_iter().flatten() {
            if let Some(shown) = leak(sample, paragraph) {
                writeln!(faults, "{} in {}: the message shows `{shown}`", sample.rule, sample.path).expect("a string");
            }
            let lines = paragraph.lines().count();
            let wide = paragraph.lines().find(|line| line.chars().count() > COLUMNS && !is_to_copy(line));
            if lines > MOST_LINES || wide.is_some() {
                writeln!(faults, "{} in {}: {lines} lines {wide:?}", sample.rule, sample.path).expect("a string");
            }
        }
    }
    let json: Value = serde_json::from_str(&json.stdout).expect("it is JSON");
    for finding in json["findings"].as_array().expect("a list") {
        let path = finding["path"].as_str().expect("a text");
        let sample = samples.iter().find(|sample| sample.path == path).expect("a file we wrote");
        if let Some(shown) = leak(sample, &finding.to_string()) {
            writeln!(faults, "{} in {path}: JSON shows `{shown}`", sample.rule).expect("a string");
        }
    }
    assert!(paragraphs.len() > samples.len() / 2, "{} messages of {} samples", paragraphs.len(), samples.len());
    assert!(faults.is_empty(), "{} faults:\n{faults}", faults.lines().count());
}

#[test]
fn no_failure_shows_a_secret() {
    let mut repo = TestRepo::new();
    repo.set("RUST_BACKTRACE", "1");
    let secret = key("sk_live_{alnum:24}");
    repo.stage("app.py", format!("key = '{secret}'\n"));
    for config in [
        format!("[[allow]]\nreason = '{secret}'\n"),
        format!("[[allow]]\nreason = 'x'\nvalues = ['{secret}']\npath = ['a']\n"),
        format!("[[disable]]\nrule = 'no-such-rule'\nreason = '{secret}'\n"),
    ] {
        repo.write(".keystop.toml", &config);
        let said = repo.refused(&[]).stderr;
        let shown = secret.as_bytes()[8..].windows(RUN).any(|run| memchr::memmem::find(said.as_bytes(), run).is_some());
        assert!(!shown, "{said}");
    }
}

#[test]
fn a_message_reads_like_this() {
    let repo = TestRepo::new();
    repo.stage(
        "src/pay.ts",
        key("import Stripe from \"stripe\";\n\nconst stripe = new Stripe(\"sk_live_{alnum:24}\");\n"),
    );
    assert_eq!(
        repo.blocked(&[]).stderr,
        "\
keystop stopped this commit: it adds a key. It has not left this machine.

Stripe secret key (live) (critical)
  src/pay.ts:3:28
    3 | const stripe = new Stripe(\"sk_live_...(32 bytes)\");
      |                            ^^^^^^^^^^^^^^^^^^^^^
  Whoever holds it can charge cards, refund, pay out, and read every customer,
  payment and dispute of the account.
  Keep the value in STRIPE_SECRET_KEY outside the repository, and read it:
    const stripeSecretKey = process.env.STRIPE_SECRET_KEY;
    if (!stripeSecretKey) throw Error(\"no STRIPE_SECRET_KEY\");
  Then commit again: git add -- src/pay.ts && git commit
  Clean up, revoke, see who used it: keystop explain 2728acf88392b5ab
  Not a key? End the line with // keystop:allow stripe-secret-key-live WHY

To go on all the same, once: git commit --no-verify
"
    );
}

#[test]
fn one_secret_in_many_places_is_one_finding() {
    let repo = TestRepo::new();
    for path in ["a.py", "b.py", "c.py", "d.py", "e.py", "f.py"] {
        repo.stage(path, github_line() + "\n");
    }
    let said = repo.blocked(&[]).stderr;
    assert!(said.contains("it adds a key."), "{said}");
    assert!(said.contains("  a.py:1:17, also b.py:1:17, c.py:1:17, d.py:1:17 and 2 more\n"), "{said}");
}

#[test]
fn the_same_commit_is_told_in_the_same_words() {
    let repo = TestRepo::new();
    for number in 0..12 {
        repo.stage(format!("f{number}.py"), crate::keys::numbered("A = 'sk_live_{alnum:24}'\nB = '{uuid}'\n", number));
    }
    assert_eq!(repo.blocked(&[]).stderr, repo.blocked(&[]).stderr);
}
