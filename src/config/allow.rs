//! One entry of the allowlist, checked.

use anyhow::{Result, anyhow, bail};
use globset::{Glob, GlobSet, GlobSetBuilder};
use regex::bytes::{Regex, RegexBuilder};

use super::form::{AllowForm, Day};
use crate::rules;
use crate::text;

/// One entry of the allowlist. What it does not name, it does not limit.
pub struct Allow {
    pub reason: String,
    pub who: Option<String>,
    /// The last day on which it allows anything.
    pub expires: Option<Day>,
    pub expired: bool,
    pub globs: Vec<String>,
    pub paths: Option<GlobSet>,
    pub values: Vec<Regex>,
    pub fingerprints: Vec<String>,
    pub rules: Vec<String>,
}

impl Allow {
    pub fn check(form: AllowForm) -> Result<Self> {
        if form.reason.trim().is_empty() {
            bail!("`reason` is empty");
        }
        if form.paths.is_empty() && form.values.is_empty() && form.fingerprints.is_empty() {
            bail!("name `paths`, `values` or `fingerprints`: an entry without them would allow everything");
        }
        let mut paths = GlobSetBuilder::new();
        for pattern in &form.paths {
            // What was written is not repeated: it could be anything.
            let glob = Glob::new(pattern).map_err(|error| anyhow!("one of `paths` is not a glob: {}", error.kind()))?;
            paths.add(glob);
        }
        Ok(Self {
            expired: form.expires.as_ref().is_some_and(|day| *day < Day(text::today())),
            reason: form.reason,
            who: form.who,
            expires: form.expires,
            paths: if form.paths.is_empty() { None } else { Some(paths.build()?) },
            globs: form.paths,
            values: form.values.iter().map(|value| anchored(value)).collect::<Result<_>>()?,
            fingerprints: form.fingerprints,
            rules: form.rules,
        })
    }
}

/// A value pattern speaks of the whole secret, or it would let through what merely contains it.
fn anchored(value: &str) -> Result<Regex> {
    rules::literal::parse(value).map_err(|why| anyhow!("one of `values`: {why}"))?;
    Ok(RegexBuilder::new(&format!("^(?:{value})$")).unicode(false).build()?)
}
