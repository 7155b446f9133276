//! pre-receive and update, over real pushes to bare repositories.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use crate::keys::{self, github_line};
use crate::repo::{Ran, TestRepo, files_below};

/// A work tree without hooks, and a server with them.
fn with_server() -> TestRepo {
    let repo = TestRepo::folder();
    repo.git(&["init", "-q", "-b", "main"]).ok();
    repo.git(&["init", "-q", "--bare", "-b", "main", "../server.git"]).ok();
    let said = repo.at("../server.git").keystop(&["install"]).ok().stdout;
    assert!(said.contains("pre-receive"), "{said}");
    repo.commit_unseen("README.md", "# A project\n");
    repo.git(&["push", "-q", "../server.git", "main"]).ok();
    repo
}

/// Everything in the server's repository.
fn stored(repo: &TestRepo) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    files_below(&repo.path("../server.git"), &|_| true).into_iter().collect()
}

#[track_caller]
fn refused(repo: &TestRepo, args: &[&str]) -> Ran {
    let before = stored(repo);
    let ran = repo.git(&[&["push", "-q"], args].concat());
    assert!(ran.code == 1 && ran.stderr.contains("pre-receive hook declined"), "{}", ran.stderr);
    assert!(stored(repo) == before, "a refused push has left something on the server");
    ran
}

#[test]
fn a_push_with_a_key_leaves_no_ref_and_no_object_behind() {
    let repo = with_server();
    repo.commit_unseen("a.py", format!("{}\n", github_line()));
    let said = refused(&repo, &["../server.git", "main"]).stderr;
    assert!(said.contains("remote: keystop refused this push: it holds a key."), "{said}");
    assert!(said.contains("revoke it first"), "{said}");
    repo.git(&["rm", "-q", "a.py"]).ok();
    repo.git(&["commit", "-q", "-m", "gone"]).ok();
    refused(&repo, &["../server.git", "main:new"]);
    repo.git(&["reset", "-q", "--hard", "HEAD~2"]).ok();
    repo.commit_unseen("b", "clean\n");
    repo.git(&["push", "-q", "../server.git", "main"]).ok();
}

#[test]
fn one_bad_ref_of_several_refuses_the_push() {
    let repo = with_server();
    repo.git(&["branch", "clean"]).ok();
    repo.git(&["checkout", "-q", "-b", "bad"]).ok();
    repo.commit_unseen("a.py", format!("{}\n", github_line()));
    refused(&repo, &["../server.git", "clean", "bad"]);
    repo.git(&["push", "-q", "../server.git", "clean"]).ok();
    repo.git(&["push", "-q", "../server.git", ":clean"]).ok();
}

#[test]
fn the_servers_configuration_decides_and_not_the_pushed_one() {
    let repo = with_server();
    let allow = "[[allow]]\nreason = \"mine\"\npaths = [\"**\"]\n";
    repo.commit_unseen(".keystop.toml", allow);
    repo.commit_unseen("a.py", format!("{}\n", github_line()));
    refused(&repo, &["../server.git", "main"]);
    repo.write("../server.git/.keystop.toml", allow);
    repo.git(&["push", "-q", "../server.git", "main"]).ok();
}

#[test]
fn what_the_one_who_pushes_has_set_is_not_the_servers() {
    let mut repo = with_server();
    repo.commit_unseen("a.py", format!("{}\n", github_line()));
    repo.write("../mine.toml", "[[allow]]\nreason = \"mine\"\npaths = [\"**\"]\n");
    let mine = repo.path("../mine.toml");
    repo.set("KEYSTOP_CONFIG", mine);
    refused(&repo, &["../server.git", "main"]);
}

