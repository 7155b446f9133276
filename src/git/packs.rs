//! The blobs of packs in the order in which each is a small difference to the one before.
//!
//! A pack stores most versions of a file as a delta to another one. Walked as the trees that these deltas form, each is
//! unpacked once, and what it does not share with its base is known without a comparison.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::rc::Rc;

use anyhow::{Context, Result, anyhow};
use gix_pack::data::entry::Header;

use super::{Id, delta};
use crate::pieces::STREAMED;

/// No node, no number.
const NONE: u32 = u32::MAX;

/// Trees of deltas.
#[derive(Default)]
pub struct Forest {
    packs: Vec<Pack>,
    /// The pack and the node of each tree's root.
    roots: Vec<(usize, u32)>,
}

/// A blob that was unpacked.
pub struct Version<'a, Kept> {
    /// The number that was given to it; none for a blob that only others are made of.
    pub number: Option<u32>,
    pub text: &'a [u8],
    /// What was kept of its base, and which bytes are not the base's.
    pub base: Option<(&'a Kept, &'a [Range<usize>])>,
}

/// What was kept of a blob, and its text.
type Base<Kept> = Rc<(Kept, Vec<u8>)>;

/// What each thread needs to unpack.
#[derive(Default)]
pub struct Unpacker(gix_zlib::Inflate);

impl Forest {
    /// The trees in which `wanted` stand, and the numbers of those that stand in none.
    ///
    /// A pack that cannot be read is left out: its blobs are read one by one, and that tells what is wrong.
    pub fn of(objects: &Path, wanted: &HashMap<Id, u32>) -> (Self, Vec<u32>) {
        let mut forest = Self::default();
        let mut left: HashMap<Id, u32> = wanted.clone();
        let here = std::env::current_dir().unwrap_or_default();
        let mut folders = gix_odb::alternate::resolve(objects.to_owned(), &here).unwrap_or_default();
        folders.insert(0, objects.to_owned());
        let files = folders.iter().filter_map(|folder| folder.join("pack").read_dir().ok()).flatten().flatten();
        let mut indices: Vec<_> =
            files.map(|entry| entry.path()).filter(|path| path.extension() == Some("idx".as_ref())).collect();
        indices.sort_unstable();
        for path in indices {
            let Ok((pack, roots)) = Pack::read(&path, &mut left) else { continue };
            forest.roots.extend(roots.into_iter().map(|root| (forest.packs.len(), root)));
            forest.packs.push(pack);
        }
        let mut left: Vec<u32> = left.into_values().collect();
        left.sort_unstable();
        (forest, left)
    }

    pub fn len(&self) -> usize {
        self.roots.len()
    }

    /// Hands over every blob of a tree after its base; what `visit` returns is kept for those that are made of it.
    ///
    /// # Errors
    /// The pack is damaged.
    pub fn walk<Kept>(
        &self,
        tree: usize,
        unpacker: &mut Unpacker,
        visit: &mut dyn FnMut(Version<Kept>) -> Kept,
    ) -> Result<()> {
        let (pack, root) = self.roots[tree];
        let pack = &self.packs[pack];
        // A base goes when the last blob that is made of it is there.
        let mut next: Vec<(u32, Option<Base<Kept>>)> = vec![(root, None)];
        while let Some((node, base)) = next.pop() {
            let raw = pack.raw(node, unpacker)?;
            let applied =
                base.as_ref().map(|base| delta::apply(&base.1, &raw).context("a delta is damaged")).transpose()?;
            let (text, changed) = applied.map_or((raw, Vec::new()), |applied| (applied.text, applied.changed));
            let number = Some(pack.numbers[node as usize]).filter(|number| *number != NONE);
            let kept_of_base = base.as_ref().map(|base| (&base.0, changed.as_slice()));
            let kept = visit(Version { number, text: &text, base: kept_of_base });
            let grown = Rc::new((kept, text));
            next.extend(pack.children(node).iter().rev().map(|child| (*child, Some(Rc::clone(&grown)))));
        }
        Ok(())
    }
}

/// A pack; nodes are its entries in the order of their offsets.
struct Pack {
    data: gix_pack::data::File<gix_pack::MMap>,
    offsets: Vec<u64>,
    numbers: Vec<u32>,
    /// For each node, where its children begin in `children`.
    firsts: Vec<u32>,
    children: Vec<u32>,
}

