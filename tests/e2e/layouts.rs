//! Repositories that are not the plain kind: other index forms, other hashes, other places for the git directory.

use std::fs;

use crate::keys::{code, secrets};
use crate::repo::TestRepo;

/// Fails the test unless a clean commit passes and one with a key is stopped.
#[track_caller]
fn assert_judges(repo: &TestRepo) {
    repo.stage("src/clean.py", code(4));
    repo.passes(&[]);
    repo.stage("src/clean.py", code(4) + &secrets());
    repo.blocked(&[]);
    repo.blocked(&["-a"]);
    repo.blocked(&["src/clean.py"]);
}

#[test]
fn a_split_index_is_read() {
    let repo = TestRepo::new();
    repo.git(&["config", "core.splitIndex", "true"]).ok();
    repo.git(&["update-index", "--split-index"]).ok();
    assert_judges(&repo);
}

#[test]
fn a_sparse_index_is_read() {
    let repo = TestRepo::new();
    repo.commit_unseen("docs/deep/guide.md", "# Guide\n");
    repo.commit_unseen("src/a.py", code(2));
    repo.git(&["sparse-checkout", "init", "--cone", "--sparse-index"]).ok();
    repo.git(&["sparse-checkout", "set", "src"]).ok();
    let listed = repo.git(&["ls-files", "--sparse"]).ok().stdout;
    assert!(listed.contains("docs/\n"), "the index is sparse: {listed}");
    assert_judges(&repo);
}

#[test]
fn every_version_of_the_index_is_read() {
    for version in ["2", "3", "4"] {
        let repo = TestRepo::new();
        repo.git(&["update-index", "--index-version", version]).ok();
        assert_judges(&repo);
    }
}

#[test]
fn an_index_with_the_settings_for_many_files_is_read() {
    let repo = TestRepo::new();
    for (name, value) in [("feature.manyFiles", "true"), ("index.skipHash", "true"), ("core.untrackedCache", "true")] {
        repo.git(&["config", name, value]).ok();
    }
    assert_judges(&repo);
}

#[test]
fn a_sha256_repository_is_read() {
    assert_judges(&TestRepo::with(&["--object-format=sha256"]));
    let first = TestRepo::unborn(&["--object-format=sha256"]);
    first.stage("app.py", secrets());
    first.blocked(&[]);
}

#[test]
fn a_reftable_repository_is_read() {
    assert_judges(&TestRepo::with(&["--ref-format=reftable"]));
    let first = TestRepo::unborn(&["--ref-format=reftable"]);
    first.stage("app.py", secrets());
    first.blocked(&[]);
}

#[test]
fn a_repository_with_an_extension_that_only_git_knows_is_read() {
    let repo = TestRepo::new();
    repo.git(&["config", "core.repositoryFormatVersion", "1"]).ok();
    repo.git(&["config", "extensions.partialClone", "origin"]).ok();
    assert_judges(&repo);
}

#[test]
fn a_linked_work_tree_is_read() {
    let repo = TestRepo::new();
    repo.git(&["worktree", "add", "-q", "../linked"]).ok();
    assert_judges(&repo.at("../linked"));
}

#[test]
fn a_separate_git_directory_is_read() {
    let repo = TestRepo::with(&["--separate-git-dir", "../app.git"]);
    assert!(repo.path(".git").is_file());
    assert_judges(&repo);
}

#[test]
fn a_work_tree_of_dotfiles_is_read() {
    let mut repo = TestRepo::folder();
    repo.git(&["init", "-q", "--bare", "-b", "main", ".dotfiles.git"]).ok();
    repo.set("GIT_DIR", ".dotfiles.git");
    repo.set("GIT_WORK_TREE", ".");
    repo.hook();
    assert_judges(&repo);
}

/// A repository with a submodule in `lib`.
fn with_submodule() -> TestRepo {
    let repo = TestRepo::new();
    let library = TestRepo::new();
    let url = library.path("").to_string_lossy().into_owned();
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "lib"]).ok();
    repo
}

#[test]
fn adding_a_submodule_passes() {
    with_submodule().passes(&[]);
}

#[test]
fn a_commit_in_a_submodule_is_stopped() {
    let inside = with_submodule().at("lib");
    inside.hook();
    assert_judges(&inside);
}

#[test]
fn moving_a_submodule_to_another_commit_passes() {
    let repo = with_submodule();
    repo.passes(&[]);
    let inside = repo.at("lib");
    inside.commit_unseen("more.py", code(2));
    repo.git(&["add", "lib"]).ok();
    repo.passes(&[]);
}

#[test]
fn a_shallow_clone_is_read() {
    let repo = TestRepo::new();
    repo.commit_unseen("app.py", code(5));
    let url = format!("file://{}", repo.path("").display());
    repo.git(&["clone", "-q", "--depth", "1", &url, "../shallow"]).ok();
    let shallow = repo.at("../shallow");
    shallow.hook();
    assert_judges(&shallow);
}

#[test]
fn objects_in_packs_and_alternates_are_read() {
    let repo = TestRepo::new();
    repo.commit_unseen("src/clean.py", code(2));
    repo.git(&["gc", "-q"]).ok();
    repo.git(&["clone", "-q", "--shared", ".", "../shared"]).ok();
    let shared = repo.at("../shared");
    shared.hook();
    assert_judges(&shared);
}

#[test]
fn a_folder_of_hooks_elsewhere_works() {
    let repo = TestRepo::new();
    fs::create_dir(repo.path("../hooks")).unwrap();
    repo.git(&["config", "core.hooksPath", "../hooks"]).ok();
    repo.hook();
    assert_judges(&repo);
}
