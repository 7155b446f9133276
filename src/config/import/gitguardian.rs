//! `.gitguardian.yaml`, in both versions of its form.

use serde_json::Value;

use super::{Entry, Imported, globs, values, yaml};

const REASON: &str = "taken over from .gitguardian.yaml";

pub fn read(source: &str) -> Option<Imported> {
    let root = yaml::read(source)?;
    let root = root.as_object()?;
    let mut imported = Imported::default();
    let nested = root.get("secret").and_then(Value::as_object);
    for (name, value) in root.iter().chain(nested.into_iter().flatten()) {
        match name.replace('_', "-").as_str() {
            "paths-ignore" | "ignored-paths" => {
                let paths = yaml::texts(value).into_iter().flat_map(globs::from_gitignore).collect();
                imported.allow(Entry { reason: REASON.to_owned(), paths, ..Entry::default() });
            }
            "matches-ignore" | "ignored-matches" => matches(&mut imported, value),
            "ignored-detectors" | "banlisted-detectors" => {
                let count = yaml::texts(value).len();
                imported
                    .leave(format!("{count} detectors that are switched off: keystop rules list, then [[disable]]"));
            }
            _ => {}
        }
    }
    Some(imported)
}

fn matches(imported: &mut Imported, list: &Value) {
    let mut hashes = 0;
    for entry in list.as_array().into_iter().flatten() {
        let text = |name| entry.get(name).and_then(Value::as_str);
        let Some(found) = entry.as_str().or_else(|| text("match")) else { continue };
        if found.len() == 64 && found.bytes().all(|b| b.is_ascii_hexdigit()) {
            hashes += 1;
            continue;
        }
        let reason = text("name").map_or_else(|| REASON.to_owned(), |name| format!("{name} ({REASON})"));
        let values = values::exactly(imported, found).into_iter().collect();
        imported.allow(Entry { reason, values, ..Entry::default() });
    }
    if hashes > 0 {
        imported.leave(format!("{hashes} hashes of keys: keystop baseline accepts the keys that are here"));
    }
}
