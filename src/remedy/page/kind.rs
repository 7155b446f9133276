//! What a key is, how it is used, and what its holder can do.

use super::{Facts, text};
use crate::advice::{Block, Section};
use crate::rules::Severity;

/// Definition and use cases.
pub fn use_of_it(facts: &Facts) -> Section {
    let (page, provider) = (facts.page, &facts.page.provider);
    let about = if page.key.about.is_empty() { format!("A key of {}.", provider.name) } else { page.key.about.clone() };
    let mut blocks = vec![text(about)];
    if !page.key.secret {
        blocks.push(text("It is made to be public. keystop tells of it and never stops a commit for it."));
    }
    let does = if page.key.allows.is_empty() { "what its owner lets it do" } else { page.key.allows.as_str() };
    blocks.push(Block::Points(vec![
        format!("To prove who is calling: {}.", shown_as(facts)),
        format!("To work with data and services: with it a program can {}.", does.trim_end_matches('.')),
        format!("To join systems: {}", integration(facts)),
    ]));
    Section::new("What is it, and how is it used?", blocks)
}

/// How the key is shown to its vendor, as far as the catalogue knows.
fn shown_as(facts: &Facts) -> String {
    let provider = &facts.page.provider;
    let live = facts.page.key.remedy.as_ref().and_then(|remedy| remedy.live.as_ref());
    let whom = provider.hosts.first().map_or(provider.name.as_str(), String::as_str);
    let Some(live) = live else { return format!("a program shows it to {whom}") };
    let mut words = live.auth.split_whitespace();
    match (words.next(), words.next()) {
        (Some("bearer"), _) => format!("it goes to {whom} as `Authorization: Bearer ...` with each request"),
        (Some("basic"), _) => format!("it goes to {whom} in HTTP basic authentication with each request"),
        (Some("header"), Some(name)) => {
            format!("it goes to {whom} in the header `{}` with each request", name.trim_end_matches(':'))
        }
        (Some("query"), _) => format!("it goes to {whom} in the address of each request, where logs keep it"),
        _ => format!("a program shows it to {whom} with each request"),
    }
}

fn integration(facts: &Facts) -> String {
    let mut names: Vec<(&str, Vec<&str>)> = Vec::new();
    for (registry, name) in facts.page.provider.packages.iter().filter_map(|package| package.split_once(':')) {
        match names.iter_mut().find(|(known, _)| *known == name) {
            Some((_, registries)) => registries.push(registry),
            None => names.push((name, vec![registry])),
        }
    }
    let packages: Vec<String> =
        names.iter().take(3).map(|(name, registries)| format!("{name} ({})", registries.join(", "))).collect();
    match packages.as_slice() {
        [] => "servers, jobs and CI that call it hold a copy each.".into(),
        names => format!(
            "client libraries such as {} take it, and so does each server, job and CI that uses one.",
            names.join(", ")
        ),
    }
}

/// What the holder can do, and how bad that is.
pub fn allows(facts: &Facts) -> Section {
    let key = &facts.page.key;
    let weight = match key.severity {
        Severity::Critical => "Critical: treat it as money or as the whole account.",
        Severity::High => "High: real data can be read or changed with it.",
        Severity::Medium => "Medium: its reach is limited, or it is for tests.",
        Severity::Low => "Low: little can be done with it alone.",
    };
    let allows = if key.allows.is_empty() { "do what its owner can" } else { key.allows.trim_end_matches('.') };
    let mut blocks = vec![text(format!("Whoever holds it can {allows}.")), text(weight)];
    blocks.extend(key.remedy.as_ref().and_then(|remedy| remedy.notes.clone()).map(Block::Text));
    Section::new("What does it allow?", blocks)
}
