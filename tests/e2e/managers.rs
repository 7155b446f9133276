//! Tools that manage hooks, by the files they leave in a repository; tests/real/managers tries the tools themselves.

use std::fs;
use std::path::Path;

use crate::install::{a_key_is_stopped, comes_and_goes, plain, script, traces};
use crate::repo::{KEYSTOP, TestRepo};

/// A tool by its name, the file that people edit with what makes it known, and what it writes into a hook's file.
const TOOLS: &[(&str, &str, &str, &str)] = &[
    ("lefthook", "lefthook.yml", "pre-commit: {}\n", "lefthook run HOOK \"$@\""),
    (
        "pre-commit",
        ".pre-commit-config.yaml",
        "repos: []\n",
        "exec pre-commit hook-impl --config=.pre-commit-config.yaml --hook-type=HOOK -- \"$@\"",
    ),
    ("prek", "prek.toml", "repos = []\n", "exec prek hook-impl --hook-type=HOOK -- \"$@\""),
    ("hk", "hk.pkl", "hooks {}\n", "test \"${HK:-1}\" = 0 || exec hk run HOOK \"$@\""),
    ("simple-git-hooks", "package.json", "{\"simple-git-hooks\": {}}\n", "simple-git-hooks HOOK"),
];

/// A repository, and a PATH with keystop and a stand-in for every tool that writes down what it is called with.
fn with_tools() -> TestRepo {
    let mut repo = plain();
    for (tool, ..) in TOOLS {
        script(&repo, &format!("../tools/{tool}"), "#!/bin/sh\necho \"${0##*/} $*\" >>\"$RAN\"\ncat >/dev/null\n");
    }
    let keystop = Path::new(KEYSTOP).parent().expect("it is in a folder").display();
    let path = std::env::var("PATH").expect("there is one");
    repo.set("PATH", format!("{keystop}:{}:{path}", repo.path("../tools").display()));
    repo.set("RAN", repo.path("../ran"));
    repo
}

fn hooks_of(repo: &TestRepo, line: &str) {
    for hook in ["pre-commit", "pre-push"] {
        script(repo, &format!(".git/hooks/{hook}"), &format!("#!/bin/sh\n{}\n", line.replace("HOOK", hook)));
    }
}

#[test]
fn every_tool_keeps_its_hooks_and_has_its_files_back() {
    for (tool, file, text, line) in TOOLS {
        let repo = with_tools();
        repo.write(file, text);
        hooks_of(&repo, line);
        comes_and_goes(&repo);
        let ran = fs::read_to_string(repo.path("../ran")).expect("the tool's hook ran");
        assert!(ran.starts_with(tool) && ran.contains("pre-commit"), "{tool}: {ran}");
        repo.keystop(&["install"]).ok();
        repo.git(&["init", "-q", "--bare", "../server"]).ok();
        repo.git(&["push", "-q", "../server", "main"]).ok();
        assert!(fs::read_to_string(repo.path("../ran")).expect("it is there").contains("pre-push"), "{tool}");
        let said = repo.keystop(&["status"]).ok().stdout;
        assert!(said.contains(tool) && said.contains(&format!("add to {file}:")), "{said}");
    }
}

#[test]
fn a_hook_that_its_tool_has_written_anew_is_chained_again_and_leaves_nothing_behind() {
    for (_, file, text, line) in TOOLS {
        let repo = with_tools();
        repo.write(file, text);
        hooks_of(&repo, line);
        let before = traces(&repo);
        for aside in [".old", ".legacy"] {
            repo.keystop(&["install"]).ok();
            let moved = repo.path(format!(".git/hooks/pre-commit{aside}"));
            fs::rename(repo.path(".git/hooks/pre-commit"), moved).expect("it is there");
            hooks_of(&repo, line);
            assert_eq!(repo.keystop(&["status"]).code, 1);
            repo.keystop(&["install"]).ok();
            a_key_is_stopped(&repo);
            fs::remove_file(repo.path(".git/hooks/pre-commit")).expect("it is there");
            hooks_of(&repo, line);
            repo.keystop(&["uninstall"]).ok();
            assert!(traces(&repo) == before, "uninstalling has left something");
        }
    }
}

#[test]
fn husky_runs_keystop_from_the_file_that_people_edit() {
    let repo = with_tools();
    repo.git(&["config", "core.hooksPath", ".husky/_"]).ok();
    // What husky 9 writes.
    repo.write(".husky/_/h", "#!/usr/bin/env sh\nn=$(basename \"$0\")\ns=$(dirname \"$(dirname \"$0\")\")/$n\n[ ! -f \"$s\" ] && exit 0\nsh -e \"$s\" \"$@\"\n");
    for hook in ["pre-commit", "commit-msg", "pre-push", "pre-merge-commit"] {
        script(&repo, &format!(".husky/_/{hook}"), "#!/usr/bin/env sh\n. \"$(dirname \"$0\")/h\"\n");
    }
    repo.write(".husky/pre-commit", "echo tested >>../tests\n");
    repo.write(".husky/pre-push", "cat >pushed\n");
    comes_and_goes(&repo);
    assert!(repo.path("../tests").exists());
    repo.keystop(&["install"]).ok();
    repo.git(&["init", "-q", "--bare", "../server"]).ok();
    repo.git(&["push", "-q", "../server", "main"]).ok();
    assert!(repo.read("pushed").starts_with(b"refs/heads/main "));
}
