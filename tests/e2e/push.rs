//! pre-push: every commit that is new to the other side, and commands that get the push through when they are pasted.

use crate::keys::{self, github_line};
use crate::repo::{Ran, TestRepo};

/// A repository with keystop and a remote `origin` that has its first commit.
fn cloned() -> TestRepo {
    let repo = started(&[]);
    repo.write("README.md", "# A project\n");
    repo.git(&["add", "."]).ok();
    repo.git(&["commit", "-q", "-m", "first"]).ok();
    repo.git(&["push", "-q", "origin", "main"]).ok();
    repo
}

fn started(init: &[&str]) -> TestRepo {
    let mut repo = TestRepo::folder();
    // Rebases and amended commits would have the ids they had before.
    repo.set("GIT_EDITOR", "sed -i.bak s/token.*/harmless/");
    repo.git(&[&["init", "-q", "-b", "main"], init].concat()).ok();
    let bare = init.iter().filter(|option| !option.starts_with("--ref")).copied();
    repo.git(&[&["init", "-q", "--bare", "-b", "main"], bare.collect::<Vec<_>>().as_slice(), &["../origin"]].concat())
        .ok();
    repo.git(&["remote", "add", "origin", "../origin"]).ok();
    repo.keystop(&["install"]).ok();
    repo
}

fn leaks(repo: &TestRepo, path: &str) {
    repo.commit_unseen(path, format!("{}\n", github_line()));
}

fn goes_on(repo: &TestRepo, name: &str) {
    repo.stage(name, "clean\n");
    repo.git(&["commit", "-q", "-m", name]).ok();
}

#[track_caller]
fn stopped(repo: &TestRepo, args: &[&str]) -> String {
    let before = repo.git(&["ls-remote", "../origin"]).stdout;
    let ran = repo.git(&[&["push", "-q"], args].concat());
    assert!(ran.code == 1 && ran.stderr.contains("keystop stopped this push"), "{}", ran.stderr);
    assert_eq!(repo.git(&["ls-remote", "../origin"]).stdout, before);
    ran.stderr
}

#[track_caller]
fn passes(repo: &TestRepo, args: &[&str]) -> Ran {
    repo.git(&[&["push", "-q"], args].concat()).ok()
}

/// Runs what the message says to run.
#[track_caller]
fn undo(repo: &TestRepo, said: &str) {
    let is_command = |line: &&str| line.starts_with("git ") || line.starts_with("GIT_") || line.starts_with("echo ");
    let alone = said.lines().filter_map(|line| line.strip_prefix("    ")).filter(is_command);
    let inline =
        said.lines().filter_map(|line| line.split_once("again: ").map(|(_, command)| command)).filter(is_command);
    let commands: Vec<&str> = alone.chain(inline).collect();
    assert!(!commands.is_empty(), "{said}");
    repo.run("sh", &["-euc", &commands.join("\n")]).ok();
}

/// Writes the file clean, does what is said, and pushes.
#[track_caller]
fn gets_through(repo: &TestRepo, path: &str) {
    let said = stopped(repo, &["origin", "main"]);
    repo.write(path, "token = os.environ[\"GITHUB_TOKEN\"]\n");
    undo(repo, &said);
    passes(repo, &["origin", "main"]);
}

#[test]
fn the_last_commit_is_undone_as_the_message_says() {
    let repo = cloned();
    leaks(&repo, "a.py");
    gets_through(&repo, "a.py");
}

#[test]
fn an_older_commit_is_undone_as_the_message_says() {
    let repo = cloned();
    leaks(&repo, "a.py");
    goes_on(&repo, "b");
    gets_through(&repo, "a.py");
    assert_eq!(repo.git(&["rev-list", "--count", "HEAD"]).ok().stdout, "3\n");
}

#[test]
fn the_root_commit_is_undone_as_the_message_says() {
    let repo = started(&[]);
    leaks(&repo, "a.py");
    gets_through(&repo, "a.py");
    let repo = started(&[]);
    leaks(&repo, "a.py");
    goes_on(&repo, "b");
    gets_through(&repo, "a.py");
}

