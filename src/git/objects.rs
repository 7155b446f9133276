//! Objects by id, from whichever side can read them.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use gix_object::Find as _;
use gix_odb::Header as _;

use super::Id;
use super::process::CatFile;
use super::recent::Recent;

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

impl Kind {
    /// By git's word for it.
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "commit" => Some(Self::Commit),
            "tree" => Some(Self::Tree),
            "blob" => Some(Self::Blob),
            "tag" => Some(Self::Tag),
            _ => None,
        }
    }
}

impl From<gix_object::Kind> for Kind {
    fn from(kind: gix_object::Kind) -> Self {
        match kind {
            gix_object::Kind::Commit => Self::Commit,
            gix_object::Kind::Tree => Self::Tree,
            gix_object::Kind::Blob => Self::Blob,
            gix_object::Kind::Tag => Self::Tag,
        }
    }
}

/// What came of asking for an object.
#[derive(Debug)]
pub enum Fetched<T> {
    /// It is not here.
    Missing,
    /// It is larger than what is to be held in memory at once.
    Large,
    Whole(T),
}

/// Where objects come from. The subprocess is started when it is first needed.
#[derive(Default)]
pub struct Objects {
    libgit2: Option<git2::Repository>,
    /// The files of single objects, where what is about to be committed lies: libgit2 takes twice as long for them.
    loose: Option<gix_odb::loose::Store>,
    store: Option<gix_odb::HandleArc>,
    git: RefCell<Option<CatFile>>,
    recent: RefCell<Recent>,
}

/// Where further threads find the objects of a repository.
#[derive(Clone)]
pub enum Source {
    /// In files that `gix-odb` reads, in any number of threads; libgit2 lets one at a time unpack.
    Store(Arc<gix_odb::Store>),
    /// Wherever git knows: a process for each thread.
    Git,
}

/// Bytes of delta bases that each thread keeps.
const BASES: usize = 64 * 1024 * 1024;

impl Objects {
    pub fn libgit2(repository: git2::Repository) -> Self {
        let folder = std::env::var_os("GIT_OBJECT_DIRECTORY").map(PathBuf::from);
        let folder = folder.unwrap_or_else(|| repository.commondir().join("objects"));
        let loose = gix_odb::loose::Store::at(folder, gix_hash::Kind::Sha1);
        Self { libgit2: Some(repository), loose: Some(loose), ..Self::default() }
    }

    /// For a thread of its own.
    pub fn of(source: &Source) -> Self {
        let Source::Store(store) = source else { return Self::default() };
        let mut handle = store.to_cache_arc();
        handle.refresh_never();
        let bases = || Box::new(gix_pack::cache::lru::MemoryCappedHashmap::new(BASES)) as Box<_>;
        Self { store: Some(handle.with_pack_cache(bases)), ..Self::default() }
    }

    pub fn repository(&self) -> Option<&git2::Repository> {
        self.libgit2.as_ref()
    }

    /// An object's size in bytes, where it can be told without reading the object.
    fn size(&self, id: &Id) -> Option<u64> {
        if let Some(store) = &self.store {
            return store.try_header(object_id(id).ok()?).ok()?.map(|header| header.size());
        }
        let loose = self.loose.as_ref().and_then(|loose| loose.try_header(object_id(id).ok()?).ok()?);
        if let Some((size, _)) = loose {
            return Some(size);
        }
        let odb = self.libgit2.as_ref()?.odb().ok()?;
        let (size, _) = odb.read_header(oid(id).ok()?).ok()?;
        Some(size as u64)
    }

    /// An object's content; none if it is not here.
    ///
    /// # Errors
    /// The object is there and cannot be read.
    pub fn read(&self, id: &Id) -> Result<Option<Vec<u8>>> {
        Ok(self.typed(id)?.map(|(_, content)| content))
    }

