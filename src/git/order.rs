//! The order in which objects lie in packs: read like that, each is a small difference to one that was just read.

use std::collections::HashMap;
use std::path::Path;

use super::Id;

/// Where each packed object lies: the number of its pack, and the offset in it. What is not packed is not listed.
///
/// A pack that cannot be read here is left out: the order only makes reading faster.
pub fn of(objects: &Path) -> HashMap<Id, (usize, u64)> {
    let mut places = HashMap::new();
    let here = std::env::current_dir().unwrap_or_default();
    let mut folders = gix_odb::alternate::resolve(objects.to_owned(), &here).unwrap_or_default();
    folders.insert(0, objects.to_owned());
    let packs = folders.iter().filter_map(|folder| folder.join("pack").read_dir().ok()).flatten().flatten();
    let indices = packs.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "idx"));
    let readable = indices.filter_map(|path| gix_pack::index::File::at(path, gix_hash::Kind::Sha1).ok());
    for (pack, index) in readable.enumerate() {
        let entries = index.iter().filter_map(|entry| Some((Id::from_bytes(entry.oid.as_bytes())?, entry.pack_offset)));
        for (id, offset) in entries {
            places.entry(id).or_insert((pack, offset));
        }
    }
    places
}
