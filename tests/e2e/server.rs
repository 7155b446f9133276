//! pre-receive and update, over real pushes to bare repositories.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::keys::{self, github_line};
use crate::repo::{Ran, TestRepo, files_below};

/// A work tree without hooks, and a server with them.
fn with_server() -> TestRepo {
    let repo = TestRepo::folder();
    repo.git(&["init", "-q", "-b", "main"]).ok();
    repo.git(&["init", "-q", "--bare", "-b", "main", "../server.git"]).ok();
    // It would tidy up beside the tests.
    repo.at("../server.git").git(&["config", "receive.autogc", "false"]).ok();
    let said = repo.at("../server.git").keystop(&["install"]).ok().stdout;
    assert!(said.contains("pre-receive"), "{said}");
    repo.commit_unseen("README.md", "# A project\n");
    repo.git(&["push", "-q", "../server.git", "main"]).ok();
    repo
}

/// Everything in the server's repository.
fn stored(repo: &TestRepo) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    // Over a network git takes its quarantine away after it has answered.
    let in_quarantine = || {
        let entries = fs::read_dir(repo.path("../server.git/objects")).expect("it is there");
        entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("tmp_objdir"))
    };
    for _ in (0..400).take_while(|_| in_quarantine()) {
        std::thread::sleep(Duration::from_millis(50));
    }
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

#[test]
fn a_long_push_is_judged_whole_while_it_is_in_quarantine() {
    let repo = with_server();
    let commits = format!(
        "for n in $(seq 200); do \
         printf 'commit refs/heads/long\\ncommitter A <a@b> %s +0000\\ndata 1\\nxM 644 inline f%s\\ndata 5\\nclean' $n $n; \
         [ $n != 77 ] || printf 'M 644 inline a.py\\ndata <<E\\n%s\\nE\\n' '{}'; done",
        github_line()
    );
    repo.run("sh", &["-euc", &format!("{{ {commits}; }} | git fast-import --quiet")]).ok();
    let said = refused(&repo, &["../server.git", "long"]).stderr;
    assert!(said.contains("a.py:1:17 in ") && said.contains("(A, 1970-01-01 00:01)"), "{said}");
    repo.git(&["push", "-q", "../server.git", "long~150:refs/heads/clean"]).ok();
}

#[test]
fn a_comment_in_what_is_pushed_acquits_nothing_unless_the_server_hears_it() {
    let repo = with_server();
    repo.commit_unseen("a.py", format!("{}  # keystop:allow github-pat-classic a fixture\n", github_line()));
    let said = refused(&repo, &["../server.git", "main"]).stderr;
    assert!(said.contains("in the server's own .keystop.toml") && !said.contains("End the line"), "{said}");
    let server = repo.at("../server.git");
    server.git(&["config", "keystop.allowComments", "true"]).ok();
    repo.git(&["push", "-q", "../server.git", "main"]).ok();
}

#[test]
fn a_keystop_that_is_gone_from_the_server_lets_nothing_in_whatever_the_one_who_pushes_says() {
    let mut repo = with_server();
    let hook = repo.path("../server.git/hooks/pre-receive");
    let text = fs::read_to_string(&hook).expect("it is there");
    fs::write(&hook, text.replace(crate::repo::KEYSTOP, "/nowhere/keystop")).expect("it is ours");
    repo.set("KEYSTOP_SKIP", "a fixture");
    repo.commit_unseen("a", "clean\n");
    let said = refused(&repo, &["../server.git", "main"]).stderr;
    assert!(said.contains("nothing was checked") && said.contains("whoever runs this server"), "{said}");
}

/// The ways a push gets to a server, each with the address of the same repository.
struct Transports {
    addresses: Vec<String>,
    daemon: Child,
}

