//! `keystop config import FILE`: takes over what another tool was told.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::session;
use crate::config::import::{self, Imported, Place};
use crate::config::{self, Baseline, Config};
use crate::exit::Exit;
use crate::files;
use crate::finding::{Finding, Fingerprint};
use crate::git::{Ownership, Repository, Store};
use crate::hunk::{Hunk, Origin};
use crate::report;
use crate::secret::Secret;
use crate::text;

/// What the baseline says of a key that no rule has found.
const WRITTEN_OUT: &str = "imported";

pub fn run(file: &Path, dry_run: bool) -> Result<Exit> {
    let source = std::fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let known = "one of .gitleaks.toml, .gitleaksignore, .secrets.baseline, .secretlintrc, .gitguardian.yaml";
    let imported = import::read(file, &source).map_err(|error| report::hint(&error, known))?;
    let here = std::env::current_dir()?;
    let mut config = Config::find(&here)?;
    let mut baseline = std::mem::take(&mut config.baseline);
    if baseline.salt.is_empty() {
        baseline.draw_salt()?;
    }
    let (accepted, empty) = accepted(&config, &baseline, &imported)?;
    let entries = imported.to_toml();
    let home = config::home(&here);
    let mut lines: Vec<String> = Vec::new();
    if dry_run {
        lines.extend(entries.lines().map(str::to_owned));
    } else {
        if !entries.is_empty() {
            config::add(&home, &entries)?;
        }
        let before = baseline.accepted.len();
        baseline.accepted.extend(accepted.clone());
        if baseline.accepted.len() > before {
            baseline.write()?;
        }
    }
    lines.extend(summary(&imported, &home, &baseline.file, accepted.len()));
    if empty > 0 {
        lines.push(format!("not taken over: {empty} places where keystop finds no key that would stop"));
    }
    report::lines(&lines, &mut io::stdout().lock())?;
    Ok(Exit::Clean)
}

fn summary(imported: &Imported, home: &Path, baseline: &Path, accepted: usize) -> Vec<String> {
    let mut lines = vec![
        format!(
            "{}: {} entries, {} rules, {} rules switched off",
            home.display(),
            imported.allow.len(),
            imported.rules.len(),
            imported.disable.len()
        ),
        format!("{}: {accepted} keys accepted", baseline.display()),
    ];
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for what in &imported.left {
        *left.entry(what).or_default() += 1;
    }
    let times = |count: usize| if count == 1 { String::new() } else { format!(" ({count} times)") };
    lines.extend(left.iter().map(|(what, count)| format!("not taken over: {what}{}", times(*count))));
    lines
}

/// The hashes of keys that the other tool lets pass, and how many of its places hold none.
fn accepted(config: &Config, baseline: &Baseline, imported: &Imported) -> Result<(BTreeMap<String, String>, usize)> {
    let print = |secret: &Secret| Fingerprint::salted(&baseline.salt, secret).as_str().to_owned();
    let mut accepted: BTreeMap<String, String> =
        imported.keys.iter().map(|key| (print(key), WRITTEN_OUT.to_owned())).collect();
    let mut lines: BTreeMap<(&Option<String>, &str), Vec<u32>> = BTreeMap::new();
    for Place { commit, path, line } in &imported.places {
        lines.entry((commit, path)).or_default().push(*line);
    }
    let scanner = session::scanner(config);
    let mut empty = 0;
    for ((commit, path), lines) in lines {
        let content = content(commit.as_deref(), path)?.unwrap_or_default();
        let found =
            scanner.scan(&Hunk::whole(path.as_bytes().to_vec(), Origin::File, text::decode(&content).into_owned()));
        for line in lines {
            let at = |found: &&Finding| (found.start.line..=found.end.line).contains(&line) && found.blocks();
            let keys = found.iter().filter(at).map(|found| (print(&found.secret), found.rule.clone()));
            let keys: Vec<_> = keys.collect();
            empty += usize::from(keys.is_empty());
            accepted.extend(keys);
        }
    }
    Ok((accepted, empty))
}

/// A file as a commit or the work tree has it; none if it has it no longer.
fn content(commit: Option<&str>, path: &str) -> Result<Option<Vec<u8>>> {
    if let Some(commit) = commit {
        return Ok(Store::Here.run(&["cat-file", "blob", &format!("{commit}:{path}")]).ok());
    }
    let top = Repository::open(Ownership::Checked).ok().and_then(|_| Repository::work_tree());
    let file = top.unwrap_or_else(|| PathBuf::from(".")).join(files::path(path.as_bytes()));
    match std::fs::read(&file) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", file.display())),
    }
}