#[test]
fn a_commit_below_a_merge_is_undone_as_the_message_says() {
    let repo = cloned();
    repo.git(&["checkout", "-q", "-b", "side"]).ok();
    leaks(&repo, "a.py");
    repo.git(&["checkout", "-q", "main"]).ok();
    goes_on(&repo, "b");
    repo.git(&["merge", "-q", "--no-edit", "side"]).ok();
    gets_through(&repo, "a.py");
    assert_eq!(repo.git(&["rev-list", "--count", "--merges", "HEAD"]).ok().stdout, "1\n");
}

#[test]
fn a_file_of_secrets_leaves_the_commit_and_stays_on_the_disk() {
    let repo = cloned();
    leaks(&repo, ".env");
    let said = stopped(&repo, &["origin", "main"]);
    undo(&repo, &said);
    passes(&repo, &["origin", "main"]);
    assert!(repo.path(".env").exists());
    assert_eq!(repo.read(".gitignore"), b"/.env\n");
}

#[test]
fn a_message_is_written_again_as_the_message_says() {
    let repo = cloned();
    let subject = format!("token {}", keys::github_token());
    repo.stage("a", "clean\n");
    repo.git(&["commit", "-q", "--no-verify", "-m", &subject]).ok();
    let said = stopped(&repo, &["origin", "main"]);
    undo(&repo, &said);
    passes(&repo, &["origin", "main"]);
    repo.git(&["tag", "-a", "v1", "-m", &subject]).ok();
    let said = stopped(&repo, &["origin", "v1"]);
    assert!(said.contains("git tag -f -a v1 'v1^{}'"), "{said}");
}

#[test]
fn the_commit_its_author_and_its_date_are_named() {
    let repo = cloned();
    leaks(&repo, "a.py");
    let id = repo.git(&["rev-parse", "--short=10", "HEAD"]).ok().stdout;
    goes_on(&repo, "b");
    let said = stopped(&repo, &["origin", "main"]);
    assert!(said.contains(&format!("a.py:1:17 in {} (Ada, 2026-01-02 03:04)", id.trim())), "{said}");
    assert!(said.lines().count() <= 2 + 12 + 3, "{said}");
}

#[test]
fn what_the_remote_has_already_is_not_read_again() {
    let repo = cloned();
    leaks(&repo, "a.py");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]).ok();
    goes_on(&repo, "b");
    passes(&repo, &["origin", "main"]);
    passes(&repo, &["origin", "main:other"]);
    // Nothing to push, and a deletion.
    passes(&repo, &["origin", "main"]);
    passes(&repo, &["origin", ":other"]);
    // Another remote has none of it.
    repo.git(&["init", "-q", "--bare", "../backup"]).ok();
    repo.git(&["remote", "add", "backup", "../backup"]).ok();
    stopped(&repo, &["backup", "main"]);
}

#[test]
fn a_remote_that_is_ahead_or_unknown_hides_nothing() {
    let repo = cloned();
    repo.git(&["clone", "-q", "../origin", "../other"]).ok();
    let other = repo.at("../other");
    goes_on(&other, "theirs");
    other.git(&["push", "-q", "origin", "main"]).ok();
    leaks(&repo, "a.py");
    stopped(&repo, &["--force", "origin", "main"]);
    repo.git(&["update-ref", "-d", "refs/remotes/origin/main"]).ok();
    stopped(&repo, &["--force", "origin", "main"]);
}

#[test]
fn shallow_clones_are_read_down_to_their_boundary() {
    let repo = cloned();
    leaks(&repo, "old.py");
    goes_on(&repo, "b");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]).ok();
    repo.git(&["clone", "-q", "--depth=1", &format!("file://{}", repo.path("../origin").display()), "../shallow"]).ok();
    let shallow = repo.at("../shallow");
    shallow.keystop(&["install"]).ok();
    goes_on(&shallow, "c");
    passes(&shallow, &["origin", "main"]);
    leaks(&shallow, "new.py");
    stopped(&shallow, &["origin", "main"]);
}

