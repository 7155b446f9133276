//! `.secretlintrc`: what its rules allow, which are off, and patterns of the project's own.

use serde_json::Value;

use super::{Entry, Imported, Rule, pattern, shown, slug, values, yaml};
use crate::rules;

const REASON: &str = "taken over from .secretlintrc";

pub fn read(source: &str) -> Option<Imported> {
    let root = yaml::read(source)?;
    let mut imported = Imported::default();
    read_rules(&mut imported, root.get("rules")?.as_array()?);
    for name in root.as_object()?.keys().filter(|name| *name != "rules") {
        imported.leave(format!("`{}`: secretlint has no such setting", shown(name)));
    }
    Some(imported)
}

fn read_rules(imported: &mut Imported, list: &[Value]) {
    for rule in list {
        let id = rule.get("id").and_then(Value::as_str).unwrap_or_default();
        let stem = id.rsplit("secretlint-rule-").next().unwrap_or_default();
        let own: Vec<String> = provider(stem);
        if rule.get("disabled") == Some(&Value::Bool(true)) {
            match own.as_slice() {
                [] => imported.leave(format!("`{}` is off there; keystop has no provider of this name", shown(stem))),
                own => imported.disable.extend(own.iter().map(|rule| (rule.clone(), REASON.to_owned()))),
            }
        }
        let messages = rule.get("allowMessageIds").map(yaml::texts).unwrap_or_default().len();
        if messages > 0 {
            imported.leave(format!("`{}`: {messages} kinds of its messages that are allowed", shown(stem)));
        }
        if let Some(allows) = rule.pointer("/options/allows") {
            let values = yaml::texts(allows).into_iter().filter_map(|text| allowed(imported, text)).collect();
            imported.allow(Entry { reason: REASON.to_owned(), values, rules: own, ..Entry::default() });
        }
        for written in rule.pointer("/options/patterns").and_then(Value::as_array).into_iter().flatten() {
            own_pattern(imported, written);
        }
        read_rules(imported, rule.get("rules").and_then(Value::as_array).map_or(&[], Vec::as_slice));
    }
}

/// The rules of the provider that a secretlint rule is about.
fn provider(stem: &str) -> Vec<String> {
    let rules = rules::builtin().0.iter().filter(|rule| rule.provider == stem);
    rules.map(|rule| rule.id.to_string()).collect()
}

/// A text, or a regex between slashes.
fn allowed(imported: &mut Imported, text: &str) -> Option<String> {
    match regex(text) {
        Some(regex) => values::matching(imported, &regex),
        None => values::holding(imported, text, false),
    }
}

/// `/regex/flags`.
fn regex(text: &str) -> Option<String> {
    let (body, flags) = text.strip_prefix('/')?.rsplit_once('/')?;
    let kept: String = flags.chars().filter(|flag| "ims".contains(*flag)).collect();
    let known = flags.chars().all(|flag| "imsguy".contains(flag));
    known.then(|| if kept.is_empty() { body.to_owned() } else { format!("(?{kept}){body}") })
}

fn own_pattern(imported: &mut Imported, written: &Value) {
    let name = written.get("name").and_then(Value::as_str).unwrap_or("pattern");
    let both = ["pattern", "patterns"].into_iter().filter_map(|field| written.get(field));
    for (number, text) in both.flat_map(yaml::texts).enumerate() {
        let regex = regex(text).unwrap_or_else(|| regex_syntax::escape(text));
        let paths = written.get("filePathGlobs").map(yaml::texts).unwrap_or_default();
        let end = if number == 0 { String::new() } else { format!("-{}", number + 1) };
        let rule = Rule {
            id: format!("secretlint-{}{end}", slug(name)),
            name: name.to_owned(),
            regex: pattern::with_one_group(&regex, 0).unwrap_or(regex),
            keywords: Vec::new(),
            entropy: 0.0,
            paths: paths.into_iter().map(str::to_owned).collect(),
        };
        match pattern::checked(rule) {
            Ok(rule) => imported.rules.push(rule),
            Err(why) => imported.leave(format!("pattern `{}`: {why}", shown(name))),
        }
    }
}
