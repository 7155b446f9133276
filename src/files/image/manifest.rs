//! The images of `manifest.json`, as docker saves them, and of `index.json`, as the OCI lays them out.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::inside;
use super::store::Store;

/// Images in an archive, at most.
const MOST_IMAGES: usize = 100;

/// An image: its configuration, and where its layers are.
pub struct Image {
    pub config: Value,
    /// What tells it from the others beside it; empty if it is the only one.
    pub label: String,
    pub layers: Vec<String>,
}

impl Image {
    /// The layer's digest as `docker inspect` tells it: of its content, however it is packed.
    pub fn digest(&self, at: usize) -> String {
        let told = self.config["rootfs"]["diff_ids"].as_array().filter(|ids| ids.len() == self.layers.len());
        let told = told.and_then(|ids| ids[at].as_str()).map(str::to_owned);
        told.or_else(|| Some(format!("sha256:{}", self.layers[at].strip_prefix("blobs/sha256/")?))).unwrap_or_default()
    }

    /// What the content has to be, where the name of its file does not tell.
    pub fn unpacked_digest(&self, at: usize) -> Option<String> {
        let digest = self.digest(at);
        digest.strip_prefix("sha256:").filter(|_| !self.layers[at].starts_with("blobs/")).map(str::to_owned)
    }

    /// Each instruction, and whether it made a layer.
    pub fn instructions(&self) -> impl Iterator<Item = (&str, bool)> {
        let history = self.config["history"].as_array().map_or(&[][..], Vec::as_slice);
        history.iter().map(|entry| {
            let text = entry["created_by"].as_str().unwrap_or_default();
            let text = text.strip_prefix("/bin/sh -c #(nop)").unwrap_or(text).trim();
            (text, entry["empty_layer"].as_bool() != Some(true))
        })
    }

    /// The instruction that made a layer, where as many of them are told as there are layers.
    pub fn instruction(&self, at: usize) -> Option<&str> {
        let made: Vec<&str> = self.instructions().filter(|(_, makes)| *makes).map(|(text, _)| text).collect();
        (made.len() == self.layers.len()).then(|| made[at])
    }
}

/// Every image of a store; a manifest or a configuration that cannot be read is told.
///
/// # Errors
/// It is no image.
pub fn images(store: &Store, name: &[u8], unreadable: &mut Vec<(Vec<u8>, String)>) -> Result<Vec<Image>> {
    let mut images = Vec::new();
    let by_docker = store.holds("manifest.json");
    if by_docker {
        for entry in list(&store.json("manifest.json")?) {
            let config = entry["Config"].as_str().context("`manifest.json` names no configuration")?;
            let layers = list(&entry["Layers"]).iter().filter_map(Value::as_str).map(str::to_owned).collect();
            let tag = list(&entry["RepoTags"]).first().and_then(Value::as_str).unwrap_or_default().to_owned();
            images.push(Image { config: store.json(config)?, label: tag, layers });
        }
    } else if !store.holds("index.json") {
        bail!("it is no image: neither `manifest.json` nor `index.json` is there");
    }
    let mut indices = if store.holds("index.json") { vec![store.json("index.json")?] } else { Vec::new() };
    while let Some(index) = indices.pop() {
        for descriptor in list(&index["manifests"]) {
            if images.len() + indices.len() > MOST_IMAGES {
                bail!("it holds more than {MOST_IMAGES} images");
            }
            let path = blob(descriptor)?;
            // Docker names every platform and saves the ones that are here, which it lists.
            if by_docker && !store.holds(&path) {
                continue;
            }
            match described(store, &path) {
                Ok(Described::Index(inner)) => indices.push(inner),
                Ok(Described::Image(image)) if images.iter().any(|known| known.layers == image.layers) => {}
                Ok(Described::Image(image)) => images.push(image),
                Err(error) => unreadable.push((inside(name, path.as_bytes()), format!("{error:#}"))),
            }
        }
    }
    if images.len() == 1 {
        images[0].label.clear();
    }
    Ok(images)
}

enum Described {
    Index(Value),
    Image(Image),
}

fn described(store: &Store, path: &str) -> Result<Described> {
    let manifest = store.json(path)?;
    if manifest["manifests"].is_array() {
        return Ok(Described::Index(manifest));
    }
    let config = store.json(&blob(&manifest["config"])?)?;
    let layers = list(&manifest["layers"]).iter().map(blob).collect::<Result<_>>()?;
    let platform = |field: &str| config[field].as_str().unwrap_or("unknown").to_owned();
    let label = format!("{}/{}", platform("os"), platform("architecture"));
    Ok(Described::Image(Image { config, label, layers }))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Where the blob of a descriptor lies.
fn blob(descriptor: &Value) -> Result<String> {
    let digest = descriptor["digest"].as_str().and_then(|digest| digest.split_once(':'));
    let (algorithm, hash) = digest.context("a descriptor has no digest")?;
    Ok(format!("blobs/{algorithm}/{hash}"))
}
