//! `keystop fix FINDING`: the literal becomes a read of the environment, and the value moves to `.env` or to the team's
//! store. All or nothing.

mod dotenv;
mod store;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use super::{find, session, store_named};
use crate::cli::FixArgs;
use crate::config::{Config, Store};
use crate::exit::Exit;
use crate::files;
use crate::files::transaction::{Transaction, Write};
use crate::finding::Finding;
use crate::git::{self, Ownership, Repository};
use crate::hunk::{Hunk, Origin};
use crate::remedy::language::{Language, Names};
use crate::remedy::rewrite::rewrite;
use crate::remedy::storing;
use crate::report::{self, escape};
use crate::rules::Page;

/// Everything that is to change.
struct Change {
    names: Names,
    writes: Vec<Write>,
    /// For the index: a path and its new content.
    staged: Vec<(String, Vec<u8>)>,
    shown: Vec<String>,
    /// Said when it is done.
    afterwards: Vec<String>,
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
    let first = places.first().context("a finding has a place")?;
    let mut change = Change::of(&places, args.name.as_deref())?;
    let named = store_named(args.store.as_deref())?;
    let destination = match named.or(config.placement.value.store).filter(|store| *store != Store::Env) {
        None => None,
        Some(store) => Some(store::Destination::of(store, &change.names, &config.placement.value)?),
    };
    match &destination {
        None => change.keep_in_env(&top, first)?,
        Some(destination) => change.keep_in_store(&top, destination)?,
    }
    change.rewrite_all(&top, &config, &places)?;
    let mut lines = std::mem::take(&mut change.shown);
    if args.apply {
        let entries = change.staged.iter().map(|(path, content)| git::store(&top, path, content));
        let entries: String = entries.map(|entry| Ok(entry? + "\n")).collect::<Result<_>>()?;
        if let Some(destination) = &destination {
            destination.keep(&top, first)?;
        }
        transaction.decide(&change.writes, entries)?;
        finish(&transaction, &top)?;
        lines.append(&mut change.afterwards);
        lines.push(format!("what was staged before is still an object: keystop verify {}", first.fingerprint.as_str()));
    } else {
        let store = args.store.as_ref().map_or_else(String::new, |store| format!(" --store {store}"));
        let name = args.name.as_ref().map_or_else(String::new, |name| format!(" --name {name}"));
        lines.push(format!("nothing has changed yet; to do it: keystop fix {word}{name}{store} --apply"));
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
    /// Nothing yet, for the names of a key.
    fn of(places: &[Finding], name: Option<&str>) -> Result<Self> {
        let first = places.first().context("a finding has a place")?;
        let page = Page::of(&first.provider, &first.rule);
        let language = Language::of(&first.path);
        let assigned = places.iter().find_map(|found| found.assigned.as_deref());
        let names = match name {
            None => Names::new(page.as_ref(), assigned, &language),
            Some(name) => Names::of(name.to_owned(), page.as_ref(), &language),
        };
        let is_name = names.env.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !is_name || names.env.bytes().next().is_none_or(|b| b.is_ascii_digit()) {
            bail!("`{}` is not a name for a variable", names.env);
        }
        Ok(Self { names, writes: Vec::new(), staged: Vec::new(), shown: Vec::new(), afterwards: Vec::new() })
    }

    /// The value goes to `.env`, which git has to ignore; its name to `.env.example`.
    fn keep_in_env(&mut self, top: &Path, found: &Finding) -> Result<()> {
        let env = self.names.env.clone();
        let line = dotenv::line(&env, &found.secret)?;
        if git::staged_content(top, Path::new(dotenv::FILE)).is_some() {
            let error = anyhow!("`.env` is tracked, and the value would go into the next commit");
            return Err(report::hint(&error, "git rm --cached .env"));
        }
        if !git::is_ignored(top, &top.join(dotenv::FILE)) {
            self.append(top, ".gitignore", b"/.env", true)?;
        }
        match read(&top.join(dotenv::FILE))?.as_deref().and_then(|text| dotenv::value_of(text, &env)) {
            None => {
                self.append(top, dotenv::FILE, &line, false)?;
                self.shown.push(format!("{}\n+{env}={}", dotenv::FILE, found.preview));
            }
            Some(there) if there == found.secret.expose() => {}
            Some(_) => {
                let error = anyhow!("`.env` has another value for {env}");
                return Err(report::hint(&error, "choose another name: keystop fix FINDING --name NAME"));
            }
        }
        self.name_in_example(top)?;
        self.afterwards.push(format!("done: {env} is read from the environment, and its value is in .env"));
        self.afterwards.push("load it where the program starts: set -a; . ./.env; set +a".to_owned());
        Ok(())
    }

    /// The value goes to a store; its name to `.env.example`.
    fn keep_in_store(&mut self, top: &Path, destination: &store::Destination) -> Result<()> {
        self.shown.push(destination.shown());
        self.name_in_example(top)?;
        let store = storing::name(destination.store);
        let env = &self.names.env;
        self.afterwards.push(format!("done: {env} is read from the environment, and its value is in {store}"));
        self.afterwards.push("start the program with it:".to_owned());
        self.afterwards.extend(destination.start.iter().map(|line| format!("  {line}")));
        Ok(())
    }

    fn name_in_example(&mut self, top: &Path) -> Result<()> {
        let example = read(&top.join(dotenv::EXAMPLE))?.unwrap_or_default();
        if dotenv::value_of(&example, &self.names.env).is_none() {
            let tracked = !git::is_ignored(top, &top.join(dotenv::EXAMPLE));
            self.append(top, dotenv::EXAMPLE, format!("{}=", self.names.env).as_bytes(), tracked)?;
        }
        Ok(())
    }

    /// Adds a line to a file of the top, in its own line endings, and to what is staged of it.
    fn append(&mut self, top: &Path, name: &str, line: &[u8], stage: bool) -> Result<()> {
        let path = top.join(name);
        let old = read(&path)?;
        let new = dotenv::with_line(old.as_deref().unwrap_or_default(), line);
        if stage {
            let staged = git::staged_content(top, Path::new(name)).unwrap_or_default();
            self.staged.push((name.to_owned(), dotenv::with_line(&staged, line)));
            self.shown.push(format!("{name}\n+{}", escape(line)));
        }
        self.writes.push(Write { path, old, new, private: name == dotenv::FILE });
        Ok(())
    }

    /// Every file that has the key, in the work tree or in the index; what `.env` holds already is where it should be.
    fn rewrite_all(&mut self, top: &Path, config: &Config, places: &[Finding]) -> Result<()> {
        let in_env = files::bytes(Path::new(dotenv::FILE));
        let here = places.iter().filter(|found| !matches!(found.origin, Origin::Commit(_) | Origin::Message(_)));
        let paths: BTreeSet<&Vec<u8>> = here.map(|found| &found.path).filter(|path| **path != in_env).collect();
        if paths.is_empty() {
            bail!("the key is in no file of the index or the work tree: history is another matter, see keystop verify");
        }
        paths.into_iter().try_for_each(|path| self.rewrite(top, config, path, &places[0]))
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
        let new = |content: &[u8]| rewrite(path, content, secret, &self.names.env).map_err(refused);
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