impl Transports {
    fn to(repo: &mut TestRepo) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port is free").port();
        let base = repo.path("..").canonicalize().expect("it is there").display().to_string();
        let serve = ["--reuseaddr", "--export-all", "--enable=receive-pack", "--listen=127.0.0.1"];
        // Not through `git daemon`, which would leave its child behind.
        let mut daemon = Command::new(format!("{}/git-daemon", repo.git(&["--exec-path"]).ok().stdout.trim()));
        daemon.args(serve).arg(format!("--port={port}")).arg(format!("--base-path={base}"));
        let daemon = daemon.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("git has a daemon");
        // In the place of ssh: runs what git asks for, and hands over nothing of the environment. With a real server
        // the same is done by tests/real/ssh.
        repo.write("../ssh", "#!/bin/sh\nfor asked; do :; done\nexec env -i PATH=\"$PATH\" HOME=/ sh -c \"$asked\"\n");
        fs::set_permissions(repo.path("../ssh"), fs::Permissions::from_mode(0o755)).expect("it is ours");
        repo.set("GIT_SSH", format!("{base}/ssh"));
        repo.set("GIT_SSH_VARIANT", "ssh");
        let addresses = vec![
            "../server.git".to_owned(),
            format!("file://{base}/server.git"),
            format!("git://127.0.0.1:{port}/server.git"),
            format!("ssh://server{base}/server.git"),
        ];
        let transports = Self { addresses, daemon };
        let listens = (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        assert!(listens, "git daemon has not come up");
        transports
    }
}

impl Drop for Transports {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// A branch off the first commit, with a key in it or without one.
fn branch(repo: &TestRepo, name: &str, seed: u64, is_leaky: bool) {
    repo.git(&["checkout", "-q", "-b", name, "main"]).ok();
    let line = keys::numbered("GITHUB_TOKEN = \"ghp_{alnum:30}{check:github}\"\n", seed);
    repo.commit_unseen("a.py", if is_leaky { line } else { format!("clean = {seed}\n") });
}

#[test]
fn every_transport_refuses_a_key_without_a_trace_and_lands_what_is_clean() {
    let mut repo = with_server();
    let transports = Transports::to(&mut repo);
    for (seed, address) in (1..).zip(&transports.addresses) {
        branch(&repo, &format!("bad{seed}"), seed, true);
        refused(&repo, &[address, &format!("bad{seed}")]);
        branch(&repo, &format!("good{seed}"), seed, false);
        repo.git(&["push", "-q", address, &format!("good{seed}")]).ok();
    }
    let refs = repo.at("../server.git").git(&["for-each-ref", "--format=%(refname:short)"]).ok().stdout;
    assert_eq!(refs, "good1\ngood2\ngood3\ngood4\nmain\n");
}

#[test]
fn concurrent_pushes_are_judged_each_for_itself() {
    let mut repo = with_server();
    let transports = Transports::to(&mut repo);
    let pushes = (1..).zip(transports.addresses.iter().cycle()).take(12);
    for (seed, _) in pushes.clone() {
        branch(&repo, &format!("b{seed}"), seed, seed % 3 == 0);
    }
    let push = |(seed, address): (u64, &String)| {
        let mut push = repo.command("git");
        push.args(["push", "-q", address, &format!("b{seed}")]).stdout(Stdio::null()).stderr(Stdio::null());
        push.spawn().expect("git can be started")
    };
    let running: Vec<Child> = pushes.map(push).collect();
    let codes: Vec<_> = running.into_iter().map(|mut push| push.wait().expect("it ends").code()).collect();
    let expected: Vec<_> = (1..=12).map(|seed| Some(i32::from(seed % 3 == 0))).collect();
    assert_eq!(codes, expected);
    let server = repo.at("../server.git");
    let refs = server.git(&["for-each-ref", "--format=%(refname:short)"]).ok().stdout;
    assert_eq!(refs, "b1\nb10\nb11\nb2\nb4\nb5\nb7\nb8\nmain\n");
    let count = |args: &[&str]| server.git(args).ok().stdout.lines().count();
    let reachable = count(&["rev-list", "--all", "--objects"]);
    let stored = count(&["cat-file", "--batch-all-objects", "--batch-check"]);
    assert_eq!(stored, reachable, "an object of a refused push is on the server");
}
