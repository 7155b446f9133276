//! Git itself, as a subprocess: the way where libgit2 cannot go, and for settings that only git resolves in full.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};

use super::Id;
use super::objects::{Fetched, Kind};

/// The variables that tie a git command to one repository (`git rev-parse --local-env-vars`): cleared for another one.
pub const LOCAL_VARIABLES: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
];

/// A git command that talks to nobody: no lazy fetch, no prompt, plain output.
pub fn command() -> Command {
    let mut command = Command::new("git");
    command
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C");
    command
}

/// Runs git and returns its standard output.
///
/// # Errors
/// Git could not be started, or failed: its own first line of complaint.
pub fn run<S: AsRef<OsStr>>(args: &[S]) -> Result<Vec<u8>> {
    output(command().args(args))
}

/// The same, with something to read.
///
/// # Errors
/// As [`run`].
pub fn run_with<S: AsRef<OsStr>>(args: &[S], input: &[u8]) -> Result<Vec<u8>> {
    output_of(command().args(args), input)
}

/// The same for a command that is put together.
///
/// # Errors
/// As [`run`].
pub fn output(command: &mut Command) -> Result<Vec<u8>> {
    output_of(command, &[])
}

fn output_of(command: &mut Command, input: &[u8]) -> Result<Vec<u8>> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context("cannot run `git`")?;
    let mut stdin = child.stdin.take().context("git's input is a pipe")?;
    let output = std::thread::scope(|scope| {
        // Git may answer before it has read everything, so somebody else writes. One that stops reading says why.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().context("cannot run `git`")
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said.lines().next().unwrap_or_default();
    bail!("git says: {}", line.strip_prefix("fatal: ").or(line.strip_prefix("error: ")).unwrap_or(line))
}

/// A setting as git resolves it, `-c`, environment and conditional includes among it.
///
/// # Errors
/// Git could not be started.
pub fn config(key: &str) -> Result<Option<String>> {
    config_as(&["--no-type"], key)
}

/// The same for a setting that names a path: `~` is expanded.
///
/// # Errors
/// Git could not be started.
pub fn config_path(key: &str) -> Result<Option<String>> {
    config_as(&["--type=path"], key)
}

/// The same for a switch: on or off in any of git's words; off if it is not set.
///
/// # Errors
/// Git could not be started.
pub fn config_switch(key: &str) -> Result<bool> {
    Ok(config_as(&["--type=bool"], key)?.as_deref() == Some("true"))
}

/// Whether a switch is turned off; one that is not set is not.
///
/// # Errors
/// Git could not be started.
pub fn config_is_off(key: &str) -> Result<bool> {
    Ok(config_as(&["--type=bool"], key)?.as_deref() == Some("false"))
}

/// A setting as one file says it: `--local`, `--global`.
///
/// # Errors
/// Git could not be started.
pub fn config_in(scope: &str, key: &str) -> Result<Option<String>> {
    config_as(&[scope], key)
}

/// The same for a setting that names a path.
///
/// # Errors
/// Git could not be started.
pub fn config_path_in(scope: &str, key: &str) -> Result<Option<String>> {
    config_as(&[scope, "--type=path"], key)
}

/// Git's version, as far as features depend on it.
///
/// # Errors
/// Git could not be started, or tells its version in an unknown form.
pub fn version() -> Result<(u32, u32)> {
    let said = run(&["--version"])?;
    let said = String::from_utf8_lossy(&said);
    let mut numbers = said.trim_start_matches("git version ").split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok((major, minor)),
        _ => bail!("git tells its version as `{}`", said.trim_end()),
    }
}

fn config_as(options: &[&str], key: &str) -> Result<Option<String>> {
    let output = command().arg("config").args(options).args(["--get", key]).output().context("cannot run `git`")?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(output.status.success().then(|| text.trim_end_matches('\n').to_owned()))
}

/// `git cat-file --batch`: objects by id, one process for all.
pub struct CatFile {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl CatFile {
    pub fn start() -> Result<Self> {
        let mut child = command()
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot run `git cat-file`")?;
        let requests = child.stdin.take().context("git's input is a pipe")?;
        let answers = BufReader::new(child.stdout.take().context("git's output is a pipe")?);
        Ok(Self { child, requests, answers })
    }

    /// Asks for an object and returns its type and size; none if it is missing. The content must be read next.
    fn open(&mut self, id: &Id) -> Result<Option<(Kind, u64)>> {
        writeln!(self.requests, "{id}").context("git cat-file has stopped")?;
        let mut header = String::new();
        self.answers.read_line(&mut header)?;
        let words: Vec<&str> = header.split_whitespace().collect();
        match words.as_slice() {
            [_, "missing"] => Ok(None),
            [_, kind, size] => {
                let parsed = Kind::named(kind).zip(size.parse().ok());
                Ok(Some(parsed.with_context(|| format!("git cat-file answered `{}`", header.trim_end()))?))
            }
            _ => bail!("git cat-file has stopped"),
        }
    }

    /// An object's type and content, if it has not more than `most` bytes.
    pub fn read(&mut self, id: &Id, most: u64) -> Result<Fetched<(Kind, Vec<u8>)>> {
        let Some((kind, size)) = self.open(id)? else { return Ok(Fetched::Missing) };
        if size > most {
            self.hand_over(id, size, |_| Ok(()))?;
            return Ok(Fetched::Large);
        }
        let wanted = size + 1;
        let mut content = Vec::with_capacity(usize::try_from(wanted)?);
        (&mut self.answers).take(wanted).read_to_end(&mut content)?;
        if content.pop() != Some(b'\n') || content.len() as u64 != size {
            bail!("git cat-file broke off in {id}");
        }
        Ok(Fetched::Whole((kind, content)))
    }

    /// Hands an object's content over piece by piece, so that its size does not matter.
    pub fn stream(&mut self, id: &Id, piece: impl FnMut(&[u8]) -> Result<()>) -> Result<bool> {
        let Some((_, size)) = self.open(id)? else { return Ok(false) };
        self.hand_over(id, size, piece)?;
        Ok(true)
    }

    fn hand_over(&mut self, id: &Id, size: u64, mut piece: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut left = size;
        while left > 0 {
            let buffer = self.answers.fill_buf()?;
            if buffer.is_empty() {
                bail!("git cat-file broke off in {id}");
            }
            let len = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            piece(&buffer[..len])?;
            self.answers.consume(len);
            left -= len as u64;
        }
        self.answers.read_exact(&mut [0])?;
        Ok(())
    }
}

impl Drop for CatFile {
    fn drop(&mut self) {
        // Whatever the state of the conversation, no process may stay behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
