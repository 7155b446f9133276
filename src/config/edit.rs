//! Changes to `.keystop.toml`, each checked as a whole before it replaces the old file.

use std::path::Path;

use anyhow::{Context, Result};

use super::{Config, Layers, form};

/// Adds an entry to the allowlist of `file`.
///
/// # Errors
/// The file is not right, before or after, or cannot be written. Then nothing has changed.
pub fn allow_fingerprint(file: &Path, fingerprint: &str, reason: &str) -> Result<()> {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    add(file, &format!("[[allow]]\nfingerprints = [{}]\nreason = {}\n", quoted(fingerprint), quoted(reason)))
}

/// Adds entries to the end of `file`.
///
/// # Errors
/// The same.
pub fn add(file: &Path, entries: &str) -> Result<()> {
    let mut source = match std::fs::read_to_string(file) {
        Ok(source) => source,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", file.display())),
    };
    form::parse(&source, file)?;
    if !source.is_empty() {
        source.push_str(if source.ends_with('\n') { "\n" } else { "\n\n" });
    }
    source.push_str(entries);
    form::parse(&source, file)?;
    let beside = file.with_extension("toml.new");
    write(&beside, &source)?;
    let checked = Config::of(&Layers::only(beside.clone()));
    if let Err(error) = checked {
        std::fs::remove_file(&beside).with_context(|| format!("cannot remove `{}`", beside.display()))?;
        return Err(error);
    }
    std::fs::rename(&beside, file).with_context(|| format!("cannot write `{}`", file.display()))
}

/// Writes a file beside the old one, then puts it in its place.
pub fn replace(file: &Path, text: &str) -> Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    write(Path::new(&beside), text)?;
    std::fs::rename(&beside, file).with_context(|| format!("cannot write `{}`", file.display()))
}

fn write(file: &Path, text: &str) -> Result<()> {
    std::fs::write(file, text).with_context(|| format!("cannot write `{}`", file.display()))
}
