//! Every object of a store, reachable or not, through git itself: it knows every format, alternates included.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use super::{Id, process};

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    Blob,
    Tree,
    Commit,
    Tag,
}

impl ObjectKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::Tree => "tree",
            Self::Commit => "commit",
            Self::Tag => "tag",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Blob, Self::Tree, Self::Commit, Self::Tag].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// An object on its way through.
pub struct Object<'a> {
    pub id: Id,
    pub kind: ObjectKind,
    pub size: u64,
    /// Its bytes; what is left unread is skipped.
    pub content: &'a mut dyn BufRead,
}

/// Which repository is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Store {
    /// The one the environment and the current folder name.
    Here,
    /// The one with this git directory: a submodule's, say.
    At(PathBuf),
}

impl Store {
    pub(super) fn command(&self) -> std::process::Command {
        let mut command = process::command();
        if let Self::At(git_dir) = self {
            process::LOCAL_VARIABLES.iter().for_each(|name| {
                command.env_remove(name);
            });
            command.arg("--git-dir").arg(git_dir);
        }
        command
    }

    /// Runs git on this store and returns its standard output.
    ///
    /// # Errors
    /// Git could not be started, or failed.
    pub fn run(&self, args: &[&str]) -> Result<Vec<u8>> {
        process::output(self.command().args(args))
    }

    /// Hands over every object that is here, in the order in which reading costs least.
    ///
    /// # Errors
    /// Git could not be run or broke off, an object is damaged, or `act` failed.
    pub fn each_object(&self, act: &mut dyn FnMut(Object) -> Result<()>) -> Result<()> {
        let mut child = self
            .command()
            .args(["cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot run `git cat-file`")?;
        let output = child.stdout.take().context("git's output is a pipe")?;
        let walked = each(&mut BufReader::with_capacity(256 * 1024, output), act);
        if walked.is_err() {
            // Nobody reads on: the process must not stay behind.
            let _ = child.kill();
        }
        let status = child.wait().context("git cat-file has stopped")?;
        walked?;
        if !status.success() {
            bail!("not every object can be read: git fsck tells which");
        }
        Ok(())
    }
}

fn each(output: &mut impl BufRead, act: &mut dyn FnMut(Object) -> Result<()>) -> Result<()> {
    let mut header = String::new();
    loop {
        header.clear();
        if output.read_line(&mut header)? == 0 {
            return Ok(());
        }
        let words: Vec<&str> = header.split_whitespace().collect();
        let parsed = match words.as_slice() {
            [_, "missing"] => continue,
            [id, kind, size] => {
                (|| Some((Id::from_hex(id.as_bytes())?, ObjectKind::from_name(kind)?, size.parse().ok()?)))()
            }
            _ => None,
        };
        let Some((id, kind, size)) = parsed else { bail!("git cat-file answered in an unknown form") };
        let mut content = output.by_ref().take(size);
        act(Object { id, kind, size, content: &mut content })?;
        std::io::copy(&mut content, &mut std::io::sink())?;
        if content.limit() > 0 || output.read(&mut [0])? != 1 {
            bail!("git cat-file broke off in {id}");
        }
    }
}

/// The folders of all work trees of this repository.
///
/// # Errors
/// Git could not be run.
pub fn work_trees() -> Result<Vec<PathBuf>> {
    let listed = process::run(&["worktree", "list", "--porcelain"])?;
    let mut folders = Vec::new();
    for entry in String::from_utf8_lossy(&listed).split("\n\n") {
        let bare = entry.lines().any(|line| line == "bare");
        let folder = entry.lines().find_map(|line| line.strip_prefix("worktree "));
        folders.extend(folder.filter(|folder| !bare && Path::new(folder).is_dir()).map(PathBuf::from));
    }
    Ok(folders)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_read_one_after_the_other_and_skipped_where_unread() {
        let (a, b) = ("ab".repeat(20), "cd".repeat(20));
        let stream = format!("{a} blob 5\nhe\nlo\n{b} commit 3\nabc\n");
        let mut seen = Vec::new();
        each(&mut stream.as_bytes(), &mut |object| {
            let mut text = String::new();
            if object.kind == ObjectKind::Commit {
                object.content.read_to_string(&mut text)?;
            }
            seen.push((object.id.to_string(), text));
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, [(a.clone(), String::new()), (b, "abc".to_owned())]);
        let cut = format!("{a} blob 5\nhe");
        assert!(each(&mut cut.as_bytes(), &mut |_| Ok(())).is_err());
    }
}
