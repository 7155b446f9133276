//! Each stage of a leak, undone by what keystop prints and nothing else, until `keystop verify` says gone.

use std::path::Path;

use crate::keys;
use crate::repo::{KEYSTOP, Ran, TestRepo};

const CLEAN: &str = "import os\n\nstripe_key = os.environ[\"STRIPE_SECRET_KEY\"]\n";

fn key() -> String {
    keys::key("sk_live_{alnum:24}")
}

fn leak() -> String {
    format!("import os\n\nstripe_key = \"{}\"\n", key())
}

/// A repository with the hooks installed, `keystop` on the PATH, and a remote that has the first commit.
fn started() -> TestRepo {
    let mut repo = TestRepo::folder();
    let folder = Path::new(KEYSTOP).parent().expect("the binary is in a folder");
    let path = std::env::var("PATH").expect("there is a PATH");
    repo.set("PATH", format!("{}:{path}", folder.display()));
    repo.write("../key", key() + "\n");
    repo.git(&["init", "-q", "-b", "main"]).ok();
    repo.git(&["init", "-q", "--bare", "-b", "main", "../origin"]).ok();
    repo.git(&["remote", "add", "origin", "../origin"]).ok();
    repo.keystop(&["install"]).ok();
    repo.write("README.md", "# A project\n");
    repo.git(&["add", "."]).ok();
    repo.git(&["commit", "-q", "-m", "first"]).ok();
    repo.git(&["push", "-q", "-u", "origin", "main"]).ok();
    repo
}

fn goes_on(repo: &TestRepo, name: &str) {
    repo.stage(name, "clean\n");
    repo.git(&["commit", "-q", "-m", name]).ok();
}

/// The page that a message points to.
#[track_caller]
fn page_of(repo: &TestRepo, said: &str) -> String {
    let command = said.lines().find_map(|line| line.split_once("keystop explain ")).expect(said).1.trim();
    let page = repo.keystop(&["explain", command]).ok().stdout;
    assert!(!page.contains(&key()[8..]), "the key was printed");
    page
}

/// What a push that was stopped says.
#[track_caller]
fn stopped(repo: &TestRepo) -> String {
    let ran = repo.git(&["push", "-q", "origin", "main"]);
    assert!(ran.stderr.contains("keystop stopped this push"), "{}", ran.stderr);
    ran.stderr
}

/// The commands of a page's section on git: blocks of lines behind an empty line, as they are copied.
fn commands(page: &str) -> String {
    let heading = "HOW TO GET IT OUT OF GIT?";
    let section = page.split_once(heading).expect("the page has the section").1;
    let section = section.split("\nWHAT ABOUT OTHER SECRETS?").next().expect("there is a first part");
    let blocks = section.split("\n\n").filter(|block| block.lines().all(|line| line.starts_with(' ')));
    let is_code = |block: &&str| !block.trim_start().starts_with(|c: char| c.is_ascii_digit());
    blocks.filter(is_code).fold(String::new(), |all, block| all + block + "\n")
}

/// Runs them in one shell; where the key is asked for, it is pasted.
#[track_caller]
fn follow(repo: &TestRepo, page: &str) -> Ran {
    let commands = commands(page);
    repo.write("../commands", &commands);
    let ran = repo.run("bash", &["-c", "bash -e ../commands < ../key 2>&1"]);
    assert_eq!(ran.code, 0, "{commands}\n{}", ran.stdout);
    assert!(ran.stdout.contains("keystop: gone"), "{commands}\n{}", ran.stdout);
    ran
}

