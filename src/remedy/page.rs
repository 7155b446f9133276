//! The page of a key: what it is, how to store it, how to get a new one, how to revoke it, who could have used it.

use super::language::{Language, Names, Store};
use crate::advice::{Block, Document, Section};
use crate::rules::syntax::{Certainty, RemedyForm};
use crate::rules::{Page, Severity};

/// What the reader asked for.
pub struct Options {
    pub language: Language,
    /// One store, or all of them.
    pub store: Option<Store>,
}

/// The page, in the order in which a person needs it.
pub fn page(page: &Page, options: &Options) -> Document {
    let names = Names::new(Some(page), None, &options.language);
    let mut sections = vec![what(page), risk(page)];
    let stores = Store::ALL.into_iter().filter(|store| options.store.is_none_or(|wanted| wanted == *store));
    sections.push(section("How to store it", stores.flat_map(|store| stored(store, options, &names)).collect()));
    if let Some(remedy) = &page.key.remedy {
        sections.extend(remedied(page, remedy));
    }
    sections.push(section("Sources", page.key.sources.iter().map(|source| Block::Link(source.clone())).collect()));
    Document { title: format!("{} ({})", page.key.name, page.key.id), sections }
}

fn section(heading: &str, blocks: Vec<Block>) -> Section {
    Section { heading: heading.to_owned(), blocks }
}

fn what(page: &Page) -> Section {
    let mut blocks = vec![Block::Text(page.key.about.clone())];
    if !page.key.secret {
        blocks
            .push(Block::Text("It is made to be public. keystop tells of it and never stops a commit for it.".into()));
    }
    blocks.push(Block::Link(page.provider.docs.clone()));
    section("What it is", blocks)
}

fn risk(page: &Page) -> Section {
    let weight = match page.key.severity {
        Severity::Critical => "Critical: treat it as money or as the whole account.",
        Severity::High => "High: real data can be read or changed with it.",
        Severity::Medium => "Medium: its reach is limited, or it is for tests.",
        Severity::Low => "Low: little can be done with it alone.",
    };
    let allows = format!("Whoever holds it can {}.", page.key.allows.trim_end_matches('.'));
    section("What it allows", vec![Block::Text(allows), Block::Text(weight.into())])
}

fn stored(store: Store, options: &Options, names: &Names) -> Vec<Block> {
    let fallback = Language::by_name("shell");
    let own = options.language.lines(store, names).map(|lines| (lines, &options.language));
    let shell = || fallback.as_ref().and_then(|shell| Some((shell.lines(store, names)?, shell)));
    let Some((lines, language)) = own.or_else(shell) else { return Vec::new() };
    let mut heading = format!("{} ({})", store.name(), language.name);
    if let Some(needs) = language.needs(store) {
        heading.push_str(&format!(", needs {needs}"));
    }
    let mut blocks = vec![Block::Text(heading), Block::Code(lines)];
    if store == Store::Env {
        blocks.push(Block::Text(
            "An environment variable is not encrypted: child processes, crash reports and `docker inspect` can read it. \
             A secrets manager also tells who read the value and when."
                .into(),
        ));
    }
    blocks
}

fn remedied(page: &Page, remedy: &RemedyForm) -> Vec<Section> {
    let mut revoke = vec![Block::Steps(remedy.revoke.clone()), Block::Link(remedy.revoke_url.clone())];
    revoke.push(Block::Text(
        "If the key was public, or is seen in use by somebody else, disable it at once and accept the outage.".into(),
    ));
    revoke.push(Block::Text(match remedy.certainty {
        Certainty::Documented => "These steps were checked against the vendor's text.".into(),
        Certainty::Known => "These steps are general knowledge; the vendor's console may have moved on.".into(),
        Certainty::Guess => {
            format!("These steps are inferred from similar consoles; look at {} first.", page.provider.docs)
        }
    }));
    let mut audit = vec![Block::Text(if remedy.audit.is_empty() {
        format!("{} publishes no log of a key's use: look for changes that nobody of you made.", page.provider.name)
    } else {
        remedy.audit.clone()
    })];
    audit.extend(remedy.audit_url.clone().map(Block::Link));
    let mut sections = vec![
        section("How to make a new one", vec![Block::Text(remedy.create.clone())]),
        section("How to see whether it was misused", audit),
        section("How to revoke it", revoke),
        section(
            "What stops working",
            vec![Block::Text(format!("Two keys side by side: {}.", remedy.overlap.trim_end_matches('.')))],
        ),
    ];
    let notes: Vec<Block> = [&remedy.narrower, &remedy.notes].into_iter().flatten().cloned().map(Block::Text).collect();
    if !notes.is_empty() {
        sections.push(section("Good to know", notes));
    }
    sections
}
