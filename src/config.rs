//! `.keystop.toml`: what a project has decided about its keys.

mod placement;

pub use placement::{Placement, Store};

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use globset::{Glob, GlobSet, GlobSetBuilder};
use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;

use crate::rules::syntax::KeyForm;
use crate::rules::{self, Prefilter, Rule, Severity};

/// The file's name, at the top of the work tree.
pub const FILE: &str = ".keystop.toml";
/// Provider of the rules that a configuration brings.
pub const CUSTOM: &str = "custom";

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigForm {
    #[serde(default)]
    allow: Vec<AllowForm>,
    #[serde(default)]
    disable: Vec<DisableForm>,
    #[serde(default)]
    rule: Vec<KeyForm>,
    #[serde(default)]
    store: Placement,
    message_footer: Option<String>,
    stop_from: Option<Severity>,
}

/// Matches that are not secrets, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowForm {
    reason: String,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    fingerprints: Vec<String>,
    #[serde(default)]
    rules: Vec<String>,
}

/// A rule that is switched off, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DisableForm {
    rule: String,
    reason: String,
}

/// The decisions, ready to be asked.
#[derive(Default)]
pub struct Config {
    pub allow: Vec<Allow>,
    /// Ids of rules that are switched off.
    pub disabled: Vec<String>,
    pub forms: Vec<KeyForm>,
    pub rules: Vec<Rule>,
    pub prefilter: Option<Prefilter>,
    pub placement: Placement,
    /// What the team adds to what is said: whom to tell, where its process is written.
    pub message_footer: Option<String>,
    /// Keys of a lower severity are told and stop nothing.
    pub stop_from: Option<Severity>,
}

/// One entry of the allowlist. What it does not name, it does not limit.
pub struct Allow {
    pub reason: String,
    pub paths: Option<GlobSet>,
    pub values: Vec<Regex>,
    pub fingerprints: Vec<String>,
    pub rules: Vec<String>,
}

impl Config {
    /// The configuration that holds in `folder`: of the nearest folder upwards that has one, up to the work tree's top.
    ///
    /// # Errors
    /// The file is there and is not right: one line that names it and what is wrong.
    pub fn find(folder: &Path) -> Result<Self> {
        for folder in folder.ancestors() {
            let file = folder.join(FILE);
            match std::fs::read_to_string(&file) {
                Ok(source) => return Self::parse(&source, &file),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", file.display())),
            }
            if folder.join(".git").exists() {
                break;
            }
        }
        Ok(Self::default())
    }

    fn parse(source: &str, file: &Path) -> Result<Self> {
        let form: ConfigForm = toml::from_str(source).map_err(|error| explain(&error, source, file))?;
        Self::check(form).map_err(|why| anyhow!("`{}`: {why:#}", file.display()))
    }

    fn check(form: ConfigForm) -> Result<Self> {
        let mut config = Self { disabled: Vec::new(), ..Self::default() };
        let mut needles = Vec::new();
        for rule in &form.rule {
            let index = u16::try_from(config.rules.len()).context("too many rules")?;
            let known = known_rule(&rule.id) || config.rules.iter().any(|other| *other.id == *rule.id);
            if known {
                bail!("rule `{}`: there is a rule of this id already", rule.id);
            }
            let compiled = Rule::compile(rule, CUSTOM, false, index).and_then(|compiled| {
                let size = RegexBuilder::new(compiled.0.shape.regex()).unicode(false).build();
                size.map(|_| compiled).map_err(|error| error.to_string().replace('\n', " "))
            });
            let (rule, woken_by) = compiled.map_err(|why| anyhow!("rule `{}`: {why}", rule.id))?;
            config.rules.push(rule);
            needles.extend(woken_by);
        }
        config.prefilter = (!config.rules.is_empty()).then(|| Prefilter::build(needles));
        let is_rule = |id: &str| known_rule(id) || config.rules.iter().any(|rule| *rule.id == *id);
        for entry in form.disable {
            if entry.reason.trim().is_empty() {
                bail!("`{}` is switched off without a reason", entry.rule);
            }
            if !is_rule(&entry.rule) {
                bail!("there is no rule `{}`{}", entry.rule, nearest(&entry.rule, all_rules()));
            }
            config.disabled.push(entry.rule);
        }
        for (number, entry) in form.allow.into_iter().enumerate() {
            let checked = allow(entry, &is_rule);
            config.allow.push(checked.with_context(|| format!("allow {}", number + 1))?);
        }
        config.forms = form.rule;
        config.placement = form.store;
        config.message_footer = form.message_footer;
        config.stop_from = form.stop_from;
        Ok(config)
    }
}

fn allow(form: AllowForm, is_rule: &dyn Fn(&str) -> bool) -> Result<Allow> {
    if form.reason.trim().is_empty() {
        bail!("`reason` is empty");
    }
    if form.paths.is_empty() && form.values.is_empty() && form.fingerprints.is_empty() {
        bail!("name `paths`, `values` or `fingerprints`: an entry without them would allow everything");
    }
    if let Some(unknown) = form.rules.iter().find(|id| !is_rule(id)) {
        bail!("there is no rule `{unknown}`{}", nearest(unknown, all_rules()));
    }
    let mut paths = GlobSetBuilder::new();
    for pattern in &form.paths {
        paths.add(Glob::new(pattern).map_err(|error| anyhow!("`{pattern}` is not a glob: {}", error.kind()))?);
    }
    let values = form.values.iter().map(|value| anchored(value)).collect::<Result<_>>()?;
    Ok(Allow {
        reason: form.reason,
        paths: if form.paths.is_empty() { None } else { Some(paths.build()?) },
        values,
        fingerprints: form.fingerprints,
        rules: form.rules,
    })
}

