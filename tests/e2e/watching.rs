//! Scans that take long, that are stopped, and that are told to be quiet.

use std::fs::{self, File};
use std::process::{Child, Command, Stdio};

use crate::keys::github_line;
use crate::repo::{KEYSTOP, Ran, TestRepo};

/// A folder with a key in one file and no end to another.
fn endless() -> TestRepo {
    let repo = TestRepo::folder();
    repo.write("a.py", format!("{}\n", github_line()));
    let file = File::create(repo.path("endless")).expect("it is writable");
    file.set_len(1 << 42).expect("a file may have a hole");
    repo
}

/// Starts a scan and waits until it would be told of Ctrl-C.
fn start(repo: &TestRepo, args: &[&str]) -> Child {
    let mut command = Command::new(KEYSTOP);
    command.arg("scan").args(args).current_dir(repo.path(".")).stdin(Stdio::null());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it can be started");
    let status = format!("/proc/{}/status", child.id());
    let waits = |line: &str| {
        let caught = line.strip_prefix("SigCgt:").and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok());
        caught.is_some_and(|bits| bits & 2 != 0)
    };
    // The endless file is the last one: when it is open, the other has been read.
    let opened = || {
        let files = fs::read_dir(format!("/proc/{}/fd", child.id())).expect("it runs");
        let mut targets = files.flatten().filter_map(|file| fs::read_link(file.path()).ok());
        targets.any(|target| target.ends_with("endless"))
    };
    while !(fs::read_to_string(&status).expect("it runs").lines().any(waits) && opened()) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child
}

fn interrupt(repo: &TestRepo, child: Child) -> Ran {
    repo.run("kill", &["-INT", &child.id().to_string()]).ok();
    let output = child.wait_with_output().expect("it ends");
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_tells_what_was_read_and_what_was_found() {
    let repo = endless();
    let ran = interrupt(&repo, start(&repo, &["--jobs", "1", "."]));
    assert!(ran.code == 1 && ran.stdout.contains("a.py:1:17"), "{}", ran.stdout);
    assert!(ran.stdout.contains("stopped after 2 of 2 files"), "{}", ran.stdout);
    assert!(ran.stdout.contains("endless: stopped before its end"), "{}", ran.stdout);
    fs::remove_file(repo.path("a.py")).expect("it is there");
    let ran = interrupt(&repo, start(&repo, &["--format", "json", "."]));
    assert!(ran.code == 2 && ran.stdout.contains("\"complete\":false"), "{}", ran.stdout);
    assert_eq!(repo.run("ls", &["-A"]).ok().stdout, "endless\n");
}

#[test]
fn standard_input_is_read() {
    let repo = TestRepo::folder();
    let scan = |input: &str| repo.run("sh", &["-c", &format!("printf '%s\\n' '{input}' | '{KEYSTOP}' scan --stdin")]);
    let ran = scan(&github_line());
    assert!(ran.code == 1 && ran.stdout.contains("standard input:1:17"), "{}", ran.stdout);
    assert_eq!(scan("clean").code, 0);
}

#[test]
fn quiet_says_nothing_but_findings() {
    let repo = TestRepo::folder();
    repo.write("a.py", "clean\n");
    let ran = repo.keystop(&["scan", "--quiet", "."]).ok();
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    assert!(repo.keystop(&["scan", "."]).ok().stdout.contains("1 file read"));
    repo.write("b.py", format!("{}\n", github_line()));
    let ran = repo.keystop(&["scan", "-q", "."]);
    assert!(ran.code == 1 && ran.stdout.contains("b.py:1:17") && !ran.stdout.contains("read,"), "{}", ran.stdout);
}
