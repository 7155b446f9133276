//! Opening the repository that git means.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::Id;
use super::objects::{Objects, Source};
use super::process;
use super::staged::Merge;

/// Whether the repository's owner is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// Git called us and has judged already; libgit2 knows fewer forms of `safe.directory` than git.
    JudgedByGit,
    /// A person called us: a repository of somebody else is refused, as git does.
    Checked,
}

/// A repository as the environment names it.
pub struct Repository {
    pub(super) objects: Objects,
    git_dir: PathBuf,
    common_dir: PathBuf,
}

impl Repository {
    /// Opens what `GIT_DIR`, `GIT_INDEX_FILE` and their like name, else what the current directory is in.
    ///
    /// # Errors
    /// There is no repository, or it belongs to somebody else, or neither libgit2 nor git can read it.
    pub fn open(ownership: Ownership) -> Result<Self> {
        if ownership == Ownership::JudgedByGit {
            // SAFETY: called once, before any other use of libgit2 and before any thread is started.
            unsafe { git2::opts::set_verify_owner_validation(false) }?;
        }
        // Partial clones say so in an extension; their missing objects are met one by one.
        // SAFETY: as above.
        unsafe { git2::opts::set_extensions(&["partialclone"]) }?;
        // Every object would be hashed again as it is read, which takes longer than the scan; its zlib checksum is
        // verified all the same, and `git fsck` is there for more. Git does the same.
        git2::opts::strict_hash_verification(false);
        match git2::Repository::open_from_env() {
            Ok(repository) => Ok(Self {
                git_dir: repository.path().to_path_buf(),
                common_dir: repository.commondir().to_path_buf(),
                objects: Objects::libgit2(repository),
            }),
            Err(error) => Self::open_with_git(&error),
        }
    }

    /// What libgit2 cannot open (reftable, sha256, unknown extensions), git can.
    fn open_with_git(error: &git2::Error) -> Result<Self> {
        match error.code() {
            git2::ErrorCode::NotFound => bail!("this is not a git repository"),
            git2::ErrorCode::Owner => bail!("git does not trust the owner of this repository: {}", error.message()),
            _ => {}
        }
        let dirs = process::run(&["rev-parse", "--absolute-git-dir", "--git-common-dir"])
            .with_context(|| format!("cannot open the repository ({})", error.message()))?;
        let mut dirs = dirs.split(|b| *b == b'\n').map(|dir| PathBuf::from(String::from_utf8_lossy(dir).into_owned()));
        let git_dir = dirs.next().unwrap_or_default();
        let common_dir = dirs.next().unwrap_or_default();
        Ok(Self { objects: Objects::default(), git_dir, common_dir })
    }

    /// Where further threads find its objects.
    pub(super) fn source(&self) -> Source {
        // In quarantine, on a server, objects lie where only git looks.
        let elsewhere = ["GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"];
        if self.objects.repository().is_none() || elsewhere.iter().any(|name| env::var_os(name).is_some()) {
            return Source::Git;
        }
        let options = gix_odb::store::init::Options::default();
        let folder = self.common_dir.join("objects");
        let store = gix_odb::Store::at_opts(folder, gix_hash::Kind::Sha1, &mut std::iter::empty(), options);
        store.map_or(Source::Git, |store| Source::Store(store.into()))
    }

    /// The git directory of this work tree.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The git directory that all work trees share.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// The top of the work tree: git starts hooks there, and libgit2 is wrong about separate git directories.
    pub fn work_tree() -> Option<PathBuf> {
        let top = process::run(&["rev-parse", "--show-toplevel"]).ok()?;
        Some(PathBuf::from(String::from_utf8_lossy(&top).trim_end_matches('\n')))
    }

    /// The folder of hooks in the repository itself, wherever git takes them from.
    ///
    /// # Errors
    /// There is no repository.
    pub fn common_hooks() -> Result<PathBuf> {
        let common = process::run(&["rev-parse", "--git-common-dir"])?;
        let common = PathBuf::from(String::from_utf8_lossy(&common).trim_end_matches('\n'));
        std::path::absolute(common.join("hooks")).context("cannot resolve the git directory")
    }

    /// The index git means: a temporary one for `commit -a` and `commit PATH`.
    pub(super) fn index_path(&self) -> PathBuf {
        env::var_os("GIT_INDEX_FILE").map_or_else(|| self.git_dir.join("index"), PathBuf::from)
    }

    /// The tree of HEAD; none before the first commit.
    pub(super) fn head_tree(&self) -> Result<Option<Id>> {
        let Some(repository) = self.objects.repository() else { return tree_of("HEAD") };
        match repository.head() {
            Ok(head) => match head.peel_to_tree() {
                Ok(tree) => Ok(Id::from_bytes(tree.id().as_bytes())),
                // A treeless clone lacks the tree; git may still tell its id.
                Err(error) => tree_of("HEAD").with_context(|| format!("cannot read HEAD: {}", error.message())),
            },
            Err(error) if matches!(error.code(), git2::ErrorCode::UnbornBranch | git2::ErrorCode::NotFound) => Ok(None),
            Err(error) => bail!("cannot read HEAD: {}", error.message()),
        }
    }

    /// The other parents of a merge that is being committed.
    pub(super) fn merge_parents(&self, merge: Merge) -> Result<Vec<Id>> {
        if merge == Merge::Made {
            let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
            return Ok(names.filter_map(|name| Id::from_hex(name.strip_prefix("GITHEAD_")?.as_bytes())).collect());
        }
        let listed = match std::fs::read(self.git_dir.join("MERGE_HEAD")) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error).context("cannot read MERGE_HEAD"),
        };
        let listed = listed.split(|b| *b == b'\n').filter_map(|line| Id::from_hex(line.trim_ascii()));
        Ok(listed.collect())
    }

    /// The id of HEAD; none before the first commit.
    ///
    /// # Errors
    /// Git could not be started.
    pub fn head() -> Result<Option<Id>> {
        let output = process::command().args(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).output()?;
        Ok(Id::from_hex(output.stdout.trim_ascii()))
    }

    /// The object that a revision names.
    ///
    /// # Errors
    /// There is none.
    pub fn resolve(revision: &str) -> Result<Id> {
        let id = process::run(&["rev-parse", "--verify", "--end-of-options", revision])?;
        Id::from_hex(id.trim_ascii()).with_context(|| format!("`{revision}` names no object"))
    }

    /// The tree of a commit.
    pub(super) fn commit_tree(&self, commit: &Id) -> Result<Option<Id>> {
        let Some(repository) = self.objects.repository() else { return tree_of(&commit.to_string()) };
        let commit = repository.find_commit(super::objects::oid(commit)?)?;
        Ok(Id::from_bytes(commit.tree_id().as_bytes()))
    }
}

/// The tree of a revision as git tells it; none if the revision does not exist.
fn tree_of(revision: &str) -> Result<Option<Id>> {
    let spec = format!("{revision}^{{tree}}");
    let output = process::command().args(["rev-parse", "--verify", "--quiet", &spec]).output()?;
    Ok(Id::from_hex(output.stdout.trim_ascii()))
}