/// A value pattern speaks of the whole secret, or it would let through what merely contains it.
fn anchored(value: &str) -> Result<Regex> {
    rules::literal::parse(value).map_err(|why| anyhow!("one of `values`: {why}"))?;
    Ok(RegexBuilder::new(&format!("^(?:{value})$")).unicode(false).build()?)
}

fn known_rule(id: &str) -> bool {
    rules::builtin().0.iter().any(|rule| *rule.id == *id)
}

fn all_rules() -> impl Iterator<Item = &'static str> {
    rules::builtin().0.iter().map(|rule| &*rule.id)
}

/// `: did you mean ...?`, where something is near enough.
pub fn nearest<'a>(word: &str, among: impl Iterator<Item = &'a str>) -> String {
    let best = among.map(|other| (strsim::damerau_levenshtein(word, other), other)).min();
    best.filter(|(distance, _)| *distance <= 2 + word.len() / 4)
        .map_or_else(String::new, |(_, other)| format!("; did you mean `{other}`?"))
}

/// The parser's message on one line, with the file, the line and the nearest name.
fn explain(error: &toml::de::Error, source: &str, file: &Path) -> anyhow::Error {
    let line = error.span().map_or(1, |span| source[..span.start.min(source.len())].matches('\n').count() + 1);
    let said = error.message().replace('\n', " ");
    let mut names = said.split('`').skip(1).step_by(2);
    let hint = match (said.split(' ').nth(1), names.next()) {
        (Some("field"), Some(unknown)) if said.starts_with("unknown") => nearest(unknown, names),
        (Some("variant"), _) => {
            said.split_once(", expected one of ").map_or(String::new(), |(_, all)| format!("; one of {all}"))
        }
        _ => String::new(),
    };
    let said = said.split(", expected").next().unwrap_or(&said);
    anyhow!("`{}` line {line}: {said}{hint}", file.display())
}

/// The file that holds in `folder`, there or not: the nearest one upwards, else the one at the top of the work tree.
pub fn home(folder: &Path) -> PathBuf {
    let is_top = |folder: &&Path| folder.join(".git").exists();
    let top = folder.ancestors().find(is_top).unwrap_or(folder);
    let found = folder.ancestors().take_while(|below| below.starts_with(top)).find(|folder| folder.join(FILE).exists());
    found.unwrap_or(top).join(FILE)
}

/// Adds an entry to the allowlist of `file`; the file is checked as a whole before it replaces the old one.
///
/// # Errors
/// The file is not right, before or after, or cannot be written. Then nothing has changed.
pub fn allow_fingerprint(file: &Path, fingerprint: &str, reason: &str) -> Result<()> {
    let mut source = match std::fs::read_to_string(file) {
        Ok(source) => source,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", file.display())),
    };
    if !source.is_empty() {
        source.push_str(if source.ends_with('\n') { "\n" } else { "\n\n" });
    }
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    source.push_str(&format!("[[allow]]\nfingerprints = [{}]\nreason = {}\n", quoted(fingerprint), quoted(reason)));
    Config::parse(&source, file)?;
    let beside = file.with_extension("toml.new");
    std::fs::write(&beside, source)
        .and_then(|()| std::fs::rename(&beside, file))
        .with_context(|| format!("cannot write `{}`", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(source: &str) -> String {
        Config::parse(source, Path::new(FILE)).err().map(|error| format!("{error:#}")).unwrap_or_default()
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        assert_eq!(fault("[[alow]]\n"), "`.keystop.toml` line 1: unknown field `alow`; did you mean `allow`?");
        assert!(
            fault("\n[[allow]]\nreason = 'x'\npath = ['a']\n")
                .contains("line 4: unknown field `path`; did you mean `paths`?")
        );
        assert!(fault("[[allow]]\nreason = 'x'\n").contains("would allow everything"));
        assert!(fault("[[disable]]\nrule = 'no-such'\nreason = 'x'\n").contains("there is no rule `no-such`"));
    }

    #[test]
    fn custom_rules_are_held_to_the_same_checks() {
        let rule =
            |regex: &str| fault(&format!("[[rule]]\nid='acme-key'\nname='Acme'\nseverity='high'\nregex='{regex}'\n"));
        assert_eq!(rule(r"\b(acme_[0-9a-f]{32})\b"), "");
        assert!(rule(r"\bacme_[0-9a-f]{32}\b").contains("has 0 capture groups"));
        assert!(rule(r"\b([0-9a-f]{32})\b").contains("name `keywords`"));
        assert!(rule(r"\b(acme_[0-9a-f{32})\b").contains("is not a regex"));
    }

    #[test]
    fn a_value_pattern_speaks_of_the_whole_secret() {
        let config = Config::parse("[[allow]]\nreason='t'\nvalues=['false']\n", Path::new(FILE)).unwrap();
        assert!(config.allow[0].values[0].is_match(b"false"));
        assert!(!config.allow[0].values[0].is_match(b"x7falseK2"));
    }
}
