//! `.gitleaks.toml`: rules of the project's own, and its allowlists.

use toml::{Table, Value};

use super::{Entry, Imported, Rule, globs, pattern, shown, slug, values};
use crate::rules;

const REASON: &str = "taken over from .gitleaks.toml";

pub fn read(source: &str) -> Option<Imported> {
    let root: Table = source.parse().ok()?;
    let mut imported = Imported::default();
    let extend = root.get("extend").and_then(Value::as_table);
    if extend.is_some_and(|extend| extend.contains_key("path") || extend.contains_key("url")) {
        imported.leave("`extend`: import the other file as well");
    }
    let off = extend.map(|extend| texts(extend, "disabledRules")).unwrap_or_default();
    for rule in off {
        match known(rule) {
            true => imported.disable.push((rule.to_owned(), REASON.to_owned())),
            false => imported.leave(format!("rule `{}` is off there; keystop has none of this id", shown(rule))),
        }
    }
    for rule in tables(&root, "rules") {
        read_rule(&mut imported, rule);
    }
    for list in allowlists(&root) {
        let named: Vec<String> = texts(list, "targetRules").iter().map(|rule| own_id(rule)).collect();
        allowlist(&mut imported, list, &named);
    }
    Some(imported)
}

fn read_rule(imported: &mut Imported, written: &Table) {
    let id = written.get("id").and_then(Value::as_str).unwrap_or_default();
    let Some(regex) = written.get("regex").and_then(Value::as_str) else {
        let lists = allowlists(written).len();
        let what = if lists > 0 { format!("{lists} allowlists of a rule") } else { "a rule over paths".to_owned() };
        imported.leave(format!("`{}`: {what} that keystop does not have", shown(id)));
        return;
    };
    match rule(written, id, regex).and_then(pattern::checked) {
        Ok(rule) => {
            let id = rule.id.clone();
            imported.rules.push(rule);
            allowlists(written).iter().for_each(|list| allowlist(imported, list, std::slice::from_ref(&id)));
        }
        Err(why) => imported.leave(format!("rule `{}`: {why}", shown(id))),
    }
}

fn rule(written: &Table, id: &str, regex: &str) -> Result<Rule, String> {
    let group = written.get("secretGroup").and_then(Value::as_integer).and_then(|group| usize::try_from(group).ok());
    let entropy = written.get("entropy").map_or(0.0, |entropy| {
        entropy
            .as_float()
            .or_else(|| entropy.as_integer().and_then(|whole| i32::try_from(whole).ok()).map(f64::from))
            .unwrap_or(0.0)
    });
    let paths = written.get("path").and_then(Value::as_str).map(globs::from_regex);
    let name = written.get("description").and_then(Value::as_str).unwrap_or(id);
    Ok(Rule {
        id: own_id(id),
        name: name.to_owned(),
        regex: pattern::with_one_group(regex, group.unwrap_or(0)).ok_or("its regex cannot be read")?,
        keywords: texts(written, "keywords").into_iter().map(str::to_owned).collect(),
        entropy,
        paths: paths.map_or(Some(Vec::new()), |globs| globs).ok_or("its path cannot be said as a glob")?,
    })
}

/// Keystop's own rules keep their ids.
fn own_id(id: &str) -> String {
    let slug = slug(id);
    if known(&slug) { format!("gitleaks-{slug}") } else { slug }
}

fn known(id: &str) -> bool {
    rules::builtin().0.iter().any(|rule| *rule.id == *id)
}

/// Any of its parts allows, unless it says that all must.
fn allowlist(imported: &mut Imported, list: &Table, rules: &[String]) {
    if rules.iter().any(|id| !imported.rules.iter().any(|rule| rule.id == *id)) {
        return imported.leave("an allowlist of a rule that keystop does not have");
    }
    let (before, keys) = (imported.left.len(), imported.keys.len());
    let paths: Vec<Option<Vec<String>>> = texts(list, "paths").into_iter().map(globs::from_regex).collect();
    for _ in paths.iter().filter(|globs| globs.is_none()) {
        imported.leave("a pattern over paths that no glob can say");
    }
    let of_lines = list.get("regexTarget").and_then(Value::as_str).is_some_and(|target| target != "secret");
    let mut found: Vec<String> = Vec::new();
    for regex in texts(list, "regexes") {
        match of_lines {
            true => imported.leave("a regex over lines or whole matches"),
            false => found.extend(values::matching(imported, regex)),
        }
    }
    for word in texts(list, "stopwords") {
        found.extend(values::holding(imported, word, true));
    }
    let commits = texts(list, "commits").len();
    if commits > 0 {
        imported.leave(format!("{commits} commits: keystop looks at what is added now"));
    }
    let said = list.get("description").and_then(Value::as_str).filter(|said| !said.trim().is_empty());
    let reason = said.map_or_else(|| REASON.to_owned(), |said| format!("{said} ({REASON})"));
    let entry = |paths: Vec<String>, values| Entry { reason: reason.clone(), paths, values, rules: rules.to_vec() };
    let paths: Vec<String> = paths.into_iter().flatten().flatten().collect();
    let all =
        list.get("condition").and_then(Value::as_str).is_some_and(|how| ["AND", "&&"].contains(&&*how.to_uppercase()));
    match all {
        // Without one of its parts it would allow more than it did.
        true if imported.left.len() > before => imported.keys.truncate(keys),
        true if imported.keys.len() > keys => {
            imported.keys.truncate(keys);
            imported.leave("an allowlist of keys that are written out, under a condition");
        }
        true => imported.allow(entry(paths, found)),
        false => {
            imported.allow(entry(paths, Vec::new()));
            imported.allow(entry(Vec::new(), found));
        }
    }
}

/// Of both spellings.
fn allowlists(table: &Table) -> Vec<&Table> {
    let one = table.get("allowlist").and_then(Value::as_table);
    one.into_iter().chain(tables(table, "allowlists")).collect()
}

fn tables<'a>(table: &'a Table, name: &str) -> Vec<&'a Table> {
    table.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table).collect()
}

fn texts<'a>(table: &'a Table, name: &str) -> Vec<&'a str> {
    table.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}
