//! The baseline: the keys that were there when keystop came, as salted hashes. Why they tell nothing: `docs/decisions.md`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use data_encoding::HEXLOWER_PERMISSIVE as HEX;
use serde::Deserialize;

use super::{Layer, Origin, edit};

/// The file's name where nothing else is said, beside the project's configuration.
pub const FILE: &str = ".keystop.baseline";

const HEAD: &str = "\
# Keys that were in this repository when keystop came: the hooks let them through, and no other.
# Written by `keystop baseline`. Each is a slow, salted hash of the key, and the rule that found it.
";

/// What is accepted.
#[derive(Default)]
pub struct Baseline {
    pub file: PathBuf,
    pub origin: Origin,
    pub salt: Vec<u8>,
    /// The rule that found it, by the hash of the key.
    pub accepted: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    salt: String,
    accepted: BTreeMap<String, String>,
}

impl Baseline {
    /// The file that was settled on; one that is not there accepts nothing.
    pub fn read((file, origin): &(PathBuf, Origin)) -> Result<Self> {
        let empty = Self { file: file.clone(), origin: origin.clone(), ..Self::default() };
        if file.as_os_str().is_empty() || !file.exists() {
            return Ok(empty);
        }
        let source = std::fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))?;
        let broken = || anyhow!("`{}` is not a baseline: keystop baseline writes a new one", file.display());
        let form: Form = toml::from_str(&source).map_err(|_| broken())?;
        let salt = HEX.decode(form.salt.as_bytes()).map_err(|_| broken())?;
        if salt.len() < 16 {
            return Err(broken());
        }
        Ok(Self { salt, accepted: form.accepted, ..empty })
    }

    /// # Errors
    /// The system gives no random bytes.
    pub fn draw_salt(&mut self) -> Result<()> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(|error| anyhow!("no random bytes: {error}"))?;
        self.salt = salt.to_vec();
        Ok(())
    }

    /// # Errors
    /// The file cannot be written; then the old one is still there.
    pub fn write(&self) -> Result<()> {
        let mut text = format!("{HEAD}salt = \"{}\"\n\n[accepted]\n", HEX.encode(&self.salt));
        for (print, rule) in &self.accepted {
            text.push_str(&format!("{print} = {}\n", toml::Value::String(rule.clone())));
        }
        edit::replace(&self.file, &text)
    }
}

/// Where the baseline lies if nobody says anything else.
pub fn default_place(config: &Path) -> (PathBuf, Origin) {
    (config.with_file_name(FILE), Origin { layer: Layer::BuiltIn, place: "the default".to_owned() })
}
