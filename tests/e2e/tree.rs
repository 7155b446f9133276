//! `scan PATH`: every file below, but for what git does not look at.

use serde_json::Value;

use crate::keys::{github_line, numbered};
use crate::repo::{Ran, TestRepo};

fn json(ran: &Ran) -> Value {
    assert!(ran.code < 2, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).expect("it is JSON")
}

/// The paths of findings, in their order.
fn found(repo: &TestRepo, args: &[&str]) -> Vec<String> {
    let said = json(&repo.keystop(&[&["scan", "--format", "json"], args].concat()));
    let findings = said["findings"].as_array().expect("a list").iter();
    findings.map(|found| found["path"].as_str().expect("a path").to_owned()).collect()
}

/// A folder with a key in each of several files.
fn tree(repo: &TestRepo) {
    for path in ["a.py", ".env", "out/b.py", "out/deep/c.py", "src/.git/config", "src/d.py", "src/kept.log"] {
        repo.write(path, format!("{}\n", github_line()));
    }
    repo.write(".gitignore", "/out/\n*.log\n.env\n");
    repo.write("src/.gitignore", "!kept.log\n");
}

#[test]
fn what_git_does_not_look_at_is_left_out() {
    for repo in [TestRepo::new(), TestRepo::folder()] {
        tree(&repo);
        assert_eq!(found(&repo, &["."]), ["a.py", "src/d.py", "src/kept.log"]);
        assert_eq!(
            found(&repo, &["--no-ignore", "."]),
            [".env", "a.py", "out/b.py", "out/deep/c.py", "src/d.py", "src/kept.log"]
        );
    }
}

#[test]
fn what_is_named_is_read_though_it_is_ignored() {
    let repo = TestRepo::new();
    tree(&repo);
    assert_eq!(found(&repo, &[".env", "out"]), [".env", "out/b.py", "out/deep/c.py"]);
    // The rules above the folder that is named hold in it.
    assert_eq!(found(&repo.at("src"), &["."]), ["d.py", "kept.log"]);
}

#[test]
fn hidden_files_and_the_targets_of_links_are_read() {
    let repo = TestRepo::folder();
    repo.write(".config/settings", format!("{}\n", github_line()));
    let target = numbered("https://ghp_{alnum:30}{check:github}@example.org", 2);
    std::os::unix::fs::symlink(&target, repo.path("link")).expect("a link can be made");
    assert_eq!(found(&repo, &["."]), [".config/settings", "link"]);
}

#[test]
fn the_answer_is_the_same_whatever_the_number_of_threads() {
    let repo = TestRepo::folder();
    for n in 0..400 {
        let line =
            if n % 7 == 0 { numbered("t = \"ghp_{alnum:30}{check:github}\"", n / 14) } else { format!("v = {n}") };
        repo.write(format!("f{}/{n}.py", n % 13), format!("{line}\n"));
    }
    let scan = |jobs: &str, format: &str| repo.keystop(&["scan", "--jobs", jobs, "--format", format, "."]).stdout;
    assert_eq!(found(&repo, &["."]).len(), 58);
    for format in ["json", "human"] {
        let one = scan("1", format);
        for jobs in ["2", "3", "8"] {
            assert_eq!(scan(jobs, format), one);
        }
    }
}

#[test]
fn a_very_large_file_is_read_in_pieces() {
    let repo = TestRepo::folder();
    let filler = "0123456789 0123456789 0123456789 012345678\n".repeat(500_000);
    repo.write("large.txt", format!("{filler}{}\n{filler}", github_line()));
    let said = json(&repo.keystop(&["scan", "--format", "json", "large.txt"]));
    assert_eq!(said["findings"][0]["start"]["line"], 500_001);
    assert_eq!(said["findings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_is_not_there_is_an_error() {
    let repo = TestRepo::folder();
    repo.write("a", "clean\n");
    let ran = repo.keystop(&["scan", "a", "b"]);
    assert!(ran.code == 2 && ran.stderr.contains("there is no `b`"), "{}", ran.stderr);
}

#[test]
fn a_pipe_is_not_waited_for() {
    let repo = TestRepo::folder();
    repo.write("a", "clean\n");
    repo.run("mkfifo", &["pipe"]).ok();
    assert_eq!(repo.keystop(&["scan", "."]).code, 0);
}
