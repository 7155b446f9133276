//! Objects by id, from whichever side can read them.

use std::cell::RefCell;
use std::rc::Rc;

use anyhow::{Context, Result, bail};

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

/// Where objects come from. The subprocess is started when it is first needed.
pub struct Objects {
    libgit2: Option<git2::Repository>,
    git: RefCell<Option<CatFile>>,
    recent: RefCell<Recent>,
}

impl Objects {
    pub fn libgit2(repository: git2::Repository) -> Self {
        Self { libgit2: Some(repository), git: RefCell::new(None), recent: RefCell::default() }
    }

    pub fn git() -> Self {
        Self { libgit2: None, git: RefCell::new(None), recent: RefCell::default() }
    }

    pub fn repository(&self) -> Option<&git2::Repository> {
        self.libgit2.as_ref()
    }

    /// An object's size in bytes, where it can be told without reading the object.
    pub fn size(&self, id: &Id) -> Option<u64> {
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
    pub fn recall(&self, id: &Id) -> Result<Option<Rc<Vec<u8>>>> {
        if let Some(content) = self.recent.borrow().get(id) {
            return Ok(Some(content));
        }
        let Some(content) = self.read(id)? else { return Ok(None) };
        let content = Rc::new(content);
        self.recent.borrow_mut().keep(*id, &content);
        Ok(Some(content))
    }

    /// The same, with what it is.
    ///
    /// # Errors
    /// As above.
    pub fn typed(&self, id: &Id) -> Result<Option<(Kind, Vec<u8>)>> {
        let Some(repository) = &self.libgit2 else { return self.with_git(|git| git.read(id)) };
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
