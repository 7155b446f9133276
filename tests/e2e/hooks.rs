//! Which command of git brings a key in or out, and which hook stops it: every row is run for real.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::keys;
use crate::repo::TestRepo;

/// Who stops the key of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    PreCommit,
    CommitMsg,
    PreMergeCommit,
    PrePush,
    PreReceive,
    /// No hook of git sees it.
    Nobody,
    /// Somebody else's key, which is on the other side already: nobody is to be stopped for it.
    NotOurs,
}

/// What the rows' scripts have at hand; `$K` is a key.
const PRELUDE: &str = r#"
leak() { mkdir -p "$(dirname "$1")"; printf 'key = "%s"\n' "$K" >"$1"; git add -f "$1"; }
unseen() { leak "$1"; git commit -q --no-verify -m "$1"; }
clean() { echo "$1" >"$1"; git add "$1"; git commit -q -m "$1"; }
side() { git checkout -q -b side; }
main() { git checkout -q main; }
"#;

/// Name, who stops it, and how it is done. What is not stopped is pushed at the end, all branches and tags.
const WAYS: &[(&str, By, &str)] = &[
    ("commit", By::PreCommit, "leak a.py; git commit -q -m a"),
    ("commit -a", By::PreCommit, "printf 'k = \"%s\"\\n' \"$K\" >README.md; git commit -q -a -m a"),
    ("commit PATH", By::PreCommit, "printf 'k = \"%s\"\\n' \"$K\" >README.md; git commit -q -m a README.md"),
    ("commit --amend", By::PreCommit, "clean a; leak a.py; git commit -q --amend --no-edit"),
    ("commit --fixup", By::PreCommit, "leak a.py; git commit -q --fixup=HEAD"),
    ("commit --allow-empty-message", By::PreCommit, "leak a.py; git commit -q --allow-empty-message -m ''"),
    ("commit from a subdirectory", By::PreCommit, "leak d/a.py; cd d; git commit -q -m a"),
    ("commit with a detached HEAD", By::PreCommit, "git checkout -q --detach; leak a.py; git commit -q -m a"),
    ("commit on an orphan branch", By::PreCommit, "git checkout -q --orphan new; leak a.py; git commit -q -m a"),
    (
        "commit in a linked worktree",
        By::PreCommit,
        "git worktree add -q ../tree; cd ../tree; leak a.py; git commit -q -m a",
    ),
    (
        "update-index --cacheinfo, commit",
        By::PreCommit,
        "blob=$(printf 'k = \"%s\"' \"$K\" | git hash-object -w --stdin); git update-index --add --cacheinfo 100644,$blob,a.py; git commit -q -m a",
    ),
    (
        "apply --cached, commit",
        By::PreCommit,
        "leak a.py; git diff --cached >../p; git rm -q --cached a.py; git apply --cached ../p; git commit -q -m a",
    ),
    (
        "checkout OTHER -- PATH, commit",
        By::PreCommit,
        "side; unseen a.py; main; git checkout -q side -- a.py; git commit -q -m a",
    ),
    (
        "restore --source, commit",
        By::PreCommit,
        "side; unseen a.py; main; git restore -s side -S -W a.py; git commit -q -m a",
    ),
    ("read-tree, commit", By::PreCommit, "side; unseen a.py; main; git read-tree side; git commit -q -m a"),
    ("reset --soft, commit", By::PreCommit, "unseen a.py; git reset -q --soft HEAD~1; git commit -q -m a"),
    (
        "stash branch, commit",
        By::PreCommit,
        "printf 'k = \"%s\"\\n' \"$K\" >README.md; git stash -q; git stash branch new >/dev/null; git commit -q -a -m a",
    ),
    ("commit --only PATH", By::PreCommit, "leak a.py; clean b; git commit -q --only -m a a.py"),
    (
        "commit --interactive",
        By::PreCommit,
        "printf 'k = \"%s\"\\n' \"$K\" >README.md; printf 'u\\n1\\n\\nq\\n' | git commit -q --interactive -m a",
    ),
    (
        "apply --index, commit",
        By::PreCommit,
        "leak a.py; git diff --cached >../p; git reset -q --hard; git apply --index ../p; git commit -q -m a",
    ),
    ("stash pop, commit", By::PreCommit, "leak a.py; git stash -q; git stash pop -q --index; git commit -q -m a"),
    (
        "a clean filter puts it in",
        By::PreCommit,
        "git config filter.k.clean \"sed s/KEY/$K/\"; echo '*.py filter=k' >.gitattributes; echo 'k = \"KEY\"' >a.py; git add .; git commit -q -m a",
    ),
    ("a symbolic link's target", By::PreCommit, "ln -s \"https://x/?k=$K\" link; git add link; git commit -q -m a"),
    (
        "a rename that adds it",
        By::PreCommit,
        "seq 99 >n; git add n; git commit -q -m n; git mv n m; printf 'k = \"%s\"\\n' \"$K\" >>m; git commit -q -a -m a",
    ),
    (
        "a submodule's own commit",
        By::PreCommit,
        "git -c protocol.file.allow=always submodule add -q ../origin.git sub; cd sub; \"$KEYSTOP\" install; leak a.py; git commit -q -m a",
    ),
    ("commit -m", By::CommitMsg, "git commit -q --allow-empty -m \"with $K\""),
    ("commit -F", By::CommitMsg, "echo \"with $K\" >../m; git commit -q --allow-empty -F ../m"),
    (
        "commit with the editor",
        By::CommitMsg,
        "GIT_EDITOR='f() { echo \"with $K\" >\"$1\"; }; f' git commit -q --allow-empty",
    ),
    ("commit --amend -m", By::CommitMsg, "clean a; git commit -q --amend -m \"with $K\""),
    ("commit --trailer", By::CommitMsg, "git commit -q --allow-empty -m a --trailer \"Key: $K\""),
    ("merge -m", By::CommitMsg, "side; clean a; main; clean b; git merge -q -m \"with $K\" side"),
    (
        "rebase -i with reword",
        By::CommitMsg,
        "clean a; clean b; GIT_SEQUENCE_EDITOR='sed -i.x 1s/pick/reword/' GIT_EDITOR='f() { echo \"with $K\" >\"$1\"; }; f' git rebase -q -i HEAD~2",
    ),
    ("merge", By::PrePush, "side; unseen a.py; main; clean b; git merge -q --no-edit side"),
    ("merge --no-ff", By::PrePush, "side; unseen a.py; main; git merge -q --no-ff --no-edit side"),
    (
        "merge of several",
        By::PrePush,
        "side; unseen a.py; git checkout -q -b two main; clean two; main; clean b; git merge -q --no-edit side two",
    ),
    (
        "merge with a driver that puts it in",
        By::PreMergeCommit,
        "git config merge.k.driver \"echo \\\"k = '$K'\\\" >%A\"; echo 'f merge=k' >.git/info/attributes; clean f; side; echo b >f; git commit -q -a -m b; main; echo c >f; git commit -q -a -m c; git merge -q --no-edit side",
    ),
    (
        "merge that changes more than its parents",
        By::PreCommit,
        "side; clean a; main; clean b; git merge -q --no-commit side; leak c.py; git commit -q -m merged",
    ),
    (
        "merge --squash, commit",
        By::PreCommit,
        "side; unseen a.py; main; git merge -q --squash side; git commit -q -m a",
    ),
    (
        "merge with a conflict, commit",
        By::PreCommit,
        "echo a >f; git add f; git commit -q -m f; side; echo b >f; git commit -q -a -m b; main; echo c >f; git commit -q -a -m c; git merge -q side || leak f; git commit -q -m m",
    ),
    ("merge by fast-forward", By::PrePush, "side; unseen a.py; main; git merge -q --ff-only side"),
    ("merge --no-verify", By::PrePush, "side; unseen a.py; main; clean b; git merge -q --no-verify --no-edit side"),
    ("commit --no-verify", By::PrePush, "unseen a.py"),
    ("commit --no-verify, removed by the next", By::PrePush, "unseen a.py; git rm -q a.py; git commit -q -m gone"),
    ("commit --no-verify -m", By::PrePush, "git commit -q --allow-empty --no-verify -m \"with $K\""),
    ("cherry-pick", By::PrePush, "side; unseen a.py; main; clean b; git cherry-pick side; git branch -q -D side"),
    (
        "cherry-pick with a conflict",
        By::PreCommit,
        "side; printf 'k = \"%s\"\\n' \"$K\" >README.md; git commit -q -a --no-verify -m k; main; echo c >README.md; git commit -q -a -m c; git cherry-pick side || git checkout -q --theirs README.md; git add README.md; git cherry-pick --continue",
    ),
    (
        "revert of the commit that took it out",
        By::PrePush,
        "unseen a.py; git rm -q a.py; git commit -q -m gone; git revert --no-edit HEAD",
    ),
    (
        "revert with a conflict",
        By::PreCommit,
        "printf 'k = \"%s\"\\n' \"$K\" >README.md; git commit -q -a --no-verify -m k; echo c >README.md; git commit -q -a -m c; echo d >README.md; git commit -q -a -m d; git revert --no-edit HEAD~1 || git checkout -q --theirs README.md; git add README.md; git revert --continue",
    ),
    (
        "rebase --autosquash",
        By::PrePush,
        "clean a; clean b; printf 'k = \"%s\"\\n' \"$K\" >a; git commit -q -a --no-verify --fixup=HEAD~1; GIT_SEQUENCE_EDITOR=: git rebase -q -i --autosquash HEAD~3",
    ),
    (
        "rebase --exec that commits",
        By::PreCommit,
        "clean a; git rebase -q --exec 'printf \"key = \\\"%s\\\"\\n\" \"$K\" >a; git commit -q -a -m k' HEAD~1",
    ),
    ("rebase", By::PrePush, "side; unseen a.py; main; clean b; git rebase -q main side"),
    (
        "rebase with a conflict",
        By::PrePush,
        "side; printf 'k = \"%s\"\\n' \"$K\" >README.md; git commit -q -a --no-verify -m k; main; echo c >README.md; git commit -q -a -m c; git rebase -q main side || git checkout -q --theirs README.md; git add README.md; git rebase --continue",
    ),
    (
        "am",
        By::PrePush,
        "unseen a.py; git format-patch -q -1 --stdout >../p; git reset -q --hard HEAD~1; git am -q ../p",
    ),
    (
        "am --3way with a conflict",
        By::PrePush,
        "side; printf 'k = \"%s\"\\n' \"$K\" >README.md; git commit -q -a --no-verify -m k; git format-patch -q -1 --stdout >../p; main; echo c >README.md; git commit -q -a -m c; git am -q --3way ../p || git checkout -q --theirs README.md; git add README.md; git am -q --continue",
    ),
    (
        "pull of what was never pushed",
        By::PrePush,
        "git clone -q . ../other; (cd ../other; unseen a.py); git pull -q ../other main",
    ),
    (
        "filter-branch",
        By::PrePush,
        "clean a; FILTER_BRANCH_SQUELCH_WARNING=1 git filter-branch -f --tree-filter 'echo \"k = $K\" >a' HEAD~1..HEAD >/dev/null",
    ),
    (
        "hash-object, mktree",
        By::PrePush,
        "b=$(echo \"k = '$K'\" | git hash-object -w --stdin); t=$(printf '100644 blob %s\\ta.py\\n' $b | git mktree); git update-ref refs/heads/new $(git commit-tree -m a $t)",
    ),
    (
        "commit-tree, update-ref",
        By::PrePush,
        "leak a.py; c=$(git commit-tree -m a -p HEAD $(git write-tree)); git update-ref refs/heads/main $c",
    ),
    (
        "fast-import",
        By::PrePush,
        "printf 'commit refs/heads/in\\ncommitter A <a@b> 0 +0000\\ndata 1\\nx\\nM 100644 inline a.py\\ndata <<E\\nk = \"%s\"\\nE\\n\\n' \"$K\" | git fast-import --quiet",
    ),
    ("tag -m", By::PrePush, "git tag -a v1 -m \"with $K\""),
    ("tag of a file", By::PrePush, "git tag v1 $(echo \"k = '$K'\" | git hash-object -w --stdin)"),
    ("tag of a tree", By::PrePush, "leak a.py; git tag v1 $(git write-tree)"),
    ("notes", By::PrePush, "git notes add -m \"with $K\"; git push -q origin refs/notes/commits"),
    ("push of a stash", By::PrePush, "leak a.py; git stash -q; git push -q origin 'stash@{0}:refs/heads/stash'"),
    ("push to a new branch", By::PrePush, "unseen a.py; git push -q origin HEAD:refs/heads/new"),
    ("push --force", By::PrePush, "git commit -q --amend -m other; unseen a.py; git push -q --force origin main"),
    ("push to an address", By::PrePush, "unseen a.py; git push -q \"$PWD/../origin.git\" main"),
    (
        "push of several refs",
        By::PrePush,
        "side; clean a; git checkout -q -b two; unseen a.py; git push -q origin side two",
    ),
    (
        "push of HEAD by another name",
        By::PrePush,
        "git checkout -q --detach; unseen a.py; git push -q origin HEAD:refs/heads/x",
    ),
    ("push --follow-tags", By::PrePush, "clean a; git tag -a v1 -m \"with $K\"; git push -q --follow-tags origin main"),
    (
        "push from a shallow clone",
        By::PrePush,
        "git clone -q --depth=1 \"file://$PWD/../origin.git\" ../shallow; cd ../shallow; \"$KEYSTOP\" install >/dev/null; unseen a.py; git push -q origin main",
    ),
    (
        "push from a submodule",
        By::PrePush,
        "git -c protocol.file.allow=always submodule add -q ../origin.git sub; cd sub; \"$KEYSTOP\" install >/dev/null; unseen a.py; git push -q origin HEAD:new",
    ),
    (
        "push from a linked worktree",
        By::PrePush,
        "git worktree add -q ../tree; cd ../tree; unseen a.py; git push -q origin tree",
    ),
    ("push --mirror", By::PrePush, "unseen a.py; git push -q --mirror origin"),
    ("push --no-verify to a server with keystop", By::PreReceive, "unseen a.py; git push -q --no-verify origin main"),
    (
        "push --no-verify of a tag's message",
        By::PreReceive,
        "git tag -a v1 -m \"with $K\"; git push -q --no-verify origin v1",
    ),
    (
        "push --no-verify of a commit's message",
        By::PreReceive,
        "git commit -q --no-verify --allow-empty -m \"with $K\"; git push -q --no-verify origin main",
    ),
    (
        "push --force --no-verify",
        By::PreReceive,
        "git commit -q --amend -m other; unseen a.py; git push -q --force --no-verify origin main",
    ),
    (
        "push --no-verify of a key that the next commit takes out",
        By::PreReceive,
        "unseen a.py; git rm -q a.py; git commit -q -m gone; git push -q --no-verify origin main",
    ),
    ("push --no-verify to a new ref", By::PreReceive, "unseen a.py; git push -q --no-verify origin main:refs/for/main"),
    ("send-pack", By::PreReceive, "unseen a.py; git send-pack -q ../origin.git main"),
    (
        "push with core.hooksPath set away",
        By::PreReceive,
        "git config core.hooksPath /dev/null; unseen a.py; git push -q origin main",
    ),
    (
        "push --atomic --no-verify",
        By::PreReceive,
        "clean a; side; unseen a.py; git push -q --atomic --no-verify origin main side",
    ),
    ("merge of what is on the server", By::NotOurs, "git fetch -q; clean b; git merge -q --no-edit origin/theirs"),
    ("pull --rebase of what is on the server", By::NotOurs, "clean b; git pull -q --rebase origin theirs"),
    (
        "a branch from what is on the server",
        By::NotOurs,
        "git fetch -q; git checkout -q -b mine origin/theirs; clean b; git push -q origin mine",
    ),
    ("archive", By::Nobody, "leak a.py; git archive --output ../a.tar $(git write-tree); git reset -q --hard"),
    ("bundle", By::Nobody, "unseen a.py; git bundle create -q ../b HEAD; git reset -q --hard HEAD~1"),
    ("format-patch", By::Nobody, "unseen a.py; git format-patch -q -1 -o ..; git reset -q --hard HEAD~1"),
    ("hash-object", By::Nobody, "echo \"k = '$K'\" | git hash-object -w --stdin >/dev/null"),
    ("stash", By::Nobody, "leak a.py; git stash -q"),
    ("fetch by somebody else", By::Nobody, "unseen a.py; git clone -q . ../clone; git reset -q --hard HEAD~1"),
];

