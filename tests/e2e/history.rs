//! `scan --history`: everything that refs lead to, and who brought each key in and took it out.

use serde_json::Value;

use crate::keys::{self, github_line, numbered};
use crate::repo::TestRepo;

fn line(seed: u64) -> String {
    format!("{}\n", numbered("token = \"ghp_{alnum:30}{check:github}\"", seed))
}

fn scan(repo: &TestRepo, options: &[&str]) -> Value {
    let ran = repo.keystop(&[&["scan", "--history", "--format", "json"], options].concat());
    assert!(ran.code < 2, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).expect("it is JSON")
}

/// `path:line`, and the subjects of the commits that brought it in and took it out.
fn told(repo: &TestRepo, said: &Value) -> Vec<String> {
    let subject = |id: &Value| match id.as_str() {
        Some(id) => repo.git(&["log", "-1", "--format=%s", id]).ok().stdout.trim().to_owned(),
        None => "-".to_owned(),
    };
    let told = |found: &Value| {
        let (path, line) = (found["path"].as_str().expect("a path"), &found["start"]["line"]);
        format!("{path}:{line} {} {}", subject(&found["commit"]), subject(&found["removed_by"]))
    };
    said["findings"].as_array().expect("a list").iter().map(told).collect()
}

fn commit(repo: &TestRepo, subject: &str, path: &str, content: impl AsRef<[u8]>) {
    repo.stage(path, content);
    repo.git(&["commit", "-q", "--no-verify", "-m", subject]).ok();
}

#[test]
fn a_key_is_told_once_with_the_commits_that_brought_it_in_and_took_it_out() {
    let repo = TestRepo::new();
    commit(&repo, "in", "a.py", format!("{}{}", keys::code(2), line(1)));
    commit(&repo, "beside", "a.py", format!("{}{}{}", keys::code(5), line(1), keys::code(1)));
    commit(&repo, "second", "b.py", line(2));
    commit(&repo, "out", "a.py", keys::code(5));
    commit(&repo, "later", "c.py", keys::code(1));
    assert_eq!(told(&repo, &scan(&repo, &[])), ["a.py:3 in out", "b.py:1 second -"]);
    let said = repo.keystop(&["scan", "--history"]).stdout;
    assert!(said.contains(", removed in ") && said.contains("2 keys found"), "{said}");
}

#[test]
fn what_came_back_is_still_there() {
    let repo = TestRepo::new();
    commit(&repo, "in", "a.py", line(1));
    commit(&repo, "out", "a.py", "clean\n");
    commit(&repo, "back", "a.py", line(1));
    assert_eq!(told(&repo, &scan(&repo, &[])), ["a.py:1 in -"]);
    repo.git(&["rm", "-q", "a.py"]).ok();
    repo.git(&["commit", "-q", "--no-verify", "-m", "gone"]).ok();
    assert_eq!(told(&repo, &scan(&repo, &[])), ["a.py:1 in gone"]);
}

#[test]
fn every_branch_is_read_and_head_says_what_is_still_there() {
    let repo = TestRepo::new();
    commit(&repo, "in", "a.py", line(1));
    repo.git(&["checkout", "-q", "-b", "side"]).ok();
    commit(&repo, "side out", "a.py", "clean\n");
    commit(&repo, "side", "s.py", line(2));
    repo.git(&["checkout", "-q", "main"]).ok();
    commit(&repo, "main", "m.py", "clean\n");
    assert_eq!(told(&repo, &scan(&repo, &[])), ["a.py:1 in -", "s.py:1 side -"]);
    // A merge takes out what one side has taken out, without a change of its own.
    repo.git(&["merge", "-q", "--no-edit", "side"]).ok();
    assert_eq!(told(&repo, &scan(&repo, &[])), ["a.py:1 in side out", "s.py:1 side -"]);
}

#[test]
fn what_a_merge_does_by_itself_is_its_own() {
    let repo = TestRepo::new();
    repo.git(&["checkout", "-q", "-b", "side"]).ok();
    commit(&repo, "side", "s.py", line(1));
    repo.git(&["checkout", "-q", "main"]).ok();
    commit(&repo, "main", "m.py", "clean\n");
    repo.git(&["merge", "-q", "--no-commit", "side"]).ok();
    repo.stage("merged.py", line(2));
    repo.git(&["commit", "-q", "--no-verify", "-m", "merge"]).ok();
    assert_eq!(told(&repo, &scan(&repo, &[])), ["merged.py:1 merge -", "s.py:1 side -"]);
}

