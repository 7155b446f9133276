//! `keystop fix FINDING`: the literal becomes a read of the environment, and the value moves to `.env`. All or nothing.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use super::{find, session};
use crate::cli::FixArgs;
use crate::config::Config;
use crate::exit::Exit;
use crate::files;
use crate::files::transaction::{Transaction, Write};
use crate::finding::Finding;
use crate::git::{self, Ownership, Repository};
use crate::hunk::{Hunk, Origin};
use crate::remedy::language::{Language, Names};
use crate::remedy::rewrite::rewrite;
use crate::report::{self, escape};
use crate::rules::Page;

const ENV: &str = ".env";
const EXAMPLE: &str = ".env.example";

/// Everything that is to change.
struct Change {
    env: String,
    writes: Vec<Write>,
    /// For the index: a path and its new content.
    staged: Vec<(String, Vec<u8>)>,
    shown: Vec<String>,
}

pub fn run(args: &FixArgs) -> Result<Exit> {
    let repository = Repository::open(Ownership::Checked)?;
    let top = Repository::work_tree().context("there is no work tree to fix")?;
    let transaction = Transaction::at(repository.git_dir().join("keystop-fix"));
    if transaction.is_open() {
        finish(&transaction, &top)?;
        report::note("finished a fix that had been cut off");
        if args.finding.is_none() {
            return Ok(Exit::Clean);
        }
    }
    transaction.sweep()?;
    let Some(word) = &args.finding else { bail!("name a finding: its fingerprint, or path:line") };
    let config = Config::find(&std::env::current_dir()?)?;
    let places = find::find(&config, word)?;
    let change = Change::plan(&top, &config, &places, args.name.as_deref())?;
    let mut lines = change.shown.clone();
    if args.apply {
        let mut entries = String::new();
        for (path, content) in &change.staged {
            entries.push_str(&git::store(&top, path, content)?);
            entries.push('\n');
        }
        transaction.decide(&change.writes, entries)?;
        finish(&transaction, &top)?;
        lines.push(format!("done: {} is read from the environment, and its value is in {ENV}", change.env));
        lines.push("load it where the program starts: set -a; . ./.env; set +a".to_owned());
        lines.push("what was staged before is still an object: keystop verify FINDING".to_owned());
    } else {
        lines.push(format!("nothing has changed yet; to do it: keystop fix {word} --apply"));
    }
    report::lines(&lines, &mut io::stdout().lock())?;
    Ok(Exit::Clean)
}

fn finish(transaction: &Transaction, top: &Path) -> Result<()> {
    transaction
        .finish(|entries| git::stage(top, entries))
        .map_err(|error| report::hint(&error, "every change is laid down: keystop fix goes on when the way is free"))
}

impl Change {
    fn plan(top: &Path, config: &Config, places: &[Finding], name: Option<&str>) -> Result<Self> {
        let first = places.first().context("a finding has a place")?;
        let page = Page::of(&first.provider, &first.rule);
        let assigned = places.iter().find_map(|found| found.assigned.as_deref());
        let usual = Names::new(page.as_ref(), assigned, &Language::of(&first.path)).env;
        let env = name.map_or(usual, str::to_owned);
        if env.is_empty()
            || !env.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            || env.as_bytes()[0].is_ascii_digit()
        {
            bail!("`{env}` is not a name for a variable");
        }
        let mut change = Self { env, writes: Vec::new(), staged: Vec::new(), shown: Vec::new() };
        change.keep_value(top, first)?;
        // What `.env` holds already is where it should be.
        let in_env = files::bytes(Path::new(ENV));
        let paths: BTreeSet<&Vec<u8>> = places
            .iter()
            .filter(|found| !matches!(found.origin, Origin::Commit(_) | Origin::Message(_)))
            .map(|found| &found.path)
            .collect();
        let paths: Vec<&Vec<u8>> = paths.into_iter().filter(|path| **path != in_env).collect();
        if paths.is_empty() {
            bail!("the key is in no file of the index or the work tree: history is another matter, see keystop verify");
        }
        for path in paths {
            change.rewrite(top, config, path, first)?;
        }
        Ok(change)
    }

    /// The value goes to `.env`, which git has to ignore; its name to `.env.example`.
    fn keep_value(&mut self, top: &Path, found: &Finding) -> Result<()> {
        let value = found.secret.expose();
        let plain = |b: &u8| b.is_ascii_alphanumeric() || b"_-./+=:@%,~".contains(b);
        let line = match () {
            () if value.iter().all(plain) => [self.env.as_bytes(), b"=", value].concat(),
            () if value.iter().all(|b| b.is_ascii_graphic() && !b"'\\".contains(b)) => {
                [self.env.as_bytes(), b"='", value, b"'"].concat()
            }
            () => bail!("`{ENV}` cannot hold this value: keep it in a file of its own, outside the repository"),
        };
        if git::staged_content(top, Path::new(ENV)).is_some() {
            let error = anyhow!("`{ENV}` is tracked, and the value would go into the next commit");
            return Err(report::hint(&error, "git rm --cached .env"));
        }
        if !git::is_ignored(top, &top.join(ENV)) {
            self.append(top, ".gitignore", b"/.env", true)?;
        }
        let env = self.env.clone();
        match read(&top.join(ENV))?.as_deref().and_then(|text| value_of(text, &env)) {
            None => {
                self.append(top, ENV, &line, false)?;
                self.shown.push(format!("{ENV}\n+{env}={}", found.preview));
            }
            Some(there) if there == value => {}
            Some(_) => {
                let error = anyhow!("`{ENV}` has another value for {env}");
                return Err(report::hint(&error, "choose another name: keystop fix FINDING --name NAME"));
            }
        }
        let example = read(&top.join(EXAMPLE))?.unwrap_or_default();
        if value_of(&example, &env).is_none() {
            let tracked = !git::is_ignored(top, &top.join(EXAMPLE));
            self.append(top, EXAMPLE, format!("{env}=").as_bytes(), tracked)?;
        }
        Ok(())
    }

