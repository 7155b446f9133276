//! `keystop demo`: the main job, for real, in a repository made for it and taken away again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

use crate::exit::Exit;
use crate::git;
use crate::report;
use crate::rules::example;

/// A file as somebody in a hurry writes it.
const FILE: &str = "src/pay.ts";
const SOURCE: &str = "import Stripe from \"stripe\";\n\nexport const stripe = new Stripe(\"sk_live_{alnum:24}\");\n";

pub fn run() -> Result<Exit> {
    let folder = Scratch::new()?;
    let seed =
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs() ^ since.subsec_nanos() as u64);
    let source = example::expand(SOURCE, seed).map_err(anyhow::Error::msg)?.text;
    fs::create_dir(folder.0.join("src"))?;
    fs::write(folder.0.join(FILE), source)?;

    say("A new repository, the hooks installed, and a file with a Stripe key made up just now:")?;
    shown(&folder.0, "git", &["init", "--quiet"])?;
    let keystop = std::env::current_exe().context("cannot find this binary")?;
    let keystop = keystop.to_string_lossy();
    let installed = command(&folder.0, &keystop, &["install"]).stdout(Stdio::null()).status()?;
    if !installed.success() {
        bail!("the hooks could not be installed in `{}`", folder.0.display());
    }
    say("$ keystop install")?;
    shown(&folder.0, "git", &["add", FILE])?;
    let stopped = !shown(&folder.0, "git", &["commit", "--quiet", "--message", "Take payments"])?;
    let empty = !succeeds(&folder.0, &["rev-parse", "--verify", "--quiet", "HEAD"])?;
    if !(stopped && empty) {
        bail!("the commit went through: the hook did not stop it");
    }
    say("\nThe commit did not happen. That is all there is to it.")?;
    Ok(Exit::Clean)
}

fn say(line: &str) -> io::Result<()> {
    report::lines(&[line], &mut io::stdout().lock())
}

/// Shows a command, runs it with its output shown too, and tells whether it succeeded.
fn shown(folder: &Path, program: &str, args: &[&str]) -> Result<bool> {
    say(&format!("$ {program} {}", args.join(" ").replace("Take payments", "\"Take payments\"")))?;
    let status = command(folder, program, args).stdout(Stdio::inherit()).status();
    Ok(status.with_context(|| format!("cannot run `{program}`"))?.success())
}

fn succeeds(folder: &Path, args: &[&str]) -> Result<bool> {
    Ok(command(folder, "git", args).stdout(Stdio::null()).status()?.success())
}

/// A command in `folder` that depends on nothing of the user's: no identity, no settings, no surrounding repository.
fn command(folder: &Path, program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(folder);
    for name in git::LOCAL_VARIABLES {
        command.env_remove(name);
    }
    // Hooks for all repositories may be installed already; here the repository's own are shown.
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for name in ["GIT_AUTHOR", "GIT_COMMITTER"] {
        command.env(format!("{name}_NAME"), "keystop demo").env(format!("{name}_EMAIL"), "demo@example.org");
    }
    command
}

/// A folder that goes away.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("keystop-demo-{}", std::process::id()));
        fs::create_dir(&path).with_context(|| format!("cannot make `{}`", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Left behind at worst: a temporary folder with a made-up key.
        let _ = fs::remove_dir_all(&self.0);
    }
}
