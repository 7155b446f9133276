//! JSON that people write, changed in one place: every other byte stays what it is.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::{Context, Result};
use serde_json::value::RawValue;

/// Puts `entry` first in the list `event` of the object `hooks`, making what is missing.
///
/// What is made anew begins on a line of its own, what is put into something empty follows its bracket at once: so
/// [`remove`] knows what was there before.
///
/// # Errors
/// The text is not an object with such a list.
pub fn insert(text: &str, event: &str, entry: &str) -> Result<String> {
    let list = format!("\"{event}\": [\n      {entry}\n    ]");
    let root = Object::of(text, 0..text.len())?;
    let Some(hooks) = root.members.get(HOOKS) else {
        return Ok(put_first(text, &root.at, &format!("\"{HOOKS}\": {{\n    {list}\n  }}")));
    };
    let hooks = Object::of(text, hooks.clone())?;
    match hooks.members.get(event) {
        None => Ok(put_first(text, &hooks.at, &list)),
        Some(listed) => items(text, listed).map(|_| put_first(text, listed, entry)),
    }
}

/// Takes out every entry of which `is_ours` says so, and what was only made for it.
///
/// # Errors
/// The text is not an object.
pub fn remove(text: &str, is_ours: &dyn Fn(&str) -> bool) -> Result<String> {
    let mut text = text.to_owned();
    while let Some(shorter) = remove_one(&text, is_ours)? {
        text = shorter;
    }
    Ok(text)
}

const HOOKS: &str = "hooks";

/// As the others of `container` are put, if there are any.
fn put_first(text: &str, container: &Range<usize>, item: &str) -> String {
    let (before, after) = text.split_at(container.start + 1);
    let rest = after.trim_start();
    if rest.starts_with(['}', ']']) {
        return format!("{before}{item}{after}");
    }
    let lead = &after[..after.len() - rest.len()];
    format!("{before}{lead}{item},{after}")
}

fn remove_one(text: &str, is_ours: &dyn Fn(&str) -> bool) -> Result<Option<String>> {
    let root = Object::of(text, 0..text.len())?;
    let hooks = root.members.get(HOOKS).map(|at| Object::of(text, at.clone()));
    let Some(Ok(hooks)) = hooks else { return Ok(None) };
    let ours = hooks.members.values().find_map(|listed| {
        let items = items(text, listed).ok()?;
        Some((items.into_iter().find(|item| is_ours(&text[item.clone()]))?, listed))
    });
    let Some((item, listed)) = ours else { return Ok(None) };
    let list = name(text, listed)..listed.end;
    let whole = name(text, &hooks.at)..hooks.at.end;
    let rest = cut(text, &item, listed).or_else(|| cut(text, &list, &hooks.at)).or_else(|| cut(text, &whole, &root.at));
    Ok(Some(rest.unwrap_or_else(|| without(text, whole))))
}

/// The text without `item` of `container`; none if the container has nothing else and was made for it.
fn cut(text: &str, item: &Range<usize>, container: &Range<usize>) -> Option<String> {
    let before = text[..item.start].trim_end();
    if let Some(rest) = text[item.end..].trim_start().strip_prefix(',') {
        return Some(without(text, before.len()..text.len() - rest.len()));
    }
    if let Some(rest) = before.strip_suffix(',') {
        return Some(without(text, rest.len()..item.end));
    }
    (item.start == container.start + 1).then(|| without(text, item.clone()))
}

fn without(text: &str, range: Range<usize>) -> String {
    format!("{}{}", &text[..range.start], &text[range.end..])
}

/// An object and where its members' values stand.
struct Object {
    at: Range<usize>,
    members: BTreeMap<String, Range<usize>>,
}

impl Object {
    fn of(text: &str, at: Range<usize>) -> Result<Self> {
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(&text[at.clone()])?;
        let lead = text[at.clone()].find('{').context("an object begins with a brace")?;
        let members = members.into_iter().map(|(name, raw)| (name, place(text, raw))).collect();
        Ok(Self { at: at.start + lead..at.end, members })
    }
}

fn items(text: &str, at: &Range<usize>) -> Result<Vec<Range<usize>>> {
    let items: Vec<&RawValue> = serde_json::from_str(&text[at.clone()])?;
    Ok(items.into_iter().map(|raw| place(text, raw)).collect())
}

/// Where a value stands: it is a piece of the text itself.
fn place(text: &str, raw: &RawValue) -> Range<usize> {
    let start = raw.get().as_ptr() as usize - text.as_ptr() as usize;
    start..start + raw.get().len()
}

/// Where the name of the member with this value begins; names of hooks have no quotes in them.
fn name(text: &str, value: &Range<usize>) -> usize {
    let mut quotes = text[..value.start].rmatch_indices('"').map(|(at, _)| at);
    quotes.nth(1).unwrap_or(value.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ours(entry: &str) -> bool {
        entry.contains("ours")
    }

    #[test]
    fn every_text_is_as_before_when_the_entries_are_out_again() {
        for text in [
            "{}",
            "{ }",
            "{\n}\n",
            "\n{\"a\":1}",
            "{\n  \"a\": 1\n}\n",
            "{\r\n\t\"hooks\": {},\r\n\t\"a\": \"hooks\"\r\n}",
            "{\"hooks\": {\n}}",
            "{\"hooks\": {\"Before\": []}}",
            "{\"hooks\": {\"Before\": [ ], \"After\": [\n    {\"x\": [1, 2]}\n  ]}}",
            "{\"b\": [{\"hooks\": {}}], \"hooks\" : {\"Before\":[{\"command\":\"theirs\"},{\"command\":\"\\\"}\"}]}}",
        ] {
            let mut with = text.to_owned();
            for event in ["Before", "After", "Third"] {
                with = insert(&with, event, "{ \"command\": \"ours\" }").unwrap();
            }
            let parsed: serde_json::Value = serde_json::from_str(&with).unwrap();
            for event in ["Before", "After", "Third"] {
                assert_eq!(parsed["hooks"][event][0]["command"], "ours", "{with}");
            }
            assert_eq!(remove(&with, &is_ours).unwrap(), text, "{with}");
        }
    }

    #[test]
    fn what_others_have_added_since_stays() {
        let with = insert("{}", "Before", "\"ours\"").unwrap();
        let changed = with.replace("\"ours\"", "\"theirs\",\n      \"ours\"");
        let rest = remove(&changed, &is_ours).unwrap();
        assert_eq!(rest, with.replace("\"ours\"", "\"theirs\""));
    }

    #[test]
    fn what_is_no_such_object_is_refused() {
        for text in ["", "[]", "{", "{\"hooks\": 1}", "{\"hooks\": {\"Before\": {}}}", "// a\n{}"] {
            assert!(insert(text, "Before", "1").is_err(), "{text}");
        }
    }
}
