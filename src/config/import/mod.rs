//! Configurations of other tools, in keystop's terms: what can be said is taken over, what cannot is named.

mod detect_secrets;
mod gitguardian;
mod gitleaks;
mod gitleaksignore;
mod globs;
mod pattern;
mod secretlint;
mod values;
mod yaml;

use std::path::Path;

use anyhow::{Result, bail};
use toml::Value;

use crate::secret::Secret;

/// What another tool's file says.
#[derive(Default)]
pub struct Imported {
    pub allow: Vec<Entry>,
    /// Rules that are switched off, and why.
    pub disable: Vec<(String, String)>,
    pub rules: Vec<Rule>,
    /// Keys that are written out in the file: they are accepted by their hash and never copied.
    pub keys: Vec<Secret>,
    /// Places whose keys were accepted.
    pub places: Vec<Place>,
    /// What has no counterpart, a line each. Nothing of it is a value.
    pub left: Vec<String>,
}

/// An entry of the allowlist.
#[derive(Default)]
pub struct Entry {
    pub reason: String,
    pub paths: Vec<String>,
    pub values: Vec<String>,
    pub rules: Vec<String>,
}

/// A rule, as it would be written.
pub struct Rule {
    pub id: String,
    pub name: String,
    pub regex: String,
    pub keywords: Vec<String>,
    pub entropy: f64,
    pub paths: Vec<String>,
}

/// A line of a file as it lies in the work tree, or as a commit has it.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    pub commit: Option<String>,
    pub path: String,
    pub line: u32,
}

/// Reads a file of another tool, told by its name.
///
/// # Errors
/// The name is not known, or the content is not what its tool reads.
pub fn read(file: &Path, source: &str) -> Result<Imported> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let read = match &*name {
        ".gitleaksignore" => return Ok(gitleaksignore::read(source)),
        name if name.starts_with(".secretlintrc") => secretlint::read(source),
        name if name.starts_with(".gitguardian") => gitguardian::read(source),
        name if name.ends_with(".baseline") || name.ends_with(".json") => detect_secrets::read(source),
        name if name.ends_with(".toml") => gitleaks::read(source),
        _ => bail!("`{}` is not a file that can be told by its name", file.display()),
    };
    match read {
        Some(imported) => Ok(imported),
        // The parser's own words could repeat a key.
        None => bail!("`{}` is not what its tool reads", file.display()),
    }
}

impl Imported {
    fn leave(&mut self, what: impl Into<String>) {
        self.left.push(what.into());
    }

    fn allow(&mut self, entry: Entry) {
        if !entry.paths.is_empty() || !entry.values.is_empty() {
            self.allow.push(entry);
        }
    }

    /// Everything that goes into `.keystop.toml`.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        for entry in &self.allow {
            text.push_str(&format!("[[allow]]\nreason = {}\n", quoted(&entry.reason)));
            for (name, list) in [("paths", &entry.paths), ("values", &entry.values), ("rules", &entry.rules)] {
                text.push_str(&listed(name, list));
            }
            text.push('\n');
        }
        for (rule, reason) in &self.disable {
            text.push_str(&format!("[[disable]]\nrule = {}\nreason = {}\n\n", quoted(rule), quoted(reason)));
        }
        for rule in &self.rules {
            text.push_str(&rule.to_toml());
            text.push('\n');
        }
        text.truncate(text.trim_end().len());
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }
}

impl Rule {
    fn to_toml(&self) -> String {
        let (id, name, regex) = (quoted(&self.id), quoted(&self.name), quoted(&self.regex));
        let mut text = format!("[[rule]]\nid = {id}\nname = {name}\nseverity = \"high\"\nregex = {regex}\n");
        if self.entropy > 0.0 {
            text.push_str(&format!("entropy = {:?}\n", self.entropy));
        }
        text.push_str(&listed("keywords", &self.keywords));
        text.push_str(&listed("paths", &self.paths));
        text
    }
}

fn listed(name: &str, list: &[String]) -> String {
    match list {
        [] => String::new(),
        [one] => format!("{name} = [{}]\n", quoted(one)),
        many => {
            let lines: String = many.iter().map(|one| format!("    {},\n", quoted(one))).collect();
            format!("{name} = [\n{lines}]\n")
        }
    }
}

fn quoted(text: &str) -> String {
    // Line breaks in a name or a reason would only spread it over lines.
    Value::String(text.replace('\n', " ")).to_string()
}

/// A name that is safe to repeat: what another tool calls its rule.
fn shown(name: &str) -> &str {
    let plain = name.len() <= 80 && name.chars().all(|c| c.is_ascii_alphabetic() || "-_@/ .:".contains(c));
    if plain { name } else { "..." }
}

/// An id as keystop writes it.
fn slug(name: &str) -> String {
    let dashed: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    dashed.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}