    /// Adds a line to a file of the top, in its own line endings, and to what is staged of it.
    fn append(&mut self, top: &Path, name: &str, line: &[u8], stage: bool) -> Result<()> {
        let path = top.join(name);
        let old = read(&path)?;
        let new = with_line(old.as_deref().unwrap_or_default(), line);
        if stage {
            let staged = git::staged_content(top, Path::new(name)).unwrap_or_default();
            self.staged.push((name.to_owned(), with_line(&staged, line)));
            self.shown.push(format!("{name}\n+{}", escape(line)));
        }
        self.writes.push(Write { path, old, new, private: name == ENV });
        Ok(())
    }

    /// The file of the work tree and what is staged of it, each by itself: what is only in one of them stays there.
    fn rewrite(&mut self, top: &Path, config: &Config, path: &[u8], found: &Finding) -> Result<()> {
        let (name, secret) = (files::path(path), found.secret.expose());
        let refused = |why: String| {
            let error = anyhow!("`{}` is left alone, and so is everything else: {why}", escape(path));
            report::hint(&error, format!("keystop explain {} shows how to store it", found.rule))
        };
        let text = std::str::from_utf8(path).map_err(|_| refused("its name is not UTF-8".into()))?;
        let file = top.join(&name);
        if fs::symlink_metadata(&file).is_ok_and(|meta| meta.is_symlink()) {
            return Err(refused("it is a link".into()));
        }
        let holds = |content: &Vec<u8>| memchr::memmem::find(content, secret).is_some();
        let here = read(&file)?.filter(holds);
        let staged = git::staged_content(top, &name).filter(holds);
        let shown = here.as_ref().or(staged.as_ref()).cloned();
        let new = |content: &[u8]| rewrite(path, content, secret, &self.env).map_err(refused);
        let new_here = here.as_deref().map(new).transpose()?;
        let new_staged = staged.as_deref().map(new).transpose()?;
        let Some((old, new)) = shown.zip(new_here.as_ref().or(new_staged.as_ref())) else { return Ok(()) };
        self.shown.push(format!("{}\n{}", escape(path), difference(config, path, &old, new)?));
        self.staged.extend(new_staged.map(|content| (text.to_owned(), content)));
        let write = here.zip(new_here).map(|(old, new)| Write { path: file, old: Some(old), new, private: false });
        self.writes.extend(write);
        Ok(())
    }
}

/// The changed lines, every key in them hidden.
fn difference(config: &Config, path: &[u8], old: &[u8], new: &[u8]) -> Result<String> {
    let mut text = git::difference(old, new)?;
    for found in session::scanner(config).scan(&Hunk::whole(path.to_vec(), Origin::File, old.to_vec())) {
        while let Some(at) = memchr::memmem::find(&text, found.secret.expose()) {
            text.splice(at..at + found.secret.len(), found.preview.bytes());
        }
    }
    let lines = text.split(|b| *b == b'\n').filter(|line| line.starts_with(b"+") || line.starts_with(b"-"));
    Ok(lines.map(escape).collect::<Vec<_>>().join("\n"))
}

fn read(path: &PathBuf) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    }
}

/// A text with one line more, ended as its lines are.
fn with_line(text: &[u8], line: &[u8]) -> Vec<u8> {
    let ending: &[u8] = if memchr::memmem::find(text, b"\r\n").is_some() { b"\r\n" } else { b"\n" };
    let finished = text.is_empty() || text.ends_with(b"\n");
    [text, if finished { b"" } else { ending }, line, ending].concat()
}

/// What a file of variables has for a name.
fn value_of<'t>(text: &'t [u8], name: &str) -> Option<&'t [u8]> {
    let lines = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    let lines = lines.map(|line| line.strip_prefix(b"export ").unwrap_or(line));
    let value = lines
        .filter_map(|line| line.strip_prefix(name.as_bytes())?.trim_ascii_start().strip_prefix(b"="))
        .next_back()?;
    let value = value.trim_ascii();
    let inner = |quote: &[u8]| value.strip_prefix(quote).and_then(|value| value.strip_suffix(quote));
    Some(inner(b"'").or_else(|| inner(b"\"")).unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_added_as_the_others_end() {
        assert_eq!(with_line(b"", b"a"), b"a\n");
        assert_eq!(with_line(b"x", b"a"), b"x\na\n");
        assert_eq!(with_line(b"x\r\n", b"a"), b"x\r\na\r\n");
    }

    #[test]
    fn the_last_value_of_a_name_counts() {
        assert_eq!(value_of(b"A=1\nexport A='2'\nAB=3\n", "A"), Some(b"2".as_slice()));
        assert_eq!(value_of(b"#A=1\n", "A"), None);
    }
}