#[test]
fn stashes_notes_tags_and_messages_are_read() {
    let repo = TestRepo::new();
    for seed in [1, 2] {
        repo.write("README.md", line(seed));
        repo.git(&["stash", "-q"]).ok();
    }
    repo.write("untracked.py", line(3));
    repo.git(&["stash", "-q", "--include-untracked"]).ok();
    repo.git(&["notes", "add", "-m", &line(4)]).ok();
    repo.git(&["tag", "-a", "v1", "-m", &line(5)]).ok();
    repo.git(&["commit", "-q", "--no-verify", "--allow-empty", "-m", &line(6)]).ok();
    repo.write("blob", line(7));
    let blob = repo.git(&["hash-object", "-w", "blob"]).ok().stdout;
    repo.git(&["tag", "of-a-blob", blob.trim()]).ok();
    let said = scan(&repo, &[]);
    let findings = said["findings"].as_array().expect("a list").iter();
    let paths: Vec<&str> = findings.map(|found| found["path"].as_str().expect("a path")).collect();
    let note = repo.git(&["rev-parse", "HEAD~1"]).ok().stdout;
    let mut expected =
        ["README.md", "README.md", "commit message", "refs/tags/of-a-blob", "tag message", "untracked.py", note.trim()];
    expected.sort_unstable();
    assert_eq!(paths, expected);
}

#[test]
fn the_answer_is_the_same_whatever_the_number_of_threads_and_however_it_is_stored() {
    let repo = TestRepo::new();
    let mut stream = String::new();
    for n in 1..=900 {
        let text = if n % 9 == 0 { line(n / 18) } else { format!("v = {n}\n") };
        stream.push_str(&format!(
            "commit refs/heads/{}\ncommitter A <a@b> {n} +0000\ndata 1\nx\n",
            if n % 2 == 0 { "a" } else { "b" }
        ));
        stream.push_str(&format!("M 644 inline d{}/f{}.py\ndata {}\n{text}\n", n % 3, n % 20, text.len()));
    }
    repo.write("stream", stream);
    repo.run("sh", &["-euc", "git fast-import --quiet <stream; git repack -qad"]).ok();
    let one = scan(&repo, &["--jobs", "1"]);
    assert!(one["findings"].as_array().is_some_and(|list| list.len() > 50), "{one}");
    for jobs in ["2", "5"] {
        assert_eq!(scan(&repo, &["--jobs", jobs]), one);
    }
    repo.run(
        "sh",
        &["-euc", "mv .git/objects/pack p; for f in p/*.pack; do git unpack-objects -q <$f; done; rm -rf p"],
    )
    .ok();
    assert_eq!(scan(&repo, &[]), one, "loose objects");
    repo.git(&["clone", "-q", "--mirror", "--shared", ".", "../shared"]).ok();
    assert_eq!(scan(&repo.at("../shared"), &[])["findings"], one["findings"], "objects of another repository");
}

#[test]
fn sha256_and_reftable_repositories_are_read_through_git() {
    for init in ["--object-format=sha256", "--ref-format=reftable"] {
        let repo = TestRepo::with(&[init]);
        commit(&repo, "in", "a.py", line(1));
        commit(&repo, "out", "a.py", "clean\n");
        assert_eq!(told(&repo, &scan(&repo, &[])), ["a.py:1 in out"]);
    }
}

#[test]
fn what_is_missing_is_told_and_nothing_to_read_is_clean() {
    let repo = TestRepo::unborn(&[]);
    assert_eq!(repo.keystop(&["scan", "--history"]).code, 0);
    commit(&repo, "in", "a.py", "clean\n");
    commit(&repo, "in", "b.py", format!("{}\n", github_line()));
    let id = repo.git(&["rev-parse", "HEAD:a.py"]).ok().stdout;
    std::fs::remove_file(repo.path(format!(".git/objects/{}/{}", &id[..2], &id[2..40]))).expect("it is loose");
    let ran = repo.keystop(&["scan", "--history", "--format", "json"]);
    let said: Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
    assert_eq!(
        (ran.code, said["complete"].as_bool(), said["errors"][0]["path"].as_str()),
        (1, Some(false), Some("a.py"))
    );
}
