//! detect-secrets: the places of its baseline, and its filters over paths and values.

use serde_json::Value;

use super::{Entry, Imported, Place, globs, values, yaml};

const REASON: &str = "taken over from the baseline of detect-secrets";

pub fn read(source: &str) -> Option<Imported> {
    let root: Value = serde_json::from_str(source).ok()?;
    let mut imported = Imported::default();
    for (path, found) in root.get("results")?.as_object()? {
        for found in found.as_array()? {
            let line = found.get("line_number").and_then(Value::as_u64).and_then(|line| u32::try_from(line).ok());
            // What somebody has looked at and called a secret is no accepted one.
            match line.filter(|_| found.get("is_secret") != Some(&Value::Bool(true))) {
                Some(line) => imported.places.push(Place { commit: None, path: path.clone(), line }),
                None => imported.leave("a result that is marked as a secret, or has no line"),
            }
        }
    }
    if let Some(files) = root.pointer("/exclude/files").and_then(Value::as_str) {
        exclude_files(&mut imported, &[files]);
    }
    if root.pointer("/exclude/lines").is_some_and(Value::is_string) {
        imported.leave("a filter over whole lines");
    }
    for filter in root.get("filters_used").and_then(Value::as_array).into_iter().flatten() {
        let patterns = filter.get("pattern").map(yaml::texts).unwrap_or_default();
        match filter.get("path").and_then(Value::as_str).and_then(|path| path.rsplit('.').next()) {
            Some("should_exclude_file") => exclude_files(&mut imported, &patterns),
            Some("should_exclude_secret") => {
                let values = patterns.iter().filter_map(|regex| values::matching(&mut imported, regex)).collect();
                imported.allow(Entry { reason: REASON.to_owned(), values, ..Entry::default() });
            }
            Some("should_exclude_line") => imported.leave("a filter over whole lines"),
            // The others are heuristics; keystop has its own.
            _ => {}
        }
    }
    Some(imported)
}

fn exclude_files(imported: &mut Imported, patterns: &[&str]) {
    let mut paths = Vec::new();
    for regex in patterns {
        match globs::from_regex(regex) {
            Some(globs) => paths.extend(globs),
            None => imported.leave("a pattern over paths that no glob can say"),
        }
    }
    imported.allow(Entry { reason: REASON.to_owned(), paths, ..Entry::default() });
}