#[test]
fn every_way_in_and_out_is_stopped_where_it_is_said_to_be() {
    let mut wrong = Vec::new();
    for (seed, (name, by, script)) in (1..).zip(WAYS) {
        let (stopped, said) = run(seed, script);
        if stopped != *by && !(*by == By::NotOurs && stopped == By::Nobody) {
            wrong.push(format!("{name}: {stopped:?} instead of {by:?}\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), WAYS.len(), wrong.join("\n"));
}

#[test]
fn the_readme_names_what_no_hook_sees() {
    let readme = include_str!("../../README.md");
    let section = readme.split("\n## ").find(|section| section.starts_with("What no hook of git sees"));
    let section = section.expect("the section is there");
    for (name, ..) in WAYS.iter().filter(|(_, by, _)| *by == By::Nobody) {
        assert!(section.contains(*name), "{name} is not named");
    }
}

/// Runs a row in a repository with a remote that is a server, both with keystop, and tells who stopped it.
fn run(seed: u64, script: &str) -> (By, String) {
    let mut repo = TestRepo::folder();
    repo.set("K", keys::numbered("sk_live_{alnum:24}", seed));
    repo.set("KEYSTOP", crate::repo::KEYSTOP);
    repo.set("LOG", repo.path("../log"));
    shell(&repo, "git init -q -b main . && echo a >README.md && git add . && git commit -q -m first").ok();
    shell(&repo, "git checkout -q -b theirs && leak theirs.py && git commit -q -m theirs && git checkout -q main").ok();
    shell(&repo, "git init -q --bare -b main ../origin.git && git remote add origin ../origin.git && git push -q origin main theirs").ok();
    shell(&repo, "git branch -q -D theirs; \"$KEYSTOP\" install && cd ../origin.git && \"$KEYSTOP\" install").ok();
    // A hook that was there before writes down who was called; at commits it runs before keystop.
    for hook in ["pre-commit", "commit-msg", "pre-merge-commit"] {
        let other = repo.path(format!(".git/hooks/{hook}.keystop-orig"));
        fs::write(&other, format!("#!/bin/sh\necho {hook} >>\"$LOG\"\n")).expect("the folder is there");
        fs::set_permissions(&other, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }
    let mut ran = shell(&repo, script);
    if !ran.stderr.contains("keystop ") && ran.code == 0 {
        ran = shell(&repo, "git push -q origin --all && git push -q origin --tags");
    }
    let log = fs::read_to_string(repo.path("../log")).unwrap_or_default();
    let by = match (ran.stderr.as_str(), log.lines().last()) {
        (said, _) if said.contains("keystop refused this push") => By::PreReceive,
        (said, _) if said.contains("keystop stopped this push") => By::PrePush,
        (said, Some("commit-msg")) if said.contains("keystop stopped this commit: its message") => By::CommitMsg,
        (said, Some("pre-commit") | None) if said.contains("keystop stopped this commit: it adds") => By::PreCommit,
        (said, Some("pre-merge-commit")) if said.contains("keystop stopped this commit: it adds") => By::PreMergeCommit,
        _ => By::Nobody,
    };
    let wrong_end = (by == By::Nobody) != (ran.code == 0);
    (by, format!("{}exit {}{}", ran.stderr, ran.code, if wrong_end { ", which does not fit" } else { "" }))
}

fn shell(repo: &TestRepo, script: &str) -> crate::repo::Ran {
    repo.run("sh", &["-euc", &format!("{PRELUDE}{script}")])
}
