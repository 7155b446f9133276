//! The whole history: who changed what, and every text that ever stood in it, each read once.
//!
//! Commits are compared with their parents by their trees alone. The texts are read afterwards, in the order in which
//! packs store them.

use std::collections::HashMap;
use std::sync::Mutex;

use anyhow::{Context, Result};

use super::commit::{self, Commit};
use super::commits::{self, Listed};
use super::objects::{Objects, Source};
use super::packs::{Forest, Unpacker, Version};
use super::repository::Repository;
use super::{Coverage, Id, Unscanned, delta, process, tips, tree};
use crate::hunk::{self, Hunk, MESSAGE, Origin};
use crate::pieces::{self, STREAMED};
use crate::text;
use crate::workers::{Watch, Workers};

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

/// Adds what is found in a hunk.
pub type Judge<'a, Made> = dyn Fn(&Hunk, &mut Vec<Made>) + Sync + 'a;
/// Whether what was found elsewhere stands in a text, too.
pub type Stands<'a, Made> = dyn Fn(&Made, &[u8]) -> bool + Sync + 'a;

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
        workers: &Workers,
        judge: &(impl Fn(Hunk) -> Vec<Made> + Sync),
    ) -> Result<(Self, Read<Made>)> {
        let mut read = Read { coverage: Coverage::default(), made: Vec::new() };
        tags(repository, &mut read, judge)?;
        let stashes =
            if is_there("refs/stash")? { process::run(&["rev-list", "-g", "refs/stash"])? } else { Vec::new() };
        let listed = commits::list(&["--all", "--stdin"], &stashes).context("cannot list the history")?;
        workers.watch.begin("commits", listed.len());
        let (source, tables) = (repository.source(), Mutex::new(Tables::default()));
        let stretches: Vec<&[Listed]> = listed.chunks(STRETCH).collect();
        let walked = workers.map(
            stretches.len(),
            || Objects::of(&source),
            |objects, item| {
                let first = u32::try_from(item * STRETCH).context("there are too many commits")?;
                stretch(objects, first, stretches[item], &tables, &workers.watch, judge)
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

    /// Judges every text that ever stood at a path, and tells for each what it holds. A text is read once, and of one that
    /// is stored as a difference only the lines that differ are judged: what else it holds, its base has held.
    ///
    /// # Errors
    /// What cannot be read is told in the coverage.
    pub fn judge<'a, Made: Clone + Send + 'a>(
        &self,
        workers: &Workers,
        judge: &Judge<'a, Made>,
        stands: &Stands<'a, Made>,
    ) -> Result<Read<(Text, Vec<Made>)>> {
        let places = Places::of(&self.rows, self.blobs.len());
        let wanted: HashMap<Id, u32> = (0..)
            .zip(&self.blobs)
            .filter(|(blob, _)| !places.of_blob(*blob).is_empty())
            .map(|(blob, id)| (*id, blob))
            .collect();
        workers.watch.begin("texts", wanted.len());
        let (forest, left) = match self.source {
            Source::Store(_) => Forest::of(&self.objects, &wanted),
            Source::Git => (Forest::default(), wanted.into_values().collect()),
        };
        let rest: Vec<&[u32]> = left.chunks(BLOBS).collect();
        let judging = Judging { history: self, places: &places, watch: &workers.watch, judge, stands };
        let start = || (Objects::of(&self.source), Unpacker::default());
        let read = workers.map(forest.len() + rest.len(), start, |(objects, unpacker), item| {
            Ok(match item.checked_sub(forest.len()) {
                None => judging.tree(&forest, item, unpacker),
                Some(item) => judging.each(objects, rest[item]),
            })
        })?;
        let mut whole = Read { coverage: Coverage::default(), made: Vec::new() };
        for read in read {
            whole.coverage.add(read.coverage);
            whole.made.extend(read.made);
        }
        Ok(whole)
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

/// The paths of each blob.
struct Places {
    /// By blob.
    texts: Vec<Text>,
    firsts: Vec<usize>,
}

impl Places {
    fn of(rows: &[Row], blobs: usize) -> Self {
        let mut texts: Vec<Text> = rows.iter().filter_map(|row| row.new).collect();
        texts.sort_unstable();
        texts.dedup();
        let mut firsts = vec![0; blobs + 1];
        texts.iter().for_each(|text| firsts[text.blob as usize + 1] += 1);
        for blob in 0..blobs {
            firsts[blob + 1] += firsts[blob];
        }
        Self { texts, firsts }
    }

    fn of_blob(&self, blob: u32) -> &[Text] {
        let blob = blob as usize;
        &self.texts[self.firsts[blob]..self.firsts[blob + 1]]
    }
}

/// What judging a text takes.
struct Judging<'a, Made> {
    history: &'a History,
    places: &'a Places,
    watch: &'a Watch,
    judge: &'a Judge<'a, Made>,
    stands: &'a Stands<'a, Made>,
}

/// What a text was found to hold, path by path, for those that are made of it.
struct Kept<'a, Made> {
    places: &'a [Text],
    made: Vec<Vec<Made>>,
    /// The text was judged as the bytes it is.
    is_plain: bool,
}

impl<'a, Made: Clone> Judging<'a, Made> {
    /// Judges a tree of deltas.
    fn tree(&self, forest: &Forest, tree: usize, unpacker: &mut Unpacker) -> Read<(Text, Vec<Made>)> {
        let mut read = Read { coverage: Coverage::default(), made: Vec::new() };
        let walked = forest.walk(tree, unpacker, &mut |version: Version<Kept<'a, Made>>| {
            let Some(blob) = version.number.filter(|_| !self.watch.is_stopped()) else {
                return Kept { places: &[], made: Vec::new(), is_plain: false };
            };
            let kept = self.version(blob, &version);
            self.count(&kept, &mut read);
            kept
        });
        if let Err(error) = walked {
            read.coverage.unscanned.push(Unscanned { path: b"packed objects".to_vec(), reason: format!("{error:#}") });
        }
        read
    }

    /// Judges blobs one by one.
    fn each(&self, objects: &Objects, blobs: &[u32]) -> Read<(Text, Vec<Made>)> {
        let mut read = Read { coverage: Coverage::default(), made: Vec::new() };
        for blob in blobs.iter().take_while(|_| !self.watch.is_stopped()) {
            let id = &self.history.blobs[*blob as usize];
            let content =
                objects.read(id).and_then(|content| content.with_context(|| format!("object {id} is missing")));
            match content {
                Ok(text) => {
                    self.count(&self.version(*blob, &Version { number: None, text: &text, base: None }), &mut read);
                }
                Err(error) => {
                    let path = self.history.paths[self.places.of_blob(*blob)[0].path as usize].clone();
                    read.coverage.unscanned.push(Unscanned { path, reason: format!("{error:#}") });
                }
            }
        }
        read
    }

    fn count(&self, kept: &Kept<'a, Made>, read: &mut Read<(Text, Vec<Made>)>) {
        self.watch.step(1);
        read.coverage.files += 1;
        let places = kept.places.iter().zip(&kept.made).filter(|(_, made)| !made.is_empty());
        read.made.extend(places.map(|(text, made)| (*text, made.clone())));
    }

    fn version(&self, blob: u32, version: &Version<Kept<'a, Made>>) -> Kept<'a, Made> {
        let places = self.places.of_blob(blob);
        let text = version.text;
        let is_plain = (text.len() as u64) < STREAMED && text::is_plain(text);
        let base = version.base.filter(|(kept, _)| is_plain && kept.is_plain);
        let made = places.iter().map(|place| {
            let known = base.and_then(|(kept, changed)| {
                let at = kept.places.iter().position(|of_base| of_base.path == place.path)?;
                Some((&kept.made[at], changed))
            });
            match known {
                Some((made, changed)) => self.changed(*place, text, made, changed),
                None => self.whole(*place, text),
            }
        });
        Kept { places, made: made.collect(), is_plain }
    }

    /// What the base has held and still stands there, and what the changed lines hold.
    fn changed(&self, place: Text, text: &[u8], of_base: &[Made], changed: &[std::ops::Range<usize>]) -> Vec<Made> {
        let mut made: Vec<Made> = of_base.iter().filter(|made| (self.stands)(made, text)).cloned().collect();
        let lines = delta::lines(text, changed);
        if !lines.is_empty() {
            let path = &self.history.paths[place.path as usize];
            hunk::split(path, &Origin::File, text, &lines).iter().for_each(|hunk| (self.judge)(hunk, &mut made));
        }
        made
    }

    fn whole(&self, place: Text, text: &[u8]) -> Vec<Made> {
        let mut made = Vec::new();
        let path = &self.history.paths[place.path as usize];
        let judged = pieces::whole(path, &Origin::File, text.to_vec(), &mut |hunk| {
            (self.judge)(&hunk, &mut made);
            Ok(())
        });
        judged.expect("judging does not fail, and nothing is read");
        made
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
    watch: &Watch,
    judge: &impl Fn(Hunk) -> Vec<Made>,
) -> Result<(Vec<Commit>, Vec<Row>, Read<Made>)> {
    let mut read = Read { coverage: Coverage::default(), made: Vec::new() };
    let (mut commits, mut changes) = (Vec::with_capacity(listed.len()), Vec::new());
    for (number, Listed { id, parents }) in (first..).zip(listed).take_while(|_| !watch.is_stopped()) {
        let mut commit = commit::read(objects, *id, parents.clone())?;
        let olds = commits::parent_trees(objects, &commit)?;
        match tree::made(objects, &olds, Some(commit.tree)) {
            Ok(made) => changes.extend(made.into_iter().map(|made| (number, made))),
            Err(error) => read.coverage.unscanned.push(commits::unscanned(&commit, &error)),
        }
        let message = std::mem::take(&mut commit.message);
        read.made.extend(judge(Hunk::whole(MESSAGE.to_vec(), Origin::Message(id.to_string()), message)));
        commits.push(commit);
        watch.step(1);
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
