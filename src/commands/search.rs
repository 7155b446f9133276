//! Where a secret stands in a repository: every object, every plain file of the git directories, every work tree.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::files::plain;
use crate::git::{self, Id, ObjectKind, Repository, Store, Trace};
use crate::remedy::forms::{Form, Forms};

/// An object that holds the secret, and where it stands.
pub struct Held {
    pub trace: Trace,
    pub form: Form,
}

/// Searches every object of a store; also tells how many there are.
///
/// # Errors
/// The store could not be read as a whole.
pub fn objects(store: &Store, forms: &Forms) -> Result<(usize, Vec<Held>)> {
    let mut count = 0;
    let mut hits: Vec<(Id, ObjectKind, Form)> = Vec::new();
    store.each_object(&mut |object| {
        count += 1;
        let mut stream = forms.stream();
        loop {
            let piece = object.content.fill_buf()?;
            if piece.is_empty() {
                break;
            }
            stream.take(piece);
            let len = piece.len();
            object.content.consume(len);
        }
        hits.extend(stream.finish().map(|form| (object.id, object.kind, form)));
        Ok(())
    })?;
    // In the order of ids, so that the same repository gives the same answer.
    hits.sort();
    let named: Vec<(Id, ObjectKind)> = hits.iter().map(|(id, kind, _)| (*id, *kind)).collect();
    let form = |id: Id| hits.iter().find(|(hit, ..)| *hit == id).map_or(Form::Exact, |(.., form)| *form);
    let traces = git::trace(store, &named)?.into_iter();
    Ok((count, traces.map(|trace| Held { form: form(trace.id), trace }).collect()))
}

/// A file that holds the secret.
pub struct File {
    pub path: PathBuf,
    pub form: Form,
}

/// What was searched beside the objects.
#[derive(Default)]
pub struct Files {
    pub read: usize,
    pub unreadable: Vec<(Vec<u8>, String)>,
    pub hits: Vec<File>,
    /// Compressed: what is in them was not searched.
    pub packed: Vec<PathBuf>,
}

impl Files {
    fn search(&mut self, root: &Path, forms: &Forms, enter: &mut dyn FnMut(&Path) -> bool) {
        let read = plain::each(root, enter, &mut |path, pieces| {
            let mut stream = forms.stream();
            let mut packed = None;
            pieces.for_each(|piece| {
                packed.get_or_insert_with(|| is_packed(piece));
                stream.take(piece);
            });
            // Folders have names too.
            let name = path.strip_prefix(root).unwrap_or(path).as_os_str().as_encoded_bytes();
            let form = stream.finish().or_else(|| forms.find(name));
            if form.is_none() && packed == Some(true) {
                self.packed.push(path.to_owned());
            }
            self.hits.extend(form.map(|form| File { path: path.to_owned(), form }));
        });
        self.read += read.files;
        self.unreadable.extend(read.unreadable);
    }
}

/// The ground of one repository: its own git directory, its work trees, and what is nested in them.
pub struct Ground {
    pub git_dirs: BTreeSet<PathBuf>,
    pub work_trees: Vec<PathBuf>,
    common_dir: PathBuf,
}

impl Ground {
    /// # Errors
    /// Git could not be run, or a folder is gone.
    pub fn of(repository: &Repository) -> Result<Self> {
        let common_dir = repository.common_dir().canonicalize()?;
        let work_trees = git::work_trees()?;
        let mut git_dirs = BTreeSet::from([common_dir.clone()]);
        nested_in(&common_dir.join("modules"), &mut git_dirs);
        Ok(Self { git_dirs, work_trees, common_dir })
    }

    /// The files of all work trees, ignored ones too; repositories met on the way join the ground.
    pub fn work_tree_files(&mut self, forms: &Forms) -> Files {
        let mut files = Files::default();
        for top in self.work_trees.clone() {
            let git_dirs = &mut self.git_dirs;
            files.search(&top, forms, &mut |path| {
                let is_git = path.file_name().is_some_and(|name| name == ".git");
                if is_git {
                    git_dirs.extend(git_dir_at(path));
                }
                !is_git
            });
        }
        files
    }

    /// The plain files of all git directories: logs, messages, rerere, lost-found. Objects are compressed.
    pub fn git_dir_files(&self, forms: &Forms) -> Files {
        let mut files = Files::default();
        let outermost =
            self.git_dirs.iter().filter(|dir| !dir.starts_with(&self.common_dir) || **dir == self.common_dir);
        for dir in outermost {
            files.search(dir, forms, &mut |path| {
                let store = path.file_name().is_some_and(|name| name == "objects");
                !(store && path.with_file_name("HEAD").exists())
            });
        }
        files
    }

    /// What a git that was cut off has left among the objects: no git reads it, and it can hold anything.
    pub fn leftovers(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for objects in self.git_dirs.iter().map(|dir| dir.join("objects")) {
            let folders = fs::read_dir(&objects).into_iter().flatten().flatten().map(|entry| entry.path());
            for folder in folders.chain([objects.clone()]) {
                let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
                found.extend(files.filter(|file| file.is_file() && is_leftover(file)));
            }
        }
        found
    }

    /// The object stores, the repository's own first.
    pub fn stores(&self) -> Vec<(PathBuf, Store)> {
        let own = (self.common_dir.clone(), Store::Here);
        let others = self.git_dirs.iter().filter(|dir| **dir != self.common_dir);
        std::iter::once(own).chain(others.map(|dir| (dir.clone(), Store::At(dir.clone())))).collect()
    }
}

fn is_leftover(file: &Path) -> bool {
    let temporary = file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"tmp_"));
    let pack = file.extension().is_some_and(|ending| ending == "pack");
    temporary || (pack && !file.with_extension("idx").exists())
}

/// Whether a file begins as archives, compressed files and git's bundles do.
fn is_packed(start: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 8] =
        [b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf", b"PACK", b"# v"];
    let bundle = |beginning: &[u8]| beginning != b"# v" || memchr::memmem::find(start, b" git bundle\n").is_some();
    BEGINNINGS.iter().any(|beginning| start.starts_with(beginning) && bundle(beginning))
}

fn is_git_dir(folder: &Path) -> bool {
    folder.join("HEAD").is_file() && folder.join("objects").is_dir()
}

/// Git directories below a folder: submodules can have submodules.
fn nested_in(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if is_git_dir(&path) {
            nested_in(&path.join("modules"), found);
            found.insert(path);
        } else if path.is_dir() {
            nested_in(&path, found);
        }
    }
}

/// The git directory that a `.git` stands for: itself, or the one that it names.
fn git_dir_at(path: &Path) -> Option<PathBuf> {
    let named =
        fs::read_to_string(path).ok().and_then(|text| Some(PathBuf::from(text.strip_prefix("gitdir:")?.trim())));
    let dir = named.map_or_else(|| path.to_owned(), |dir| path.with_file_name("").join(dir));
    dir.canonicalize().ok().filter(|dir| is_git_dir(dir))
}