    /// The same for what is likely to be asked for again: it is kept, within bounds.
    ///
    /// # Errors
    /// As above.
    pub fn recall(&self, id: &Id) -> Result<Option<Rc<[u8]>>> {
        if let Some(content) = self.recent.borrow().get(id) {
            return Ok(Some(content));
        }
        let Some(content) = self.read(id)? else { return Ok(None) };
        let content: Rc<[u8]> = content.into();
        self.recent.borrow_mut().keep(*id, &content);
        Ok(Some(content))
    }

    /// The same, if it has not more than `most` bytes.
    ///
    /// # Errors
    /// As above.
    pub fn recall_up_to(&self, id: &Id, most: u64) -> Result<Fetched<Rc<[u8]>>> {
        if let Some(content) = self.recent.borrow().get(id) {
            return Ok(Fetched::Whole(content));
        }
        if self.store.is_some() || self.libgit2.is_some() {
            if self.size(id).is_some_and(|size| size > most) {
                return Ok(Fetched::Large);
            }
            return Ok(self.recall(id)?.map_or(Fetched::Missing, Fetched::Whole));
        }
        Ok(match self.with_git(|git| git.read(id, most))? {
            Fetched::Missing => Fetched::Missing,
            Fetched::Large => Fetched::Large,
            Fetched::Whole((_, content)) => {
                let content: Rc<[u8]> = content.into();
                self.recent.borrow_mut().keep(*id, &content);
                Fetched::Whole(content)
            }
        })
    }

    /// The same, with what it is.
    ///
    /// # Errors
    /// As above.
    pub fn typed(&self, id: &Id) -> Result<Option<(Kind, Vec<u8>)>> {
        if let Some(store) = &self.store {
            let mut buffer = Vec::new();
            let found = store.try_find(object_id(id)?, &mut buffer);
            let found = found.map_err(|error| anyhow::anyhow!("object {id} cannot be read: {error}"))?;
            return Ok(found.map(|object| (Kind::from(object.kind), object.data.to_vec())));
        }
        if let Some(found) = self.single(id) {
            return Ok(Some(found));
        }
        let Some(repository) = &self.libgit2 else {
            return Ok(match self.with_git(|git| git.read(id, u64::MAX))? {
                Fetched::Whole(found) => Some(found),
                Fetched::Missing | Fetched::Large => None,
            });
        };
        let odb = repository.odb()?;
        match odb.read(oid(id)?) {
            Ok(object) => {
                let kind = Kind::named(object.kind().str()).with_context(|| format!("object {id} has no type"))?;
                Ok(Some((kind, object.data().to_vec())))
            }
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => bail!("object {id} cannot be read: {}", error.message()),
        }
    }

    /// An object that has a file of its own. One that cannot be read is left to libgit2, which may find another copy.
    fn single(&self, id: &Id) -> Option<(Kind, Vec<u8>)> {
        let mut content = Vec::new();
        let kind = Kind::from(self.loose.as_ref()?.try_find(object_id(id).ok()?, &mut content).ok()??.kind);
        Some((kind, content))
    }

    /// Hands over an object's content in pieces; false if it is not here.
    ///
    /// # Errors
    /// Git could not be run, broke off, or `piece` failed.
    pub fn stream(&self, id: &Id, piece: impl FnMut(&[u8]) -> Result<()>) -> Result<bool> {
        self.with_git(|git| git.stream(id, piece))
    }

    fn with_git<T>(&self, act: impl FnOnce(&mut CatFile) -> Result<T>) -> Result<T> {
        let mut git = self.git.borrow_mut();
        if git.is_none() {
            *git = Some(CatFile::start()?);
        }
        act(git.as_mut().context("it has just been started")?)
    }
}

/// libgit2's form of an id.
pub fn oid(id: &Id) -> Result<git2::Oid> {
    git2::Oid::from_bytes(id.as_bytes()).with_context(|| format!("{id} is not a sha1 id"))
}

/// The form that `gix-odb` has of an id.
fn object_id(id: &Id) -> Result<&gix_hash::oid> {
    gix_hash::oid::try_from_bytes(id.as_bytes()).map_err(|_| anyhow::anyhow!("{id} is not a sha1 id"))
}
