//! Reports: every format over odd paths, nothing found, and very many findings; none holds a secret.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use serde_json::Value;

use keystop::report::Format;

use crate::keys::{code, github_line, github_token, numbered};
use crate::repo::TestRepo;

pub const ODD: [&[u8]; 7] = [
    b"a b.py",
    b"a\nb.py",
    b"a\xff.py",
    b"it's \"<&>|[x];,.py",
    "k\u{1f511}y.py".as_bytes(),
    b"100%:::x.py",
    b"=cmd().py",
];

fn scan(repo: &TestRepo, format: Format) -> (i32, String) {
    let ran = repo.keystop(&["scan", ".", "--format", format.describe().0]);
    (ran.code, ran.stdout)
}

fn odd() -> TestRepo {
    let repo = TestRepo::folder();
    for path in ODD {
        repo.write(OsStr::from_bytes(path), github_line());
    }
    repo
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("it is JSON")
}

#[test]
fn no_format_holds_a_secret_and_each_keeps_the_exit_code() {
    let (repo, token) = (odd(), github_token());
    for format in Format::ALL {
        let (exit, said) = scan(&repo, format);
        assert_eq!(exit, 1, "{format:?}");
        assert!(!said.contains(&token[4..12]), "{format:?}\n{said}");
        assert!(said.contains("github") || said.contains("GitHub"), "{format:?}\n{said}");
    }
}

#[test]
fn sarif_names_every_place_and_each_rule_once() {
    let run = json(&scan(&odd(), Format::Sarif).1)["runs"][0].clone();
    let rules = run["tool"]["driver"]["rules"].as_array().expect("there are rules");
    let results = run["results"].as_array().expect("there are results");
    assert_eq!((rules.len(), results.len()), (1, ODD.len()));
    assert!(rules[0]["help"]["markdown"].as_str().is_some_and(|help| help.contains("## How to revoke it")));
    let uris: Vec<&str> = results
        .iter()
        .filter_map(|result| result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str())
        .collect();
    assert!(uris.iter().any(|uri| uri.ends_with("a%0Ab.py")), "{uris:?}");
    assert!(uris.iter().any(|uri| uri.ends_with("a%FF.py")), "{uris:?}");
}

#[test]
fn sarif_keeps_what_was_allowed_as_suppressed() {
    let repo = TestRepo::folder();
    let rule = {
        repo.write("a.py", github_line());
        json(&scan(&repo, Format::Json).1)["findings"][0]["rule"].as_str().expect("it is named").to_owned()
    };
    repo.write("a.py", format!("{}  # keystop:allow {rule} sandbox of the docs\n", github_line()));
    let (exit, said) = scan(&repo, Format::Sarif);
    let result = &json(&said)["runs"][0]["results"][0];
    assert_eq!(exit, 0);
    assert_eq!(result["suppressions"][0]["justification"], "sandbox of the docs");
}

#[test]
fn one_finding_is_one_line_where_lines_are_read() {
    let repo = odd();
    for (format, mark) in [
        (Format::Github, "::error file="),
        (Format::Azure, "##vso[task.logissue type=error;"),
        (Format::Teamcity, "##teamcity[inspection "),
        (Format::Jsonl, "{"),
    ] {
        let said = scan(&repo, format).1;
        let lines = said.lines().filter(|line| line.starts_with(mark)).count();
        assert_eq!(lines, ODD.len() + usize::from(format == Format::Jsonl), "{said}");
    }
}

#[test]
fn nothing_found_is_still_a_report() {
    let repo = TestRepo::folder();
    repo.write("a.py", code(3));
    for format in Format::ALL {
        assert_eq!(scan(&repo, format).0, 0, "{format:?}");
    }
    assert_eq!(json(&scan(&repo, Format::Gitlab).1)["vulnerabilities"], json("[]"));
    assert!(scan(&repo, Format::Junit).1.contains("tests=\"1\" failures=\"0\""));
}

#[test]
fn ten_thousand_findings_have_ids_of_their_own() {
    let repo = TestRepo::folder();
    for file in 0..10 {
        let line = |seed| format!("{}\n", numbered("GITHUB_TOKEN = \"ghp_{alnum:30}{check:github}\"", seed));
        repo.write(format!("{file}.py"), (0..100).flat_map(|seed| vec![line(seed); 10]).collect::<String>());
    }
    let issues = json(&scan(&repo, Format::Codequality).1);
    let ids = issues.as_array().expect("it is a list").iter().filter_map(|issue| issue["fingerprint"].as_str());
    assert_eq!(ids.collect::<std::collections::BTreeSet<_>>().len(), 10_000);
}
