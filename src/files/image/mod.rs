//! Container images as files: `docker save` and OCI layouts, layer by layer, with what later layers delete.

mod config;
mod manifest;
mod store;
mod tree;

use std::collections::HashSet;
use std::io::{self, Cursor, Read as _};
use std::path::Path;

use anyhow::Result;

use super::Read;
use super::archive::{Opening, inside, resolved};
use super::budget::Budget;
use super::format::{Format, HEAD};
use crate::finding::Finding;
use crate::hunk::{Hunk, Layer, Origin, Part};
use crate::workers::Workers;
use manifest::Image;
use store::Store;
use tree::Tree;

/// What becomes of a text of an image.
pub struct Judge<'j, Made> {
    pub judge: &'j (dyn Fn(Hunk) -> Vec<Made> + Sync),
    pub finding: fn(&mut Made) -> &mut Finding,
    /// Makes an instruction fit to be shown: it may hold the key.
    pub shown: &'j (dyn Fn(&str) -> String + Sync),
}

/// Judges everything that an image holds: a file or a folder, else what docker or podman know by that name.
///
/// # Errors
/// It is no image. A part of it that is damaged or missing is told.
pub fn read<Made: Send>(image: &Path, workers: &Workers, judge: &Judge<Made>) -> Result<(Read, Vec<Made>)> {
    let told = |error: anyhow::Error| error.context(format!("cannot read the image `{}`", image.display()));
    let store = Store::open(image, &workers.watch).map_err(told)?;
    // The folder one stands in has no other name.
    let name = Some(super::name(image)).filter(|name| !name.is_empty()).unwrap_or_else(|| b".".to_vec());
    let (mut read, mut made) = (Read::default(), Vec::new());
    let images = manifest::images(&store, &name, &mut read.unreadable).map_err(told)?;
    images.iter().for_each(|image| made.extend(config::judge(image, &name, judge)));
    read.files += images.len();
    let mut known = HashSet::new();
    let layers: Vec<(&Image, usize)> = images
        .iter()
        .flat_map(|image| (0..image.layers.len()).map(move |at| (image, at)))
        // A layer that images share is read with the first one.
        .filter(|(image, at)| known.insert(image.layers[*at].as_str()))
        .collect();
    workers.watch.begin("layers", layers.len());
    let one = |(): &mut (), item: usize| {
        let (image, at) = layers[item];
        let layer = layer(&store, image, at, &name, workers, judge);
        workers.watch.step(1);
        Ok(layer)
    };
    let mut done = workers.map(layers.len(), || (), one)?;
    let trees: Vec<Tree> = done.iter_mut().map(|(_, _, tree)| std::mem::take(tree)).collect();
    for (item, (of_layer, texts, _)) in done.into_iter().enumerate() {
        let (image, _) = layers[item];
        // Layers of an image follow each other.
        let later = layers.iter().zip(&trees).skip(item + 1).take_while(|((other, _), _)| std::ptr::eq(*other, image));
        let later: Vec<(usize, &Tree)> = later.map(|((_, at), tree)| (at + 1, tree)).collect();
        read.files += of_layer.files;
        read.unreadable.extend(of_layer.unreadable);
        made.extend(texts.into_iter().map(|mut made| {
            let found = (judge.finding)(&mut made);
            let gone = tree::gone(found.path.get(name.len() + 2..).unwrap_or_default(), &later);
            if let Origin::Image(Part { layer: Some(layer), .. }) = &mut found.origin {
                layer.gone = gone;
            }
            made
        }));
    }
    Ok((read, made))
}

/// The files of a layer; a failure is told under its number.
fn layer<Made>(
    store: &Store,
    image: &Image,
    at: usize,
    name: &[u8],
    workers: &Workers,
    judge: &Judge<Made>,
) -> (Read, Vec<Made>, Tree) {
    let part = Part {
        image: image.label.clone(),
        layer: Some(Layer { number: at + 1, of: image.layers.len(), digest: image.digest(at), gone: None }),
        instruction: image.instruction(at).map(judge.shown),
    };
    let (mut made, mut tree) = (Vec::new(), Tree::default());
    let mut act = |hunk| {
        made.extend((judge.judge)(hunk));
        Ok(())
    };
    let budget = Budget::of(store.size(&image.layers[at]), &workers.watch);
    let mut opening = Opening::new(Origin::Image(part), &budget, &mut act);
    let outcome = unpack(store, image, at, name, &mut opening, &mut tree);
    let failed = outcome.err().map(|error| (place(name, at), format!("{error:#}")));
    let (files, mut unreadable) = (opening.files, opening.unreadable);
    unreadable.extend(failed);
    (Read { files, unreadable }, made, tree)
}

/// What stands in a path's place for a layer as a whole.
fn place(name: &[u8], at: usize) -> Vec<u8> {
    inside(name, format!("layer {}", at + 1).as_bytes())
}

fn unpack(store: &Store, image: &Image, at: usize, name: &[u8], opening: &mut Opening, tree: &mut Tree) -> Result<()> {
    let mut blob = store.open_file(&image.layers[at])?;
    let mut head = Vec::new();
    (&mut blob).take(HEAD as u64).read_to_end(&mut head)?;
    let format = Format::of(&head);
    let mut whole = Cursor::new(head).chain(&mut blob);
    let unpacked: Box<dyn io::Read + '_> = match format {
        Some(format @ (Format::Gzip | Format::Xz | Format::Zstd)) => match format.decompress(&mut whole)? {
            Some(inner) => inner,
            None => return Ok(()),
        },
        _ => Box::new(&mut whole),
    };
    let mut unpacked = opening.bound(unpacked);
    let mut head = Vec::new();
    (&mut unpacked).take(HEAD as u64).read_to_end(&mut head)?;
    let is_tar = Format::of(&head) == Some(Format::Tar);
    let mut texts = store::Checked::new(Cursor::new(head).chain(unpacked), image.unpacked_digest(at));
    if is_tar {
        opening.tar_entries(&mut texts, |opening, entry_name, entry| {
            let path = resolved(b"", entry_name);
            tree.add(&path);
            opening.tar_entry(&inside(name, &path), entry, 0)
        })?;
    } else {
        // What is no layer of files: a statement about how it was built, or another kind of artifact.
        opening.entry(&place(name, at), &mut texts, 0)?;
    }
    // To the end, where digests are compared.
    io::copy(&mut texts, &mut io::sink())?;
    drop(texts);
    io::copy(&mut blob, &mut io::sink())?;
    Ok(())
}