impl Pack {
    /// Reads where everything lies, and takes what is found in a tree out of `left`.
    fn read(path: &Path, left: &mut HashMap<Id, u32>) -> Result<(Self, Vec<u32>)> {
        let failed = |error| anyhow!("{}: {error}", path.display());
        let index = gix_pack::index::File::at(path, gix_hash::Kind::Sha1).map_err(failed)?;
        let data = gix_pack::data::File::at(path.with_extension("pack"), gix_hash::Kind::Sha1).map_err(failed)?;
        let mut entries: Vec<(u64, Option<Id>)> = index
            .iter()
            .map(|entry| (entry.pack_offset, Id::from_bytes(entry.oid.as_bytes()).filter(|id| left.contains_key(id))))
            .collect();
        entries.sort_unstable();
        let offsets: Vec<u64> = entries.iter().map(|(offset, _)| *offset).collect();
        let mut pack =
            Self { data, numbers: vec![NONE; offsets.len()], offsets, firsts: Vec::new(), children: Vec::new() };
        let wanted: Vec<u32> = (0..).zip(&entries).filter(|(_, (_, id))| id.is_some()).map(|(node, _)| node).collect();
        let roots = pack.grow(&wanted, &index)?;
        // What hangs on no root that can be read here stays with the others.
        let mut next = roots.clone();
        while let Some(node) = next.pop() {
            if let Some(number) = entries[node as usize].1.and_then(|id| left.remove(&id)) {
                pack.numbers[node as usize] = number;
            }
            next.extend(pack.children(node));
        }
        Ok((pack, roots))
    }

    /// Finds the trees of `wanted` by following each to its base; their roots.
    fn grow(&mut self, wanted: &[u32], index: &gix_pack::index::File) -> Result<Vec<u32>> {
        let mut seen = vec![false; self.offsets.len()];
        let (mut roots, mut edges) = (Vec::new(), Vec::new());
        for start in wanted {
            let mut node = *start;
            while !std::mem::replace(&mut seen[node as usize], true) {
                match self.base(node, index)? {
                    Found::Root => roots.push(node),
                    Found::Node(base) => {
                        edges.push((base, node));
                        node = base;
                    }
                    Found::Elsewhere => {}
                }
            }
        }
        edges.sort_unstable();
        roots.sort_unstable();
        let mut first = 0;
        for node in 0..self.offsets.len() {
            self.firsts.push(u32::try_from(first)?);
            first += edges[first..].iter().take_while(|(base, _)| *base as usize == node).count();
        }
        self.firsts.push(u32::try_from(first)?);
        self.children = edges.into_iter().map(|(_, child)| child).collect();
        Ok(roots)
    }

    fn base(&self, node: u32, index: &gix_pack::index::File) -> Result<Found> {
        let entry = self.entry(node)?;
        let offset = match entry.header {
            // Very large blobs are read in pieces, and not kept for others.
            Header::Blob if entry.decompressed_size < STREAMED => return Ok(Found::Root),
            Header::OfsDelta { base_distance } => entry.checked_base_pack_offset(base_distance),
            Header::RefDelta { base_id } => index.lookup(base_id).map(|at| index.pack_offset_at_index(at)),
            _ => None,
        };
        let base = offset.and_then(|offset| self.offsets.binary_search(&offset).ok());
        Ok(match base {
            Some(base) => Found::Node(u32::try_from(base)?),
            None => Found::Elsewhere,
        })
    }

    fn children(&self, node: u32) -> &[u32] {
        let node = node as usize;
        &self.children[self.firsts[node] as usize..self.firsts[node + 1] as usize]
    }

    fn entry(&self, node: u32) -> Result<gix_pack::data::Entry> {
        self.data.entry(self.offsets[node as usize]).map_err(|error| anyhow!("{}: {error}", self.data.path().display()))
    }

    /// A blob, or the delta that makes one.
    fn raw(&self, node: u32, unpacker: &mut Unpacker) -> Result<Vec<u8>> {
        let entry = self.entry(node)?;
        let mut raw = vec![0; usize::try_from(entry.decompressed_size)?];
        let outcome = self.data.decompress_entry(&entry, &mut unpacker.0, &mut raw);
        outcome.map_err(|error| anyhow!("{}: {error}", self.data.path().display()))?;
        Ok(raw)
    }
}

enum Found {
    /// It is stored whole.
    Root,
    Node(u32),
    /// In another pack, or too large.
    Elsewhere,
}