#[test]
fn sha256_and_reftable_repositories_are_read_through_git() {
    for init in ["--object-format=sha256", "--ref-format=reftable"] {
        let repo = started(&[init]);
        goes_on(&repo, "a");
        passes(&repo, &["origin", "main"]);
        leaks(&repo, "a.py");
        goes_on(&repo, "b");
        gets_through(&repo, "a.py");
    }
}

#[test]
fn other_peoples_lines_in_a_merge_stop_nobody() {
    let repo = cloned();
    repo.git(&["checkout", "-q", "-b", "theirs"]).ok();
    leaks(&repo, "a.py");
    repo.git(&["push", "-q", "--no-verify", "origin", "theirs"]).ok();
    repo.git(&["checkout", "-q", "main"]).ok();
    goes_on(&repo, "b");
    repo.git(&["merge", "-q", "--no-edit", "theirs"]).ok();
    passes(&repo, &["origin", "main"]);
}

#[test]
fn a_long_history_is_read_whole() {
    let repo = cloned();
    let commits = "for n in $(seq 200); do printf 'commit refs/heads/long\ncommitter A <a@b> %s +0000\ndata 1\nx\nM 644 inline f%s\ndata 5\nclean\n' $n $n; done";
    repo.run("sh", &["-euc", &format!("{{ {commits}; }} | git fast-import --quiet")]).ok();
    passes(&repo, &["origin", "long"]);
    let leak = format!("printf 'M 644 inline a.py\ndata <<E\n%s\nE\n' '{}'", github_line());
    let commits =
        commits.replace("; done", &format!("; [ $n != 77 ] || {leak}; done")).replace("heads/long", "heads/leaky");
    repo.run("sh", &["-euc", &format!("{{ {commits}; }} | git fast-import --quiet")]).ok();
    let said = stopped(&repo, &["origin", "leaky"]);
    assert!(said.contains("a.py:1:17 in ") && said.contains("(A, 1970-01-01 00:01)"), "{said}");
}

#[test]
fn a_very_large_file_in_a_long_history_is_read_to_its_end() {
    let repo = cloned();
    let script = format!(
        "{{ printf 'commit refs/heads/large\\ncommitter A <a@b> 1 +0000\\ndata 1\\nxM 644 inline a.py\\ndata <<E\\n'; \
         yes clean = 1 | head -n 2000000; printf \"%s\\n\" '{}'; echo E; \
         for n in $(seq 200); do printf 'commit refs/heads/large\\ncommitter A <a@b> 2 +0000\\ndata 1\\nxM 644 inline f\\ndata 3\\n%03d\\n' $n; done; \
         }} | git fast-import --quiet",
        github_line()
    );
    repo.run("sh", &["-euc", &script]).ok();
    let said = stopped(&repo, &["origin", "large"]);
    assert!(said.contains("a.py:2000001:17 in "), "{said}");
}

#[test]
fn a_push_through_pre_commit_is_read_by_its_variables() {
    let mut repo = cloned();
    leaks(&repo, "a.py");
    goes_on(&repo, "b");
    repo.set("PRE_COMMIT_REMOTE_NAME", "origin");
    repo.set("PRE_COMMIT_REMOTE_URL", "../origin");
    repo.set("PRE_COMMIT_TO_REF", repo.git(&["rev-parse", "HEAD"]).ok().stdout.trim());
    let ran = repo.keystop(&["hook", "pre-push"]);
    assert!(ran.code == 1 && ran.stderr.contains("a.py:1"), "{}", ran.stderr);
}

#[test]
fn what_git_would_not_hand_over_is_an_error() {
    let repo = cloned();
    assert_eq!(repo.keystop(&["hook", "pre-push", "origin"]).code, 2);
    let ran = repo.run("sh", &["-c", &format!("echo a b | '{}' hook pre-push origin x", crate::repo::KEYSTOP)]);
    assert!(ran.code == 2 && ran.stderr.contains("lines of four words"), "{}", ran.stderr);
}