/// No object and no file has it, in any form; nothing that was not asked for has changed.
#[track_caller]
fn is_gone(repo: &TestRepo) {
    let ran = repo.run("bash", &["-c", "keystop verify --stdin < ../key"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(repo.git(&["status", "--porcelain"]).ok().stdout, "");
}

#[track_caller]
fn pushes(repo: &TestRepo) {
    repo.git(&["push", "-q", "origin", "main"]).ok();
    assert!(repo.git(&["fsck", "--no-dangling"]).ok().stderr.is_empty());
}

/// Following the page of a stopped push, one gets rid of the key, and the push goes through.
#[track_caller]
fn the_stopped_push_leads_out(repo: &TestRepo) {
    follow(repo, &page_of(repo, &stopped(repo)));
    is_gone(repo);
    pushes(repo);
}

#[test]
fn staged() {
    let repo = started();
    repo.stage("pay.py", leak());
    let ran = repo.git(&["commit", "-q", "-m", "pay"]);
    assert!(ran.stderr.contains("keystop stopped this commit"), "{}", ran.stderr);
    let page = page_of(&repo, &ran.stderr);
    assert!(page.contains("It is staged, and in no commit"), "{page}");
    repo.write("pay.py", CLEAN);
    follow(&repo, &page);
    repo.git(&["commit", "-q", "-m", "pay"]).ok();
    is_gone(&repo);
}

#[test]
fn staged_before_the_first_commit() {
    let mut repo = TestRepo::folder();
    let folder = Path::new(KEYSTOP).parent().expect("the binary is in a folder");
    let path = std::env::var("PATH").expect("there is a PATH");
    repo.set("PATH", format!("{}:{path}", folder.display()));
    repo.write("../key", key() + "\n");
    repo.git(&["init", "-q", "-b", "main"]).ok();
    repo.keystop(&["install"]).ok();
    repo.stage(".env", format!("STRIPE_SECRET_KEY={}\n", key()));
    let said = repo.git(&["commit", "-q", "-m", "first"]).stderr;
    follow(&repo, &page_of(&repo, &said));
    assert!(repo.path(".env").exists());
    repo.git(&["commit", "-q", "-m", "first"]).ok();
    assert_eq!(repo.git(&["ls-files"]).ok().stdout, ".gitignore\n");
}

#[test]
fn last_commit() {
    let repo = started();
    repo.commit_unseen("pay.py", leak());
    let page = page_of(&repo, &stopped(&repo));
    assert!(page.contains("It is in the last commit"), "{page}");
    repo.write("pay.py", CLEAN);
    follow(&repo, &page);
    is_gone(&repo);
    pushes(&repo);
}

#[test]
fn one_older_commit() {
    let repo = started();
    repo.commit_unseen("pay.py", leak());
    goes_on(&repo, "b");
    repo.git(&["tag", "kept", "HEAD~2"]).ok();
    repo.write("README.md", "an edit that is not committed\n");
    let page = page_of(&repo, &stopped(&repo));
    assert!(page.contains("It is in one older commit"), "{page}");
    repo.write("pay.py", CLEAN);
    follow(&repo, &page);
    assert_eq!(repo.read("README.md"), b"an edit that is not committed\n");
    repo.git(&["checkout", "-q", "README.md"]).ok();
    is_gone(&repo);
    assert_eq!(repo.git(&["rev-list", "--count", "HEAD"]).ok().stdout, "3\n");
    pushes(&repo);
}

#[test]
fn an_older_commit_that_a_later_one_has_cleaned() {
    let repo = started();
    repo.commit_unseen("pay.py", leak());
    repo.commit_unseen("pay.py", CLEAN);
    goes_on(&repo, "b");
    the_stopped_push_leads_out(&repo);
}

#[test]
fn several_commits_branches_and_tags() {
    let repo = started();
    repo.commit_unseen("pay.py", leak());
    repo.git(&["branch", "side"]).ok();
    repo.git(&["tag", "-a", "-m", &format!("with {}", key()), "v1"]).ok();
    repo.commit_unseen("pay.py", leak() + "print(1)\n");
    repo.git(&["checkout", "-q", "side"]).ok();
    goes_on(&repo, "b");
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.git(&["merge", "-q", "--no-edit", "side"]).ok();
    repo.commit_unseen("other.py", leak());
    repo.git(&["stash", "list"]).ok();
    let page = page_of(&repo, &stopped(&repo));
    assert!(page.contains("It is in several commits"), "{page}");
    repo.write("pay.py", CLEAN);
    repo.write("other.py", CLEAN);
    follow(&repo, &page);
    is_gone(&repo);
    assert_eq!(repo.git(&["rev-list", "--count", "--merges", "HEAD"]).ok().stdout, "1\n");
    pushes(&repo);
}

#[test]
fn a_file_of_secrets_in_several_commits() {
    let repo = started();
    let line = format!("STRIPE_SECRET_KEY={}\n", key());
    repo.commit_unseen(".env", &line);
    repo.commit_unseen(".env", line.clone() + "A=b\n");
    goes_on(&repo, "b");
    let page = page_of(&repo, &stopped(&repo));
    follow(&repo, &page);
    assert_eq!(repo.read(".env"), (line + "A=b\n").as_bytes());
    assert_eq!(repo.git(&["log", "--all", "--format=%H", "--", ".env"]).ok().stdout, "");
    pushes(&repo);
}

/// The commands of a hook's message: what is indented further than what is said.
fn told(message: &str) -> String {
    let lines = message.lines().filter(|line| line.starts_with("    ") && !line.contains(" | "));
    let lines = lines.filter(|line| !line.trim_start().starts_with(|c: char| c.is_ascii_digit() || c == '|'));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn several_commits_by_the_message_alone() {
    let repo = started();
    goes_on(&repo, "a");
    repo.commit_unseen("pay.py", leak());
    goes_on(&repo, "b");
    repo.commit_unseen("it's other.py", leak());
    let message = stopped(&repo);
    assert!(message.contains("It is in 2 commits; write them anew with x in its place:"), "{message}");
    assert!(message.lines().all(|line| line.chars().count() <= 80), "{message}");
    repo.write("pay.py", CLEAN);
    repo.write("it's other.py", CLEAN);
    repo.write("../commands", told(&message));
    repo.run("bash", &["-c", "bash -e ../commands < ../key 2>&1"]).ok();
    pushes(&repo);
    assert_eq!(repo.git(&["status", "--porcelain"]).ok().stdout, "");
    assert_eq!(repo.git(&["log", "--format=%s"]).ok().stdout.lines().count(), 6);
    // What is left is old objects, and the page knows how they end.
    follow(&repo, &page_of(&repo, &message));
    is_gone(&repo);
}

#[test]
fn a_file_of_secrets_in_several_commits_by_the_message_alone() {
    let repo = started();
    let line = format!("STRIPE_SECRET_KEY={}\n", key());
    repo.commit_unseen(".env", &line);
    repo.commit_unseen(".env", line.clone() + "A=b\n");
    let message = stopped(&repo);
    repo.write("../commands", told(&message));
    repo.run("bash", &["-c", "bash -e ../commands 2>&1"]).ok();
    assert_eq!(repo.read(".env"), (line + "A=b\n").as_bytes());
    assert_eq!(repo.git(&["log", "--all", "--format=%H", "--", ".env"]).ok().stdout, "");
    pushes(&repo);
}

#[test]
fn message_of_a_commit_that_was_stopped() {
    let mut repo = started();
    repo.write("../editor", "sed -i.bak \"s/$(cat ../key)/the key/\" \"$1\"; rm -f \"$1.bak\"\n");
    repo.set("GIT_EDITOR", "sh ../editor");
    repo.stage("a", "clean\n");
    let ran = repo.git(&["commit", "-q", "-m", &format!("try {}", key())]);
    assert!(ran.stderr.contains("its message holds a key"), "{}", ran.stderr);
    let page = page_of(&repo, &ran.stderr);
    assert!(page.contains("It is in the message of a commit that was stopped"), "{page}");
    follow(&repo, &page);
    is_gone(&repo);
    assert_eq!(repo.git(&["log", "-1", "--format=%s"]).ok().stdout, "try the key\n");
    pushes(&repo);
}

#[test]
fn message_of_the_last_commit() {
    let mut repo = started();
    repo.write("../editor", "sed -i.bak \"s/$(cat ../key)/the key/\" \"$1\"; rm -f \"$1.bak\"\n");
    repo.set("GIT_EDITOR", "sh ../editor");
    repo.stage("a", "clean\n");
    repo.git(&["commit", "-q", "--no-verify", "-m", &format!("try {}", key())]).ok();
    let page = page_of(&repo, &stopped(&repo));
    assert!(page.contains("It is in the message of a commit or tag"), "{page}");
    follow(&repo, &page);
    is_gone(&repo);
    assert_eq!(repo.git(&["log", "-1", "--format=%s"]).ok().stdout, "try the key\n");
    pushes(&repo);
}

#[test]
fn message_of_an_older_commit() {
    let repo = started();
    repo.stage("a", "clean\n");
    repo.git(&["commit", "-q", "--no-verify", "-m", &format!("try {}", key())]).ok();
    goes_on(&repo, "b");
    the_stopped_push_leads_out(&repo);
}

#[test]
fn stashed() {
    let repo = started();
    repo.stage("pay.py", CLEAN);
    repo.git(&["commit", "-q", "-m", "pay"]).ok();
    repo.write("pay.py", leak());
    let listed = repo.keystop(&["scan", "pay.py", "--format", "json"]).stdout;
    let listed: serde_json::Value = serde_json::from_str(&listed).expect("it is JSON");
    let fingerprint = listed["findings"][0]["fingerprint"].as_str().expect("a text");
    repo.git(&["stash", "-q"]).ok();
    repo.write("README.md", "other work\n");
    repo.git(&["stash", "-q"]).ok();
    let page = page_of(&repo, &format!("keystop explain {fingerprint}"));
    assert!(page.contains("It is in a stash"), "{page}");
    // Between the commands a person takes the key out of the file.
    let edited = page.replace("\n    git add -- pay.py", "\n    cp ../clean pay.py\n    git add -- pay.py");
    assert_ne!(edited, page);
    repo.write("../clean", CLEAN);
    follow(&repo, &edited);
    is_gone(&repo);
    assert_eq!(repo.git(&["stash", "list"]).ok().stdout.lines().count(), 1);
}

#[test]
fn pushed() {
    let repo = started();
    repo.commit_unseen("pay.py", leak());
    goes_on(&repo, "b");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]).ok();
    goes_on(&repo, "c");
    let page = page_of(&repo, "keystop explain pay.py:3");
    assert!(page.contains("A remote has it since 2026-01-02 03:04 UTC."), "{page}");
    repo.write("pay.py", CLEAN);
    follow(&repo, &page);
    is_gone(&repo);
    repo.git(&["clone", "-q", "--no-local", "../origin", "../fresh"]).ok();
    is_gone(&repo.at("../fresh"));
    assert_eq!(repo.read("c"), b"clean\n");
    pushes(&repo);
}
