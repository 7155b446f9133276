//! The whole history: who changed what, and every text that ever stood in it, each read once.
//!
//! Commits are compared with their parents by their trees alone. The texts are read afterwards, in the order in which
//! they lie in packs.

use std::collections::HashMap;
use std::sync::Mutex;

use anyhow::{Context, Result};

use super::commit::{self, Commit};
use super::commits::{self, Listed};
use super::objects::{Objects, Source};
use super::repository::Repository;
use super::{Coverage, Id, Unscanned, order, process, tips, tree};
use crate::hunk::{Hunk, MESSAGE, Origin};
use crate::{pieces, workers};

/// A text at a path, by the history's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text {
    blob: u32,
    pub path: u32,
}

/// What a commit made of one path, against one of its parents.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The commit's index; the newest is 0.
    pub commit: u32,
    pub path: u32,
    /// What was there and what is there now, if anything.
    pub old: Option<Text>,
    pub new: Option<Text>,
}

/// Commits, and what each of them changed.
pub struct History {
    /// The newest first, without their messages.
    pub commits: Vec<Commit>,
    /// By commit, the newest first; those of one commit and path stand together.
    pub rows: Vec<Row>,
    pub paths: Vec<Vec<u8>>,
    blobs: Vec<Id>,
    source: Source,
    objects: std::path::PathBuf,
}

/// What was made of something that was read.
#[derive(Default)]
pub struct Read<Made> {
    pub coverage: Coverage,
    pub made: Vec<Made>,
}

impl History {
    /// Reads all that refs, stashes and notes lead to, and judges the messages of commits and tags.
    ///
    /// # Errors
    /// Git could not be run, or a commit is missing. What else cannot be read is told in the coverage.
    pub fn read<Made: Send>(
        repository: &Repository,
        jobs: usize,
        judge: &(impl Fn(Hunk) -> Vec<Made> + Sync),
    ) -> Result<(Self, Read<Made>)> {
        let mut read = Read { coverage: Coverage::default(), made: Vec::new() };
        tags(repository, &mut read, judge)?;
        let stashes =
            if is_there("refs/stash")? { process::run(&["rev-list", "-g", "refs/stash"])? } else { Vec::new() };
        let listed = commits::list(&["--all", "--stdin"], &stashes).context("cannot list the history")?;
        let (source, tables) = (repository.source(), Mutex::new(Tables::default()));
        let stretches: Vec<&[Listed]> = listed.chunks(STRETCH).collect();
        let walked = workers::map(
            jobs,
            stretches.len(),
            || Objects::of(&source),
            |objects, item| {
                let first = u32::try_from(item * STRETCH).context("there are too many commits")?;
                stretch(objects, first, stretches[item], &tables, judge)
            },
        )?;
        let (mut commits, mut rows) = (Vec::with_capacity(listed.len()), Vec::new());
        for (stretch, its_rows, its_read) in walked {
            commits.extend(stretch);
            rows.extend(its_rows);
            read.coverage.add(its_read.coverage);
            read.made.extend(its_read.made);
        }
        let Tables { paths, blobs } = tables.into_inner().expect("no thread panics: a panic ends the process");
        let objects = repository.common_dir().join("objects");
        Ok((Self { commits, rows, paths: paths.values, blobs: blobs.values, source, objects }, read))
    }

    /// Judges every text that ever stood at a path, each once.
    ///
    /// # Errors
    /// `judge` failed. A text that cannot be read is told in the coverage.
    pub fn judge<Made: Send>(
        &self,
        jobs: usize,
        judge: &(impl Fn(Hunk) -> Vec<Made> + Sync),
    ) -> Result<Read<(Text, Vec<Made>)>> {
        let texts = self.texts();
        // Those of one blob stay together, since it is read once.
        let blobs: Vec<&[Text]> = texts.chunk_by(|a, b| a.blob == b.blob).collect();
        let stretches: Vec<&[&[Text]]> = blobs.chunks(BLOBS).collect();
        let read = workers::map(
            jobs,
            stretches.len(),
            || Objects::of(&self.source),
            |objects, item| {
                let mut read = Read { coverage: Coverage::default(), made: Vec::new() };
                stretches[item].iter().for_each(|places| self.judge_blob(objects, places, &mut read, judge));
                Ok(read)
            },
        )?;
        let mut whole = Read { coverage: Coverage::default(), made: Vec::new() };
        for read in read {
            whole.coverage.add(read.coverage);
            whole.made.extend(read.made);
        }
        Ok(whole)
    }

    /// Every text at every path it stood at, in the order in which reading costs least.
    fn texts(&self) -> Vec<Text> {
        let mut texts: Vec<Text> = self.rows.iter().filter_map(|row| row.new).collect();
        let places = if matches!(self.source, Source::Store(_)) { order::of(&self.objects) } else { HashMap::new() };
        let ranks: Vec<_> = self.blobs.iter().map(|id| places.get(id).copied().unwrap_or((usize::MAX, 0))).collect();
        texts.sort_unstable_by_key(|text| (ranks[text.blob as usize], *text));
        texts.dedup();
        texts
    }