#[test]
fn a_push_option_skips_only_where_the_server_allows_it() {
    let mut repo = with_server();
    let server = repo.at("../server.git");
    server.git(&["config", "receive.advertisePushOptions", "true"]).ok();
    repo.commit_unseen("a.py", format!("{}\n", github_line()));
    let push = ["-o", "keystop.skip=a fixture", "../server.git", "main"];
    refused(&repo, &push);
    // Nor does a variable of the one who pushes.
    repo.set("KEYSTOP_SKIP", "a fixture");
    refused(&repo, &push);
    server.git(&["config", "keystop.allowSkip", "true"]).ok();
    let said = repo.git(&[&["push", "-q"], &push[..]].concat()).ok().stderr;
    assert!(said.contains("skipped, as this server allows: a fixture"), "{said}");
}

#[test]
fn what_is_not_checked_in_time_is_refused() {
    let repo = with_server();
    repo.at("../server.git").git(&["config", "keystop.timeLimit", "0"]).ok();
    repo.commit_unseen("a", "clean\n");
    let said = refused(&repo, &["../server.git", "main"]).stderr;
    assert!(said.contains("could be checked in 0 s, so it is refused"), "{said}");
    repo.at("../server.git").git(&["config", "keystop.timeLimit", "soon"]).ok();
    refused(&repo, &["../server.git", "main"]);
}

#[test]
fn update_judges_one_ref() {
    let repo = with_server();
    fs::rename(repo.path("../server.git/hooks/pre-receive"), repo.path("../server.git/hooks/update"))
        .expect("it is there");
    let update = repo.path("../server.git/hooks/update");
    fs::write(&update, format!("#!/bin/sh\nexec '{}' hook update \"$@\"\n", crate::repo::KEYSTOP)).expect("it is ours");
    repo.commit_unseen("a.py", format!("{}\n", github_line()));
    let ran = repo.git(&["push", "-q", "../server.git", "main"]);
    assert!(ran.code == 1 && ran.stderr.contains("keystop refused this push"), "{}", ran.stderr);
}

/// A daemon that goes away.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn concurrent_pushes_over_the_network_are_judged_each_for_itself() {
    let repo = with_server();
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port is free").port();
    let base = repo.path("..").canonicalize().expect("it is there");
    let serve = ["daemon", "--reuseaddr", "--export-all", "--enable=receive-pack", "--listen=127.0.0.1"];
    let mut daemon = Command::new("git");
    daemon.args(serve).arg(format!("--port={port}")).arg(format!("--base-path={}", base.display()));
    // A group of its own, so that its children do not outlive it with the terminal's signals.
    let _daemon = Daemon(daemon.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("git has a daemon"));
    let address = format!("git://127.0.0.1:{port}/server.git");
    for _ in 0..50 {
        if repo.git(&["ls-remote", "-q", &address]).code == 0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    for number in 0..6_u64 {
        repo.git(&["checkout", "-q", "-b", &format!("b{number}"), "main"]).ok();
        let line = keys::numbered("GITHUB_TOKEN = \"ghp_{alnum:30}{check:github}\"\n", number + 1);
        repo.commit_unseen("a.py", if number % 2 == 0 { line } else { format!("clean = {number}\n") });
    }
    let pushes: Vec<Child> = (0..6)
        .map(|number| {
            let mut push = Command::new("git");
            push.args(["push", "-q", &address, &format!("b{number}")]).current_dir(repo.path("."));
            push.stderr(Stdio::null()).spawn().expect("git can be started")
        })
        .collect();
    let codes: Vec<Option<i32>> = pushes.into_iter().map(|mut push| push.wait().expect("it ends").code()).collect();
    assert_eq!(codes, [Some(1), Some(0), Some(1), Some(0), Some(1), Some(0)]);
    let refs = repo.at("../server.git").git(&["for-each-ref", "--format=%(refname:short)"]).ok().stdout;
    assert_eq!(refs, "b1\nb3\nb5\nmain\n");
    let left =
        repo.at("../server.git").git(&["rev-parse", "-q", "--verify", &format!("{}^{{commit}}", head(&repo, "b0"))]);
    assert_eq!(left.code, 1, "an object of a refused push is on the server");
}

fn head(repo: &TestRepo, branch: &str) -> String {
    repo.git(&["rev-parse", branch]).ok().stdout.trim().to_owned()
}
