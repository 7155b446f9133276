//! `.keystop.toml` as it is written, and what is said when it is not right.

use std::path::Path;

use anyhow::{Result, anyhow};
use serde::{Deserialize, Deserializer, de};
use toml::Spanned;

use super::{Placement, names};
use crate::rules::Severity;
use crate::rules::syntax::KeyForm;

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigForm {
    pub baseline: Option<Spanned<String>>,
    pub store: Option<Spanned<Placement>>,
    pub message_footer: Option<Spanned<String>>,
    pub stop_from: Option<Spanned<Severity>>,
    #[serde(default)]
    pub allow: Vec<Spanned<AllowForm>>,
    #[serde(default)]
    pub disable: Vec<Spanned<DisableForm>>,
    #[serde(default)]
    pub rule: Vec<Spanned<KeyForm>>,
}

/// Matches that are not secrets, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowForm {
    pub reason: String,
    pub who: Option<String>,
    pub expires: Option<Day>,
    #[serde(default)]
    pub paths: Vec<String>,
    #[serde(default)]
    pub values: Vec<String>,
    #[serde(default)]
    pub fingerprints: Vec<String>,
    #[serde(default)]
    pub rules: Vec<String>,
}

/// A rule that is switched off, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisableForm {
    pub rule: String,
    pub reason: String,
}

/// A day, as `2026-12-31`: days compare as their texts do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub String);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match toml::Value::deserialize(deserializer)? {
            toml::Value::String(text) => text,
            toml::Value::Datetime(day) => day.to_string(),
            _ => String::new(),
        };
        let numbers: Vec<Option<u32>> = text.split('-').map(|part| part.parse().ok()).collect();
        match numbers.as_slice() {
            [Some(2000..=9999), Some(1..=12), Some(1..=31)] if text.len() == 10 => Ok(Self(text)),
            _ => Err(de::Error::custom("a day is written 2026-12-31")),
        }
    }
}

pub fn parse(source: &str, file: &Path) -> Result<ConfigForm> {
    toml::from_str(source).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(source, span.start));
        anyhow!("`{}` line {line}: {}", file.display(), retold(&error.message().replace('\n', " ")))
    })
}

/// The line of a place in a text, from 1.
pub fn line_of(source: &str, at: usize) -> usize {
    source[..at.min(source.len())].matches('\n').count() + 1
}

/// What the parser says, without what it repeats from the file.
fn retold(said: &str) -> String {
    let mut quoted = said.split('`').skip(1).step_by(2);
    match said.split('`').next() {
        Some("missing field ") => said.to_owned(),
        Some("unknown field ") => names::unknown("unknown field", quoted.next().unwrap_or_default(), quoted),
        Some("unknown variant ") => {
            let all = said.split_once(", expected one of ").map_or(String::new(), |(_, all)| format!("; one of {all}"));
            format!("unknown variant{all}")
        }
        _ => without_quotes(&without_quotes(said, '`'), '"'),
    }
}

/// Drops what stands in quotes, but for signs of the syntax.
fn without_quotes(said: &str, quote: char) -> String {
    let mut kept = String::new();
    for (number, part) in said.split(quote).enumerate() {
        match number % 2 {
            0 => kept.push_str(part),
            _ if part.len() <= 3 => kept.extend([&quote.to_string(), part, &quote.to_string()]),
            _ => kept.push_str("..."),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    const RULE: &str = "[[rule]]\nid = 'a'\nname = 'a'\nseverity = 'low'\n";
    const REMEDY: &str = "[rule.remedy]\nenv_var = 'A'\ncreate = 'a'\nrevoke = ['a']\nrevoke_url = 'a'\noverlap = 'a'\n\
                          certainty = 'known'\n";

    /// The names that the parser takes where this source has an unknown one.
    fn names(source: &str) -> BTreeSet<String> {
        let error = toml::from_str::<ConfigForm>(source).expect_err("the name is unknown");
        let said = error.message().to_owned();
        assert!(said.starts_with("unknown "), "{said}");
        said.split('`').skip(3).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn the_schema_for_editors_has_the_names_that_the_parser_has() {
        let schema: Value = serde_json::from_str(include_str!("../../docs/keystop.schema.json")).unwrap();
        let properties = |pointer: &str| -> BTreeSet<String> {
            let at = schema.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}"));
            match at {
                Value::Object(map) => map.keys().cloned().collect(),
                Value::Array(list) => list.iter().map(|name| name.as_str().unwrap().to_owned()).collect(),
                _ => panic!("{pointer} is no list"),
            }
        };
        let rule = "/definitions/rule/properties";
        for (source, pointer) in [
            ("zz = 1".to_owned(), "/properties".to_owned()),
            ("[[allow]]\nzz = 1".to_owned(), "/definitions/allow/properties".to_owned()),
            ("[store]\nzz = 1".to_owned(), "/definitions/store/properties".to_owned()),
            ("[store]\nuse = 'zz'".to_owned(), "/definitions/store/properties/use/enum".to_owned()),
            ("[[disable]]\nzz = 1".to_owned(), "/definitions/disable/properties".to_owned()),
            (format!("{RULE}zz = 1"), rule.to_owned()),
            (format!("{RULE}near = {{ zz = 1 }}"), format!("{rule}/near/properties")),
            (format!("{RULE}part = [{{ zz = 1 }}]"), format!("{rule}/part/items/properties")),
            (format!("{RULE}{REMEDY}zz = 1"), format!("{rule}/remedy/properties")),
            (format!("{RULE}{REMEDY}live = {{ zz = 1 }}"), format!("{rule}/remedy/properties/live/properties")),
            (format!("{RULE}checksum = 'zz'"), format!("{rule}/checksum/enum")),
            (format!("{RULE}structure = 'zz'"), format!("{rule}/structure/enum")),
            (format!("{RULE}assigned = 'zz'"), format!("{rule}/assigned/enum")),
            (format!("{RULE}confidence = 'zz'"), format!("{rule}/confidence/enum")),
            ("[[rule]]\nseverity = 'zz'".to_owned(), format!("{rule}/severity/enum")),
        ] {
            assert_eq!(names(&source), properties(&pointer), "{pointer}");
        }
    }
}