    fn judge_blob<Made>(
        &self,
        objects: &Objects,
        places: &[Text],
        read: &mut Read<(Text, Vec<Made>)>,
        judge: &impl Fn(Hunk) -> Vec<Made>,
    ) {
        let mut made: Vec<Vec<Made>> = places.iter().map(|_| Vec::new()).collect();
        let outcome = self.hand_over(objects, places[0], &Origin::File, &mut |mut hunk| {
            for (text, made) in places.iter().zip(&mut made) {
                hunk.path.clone_from(&self.paths[text.path as usize]);
                made.extend(judge(hunk.clone()));
            }
            Ok(())
        });
        match outcome {
            Ok(()) => read.coverage.files += 1,
            Err(error) => {
                let path = self.paths[places[0].path as usize].clone();
                read.coverage.unscanned.push(Unscanned { path, reason: format!("{error:#}") });
            }
        }
        read.made.extend(places.iter().copied().zip(made).filter(|(_, made)| !made.is_empty()));
    }

    /// Hands over a text as what a commit brought.
    ///
    /// # Errors
    /// It cannot be read, or `act` failed.
    pub fn text(
        &self,
        repository: &Repository,
        text: Text,
        commit: u32,
        act: &mut dyn FnMut(Hunk) -> Result<()>,
    ) -> Result<()> {
        let origin = Origin::Commit(self.commits[commit as usize].id.to_string());
        self.hand_over(&repository.objects, text, &origin, act)
    }

    fn hand_over(
        &self,
        objects: &Objects,
        text: Text,
        origin: &Origin,
        act: &mut dyn FnMut(Hunk) -> Result<()>,
    ) -> Result<()> {
        let id = &self.blobs[text.blob as usize];
        let blob = objects.read(id)?.with_context(|| format!("object {id} is missing"))?;
        pieces::whole(&self.paths[text.path as usize], origin, blob, act)
    }
}

/// Commits that one thread reads at a stretch.
const STRETCH: usize = 256;
/// Blobs that one thread reads at a stretch.
const BLOBS: usize = 1024;

/// Reads what refs lead to that is no commit.
fn tags<Made>(repository: &Repository, read: &mut Read<Made>, judge: &impl Fn(Hunk) -> Vec<Made>) -> Result<()> {
    let listed = process::run(&["for-each-ref", "--format=%(objecttype) %(objectname) %(refname)"])?;
    for line in String::from_utf8_lossy(&listed).lines() {
        let Some((id, name)) = line.split_once(' ').and_then(|(kind, rest)| match kind {
            "commit" => None,
            _ => rest.split_once(' '),
        }) else {
            continue;
        };
        let id = Id::from_hex(id.as_bytes()).context("git for-each-ref answered in an unknown form")?;
        tips::peel(&repository.objects, id, name, &mut read.coverage, &mut |hunk| {
            read.made.extend(judge(hunk));
            Ok(())
        })?;
    }
    Ok(())
}

fn is_there(name: &str) -> Result<bool> {
    Ok(process::command().args(["show-ref", "--verify", "--quiet", name]).status()?.success())
}

/// Reads a stretch of commits.
fn stretch<Made>(
    objects: &Objects,
    first: u32,
    listed: &[Listed],
    tables: &Mutex<Tables>,
    judge: &impl Fn(Hunk) -> Vec<Made>,
) -> Result<(Vec<Commit>, Vec<Row>, Read<Made>)> {
    let mut read = Read { coverage: Coverage::default(), made: Vec::new() };
    let (mut commits, mut changes) = (Vec::with_capacity(listed.len()), Vec::new());
    for (number, Listed { id, parents }) in (first..).zip(listed) {
        let mut commit = commit::read(objects, *id, parents.clone())?;
        let olds = commits::parent_trees(objects, &commit)?;
        match tree::made(objects, &olds, Some(commit.tree)) {
            Ok(made) => changes.extend(made.into_iter().map(|made| (number, made))),
            Err(error) => read.coverage.unscanned.push(commits::unscanned(&commit, &error)),
        }
        let message = std::mem::take(&mut commit.message);
        read.made.extend(judge(Hunk::whole(MESSAGE.to_vec(), Origin::Message(id.to_string()), message)));
        commits.push(commit);
    }
    let mut tables = tables.lock().expect("no thread panics: a panic ends the process");
    let rows = changes.iter().flat_map(|(commit, made)| tables.rows(*commit, made)).collect();
    Ok((commits, rows, read))
}

/// Numbers instead of paths and ids: there may be millions of changes.
#[derive(Default)]
struct Tables {
    paths: Table<Vec<u8>>,
    blobs: Table<Id>,
}

impl Tables {
    fn rows(&mut self, commit: u32, made: &tree::Made) -> Vec<Row> {
        let path = self.paths.number(&made.path);
        let mut text = |entry: Option<super::changes::Entry>| {
            // What a submodule names is in another repository.
            let entry = entry.filter(|entry| !entry.is_submodule())?;
            Some(Text { blob: self.blobs.number(&entry.id), path })
        };
        let new = text(made.new);
        made.olds.iter().map(|old| Row { commit, path, old: text(*old), new }).collect()
    }
}

struct Table<Value> {
    values: Vec<Value>,
    numbers: HashMap<Value, u32>,
}

impl<Value> Default for Table<Value> {
    fn default() -> Self {
        Self { values: Vec::new(), numbers: HashMap::new() }
    }
}

impl<Value: Clone + Eq + std::hash::Hash> Table<Value> {
    fn number(&mut self, value: &Value) -> u32 {
        if let Some(number) = self.numbers.get(value) {
            return *number;
        }
        let number = u32::try_from(self.values.len()).expect("memory ends before four billion values");
        self.values.push(value.clone());
        self.numbers.insert(value.clone(), number);
        number
    }
}
