//! The page of a key: what it is, how to store it, how to revoke it, who could have used it, how to clean up.

mod cleaning;
mod habits;
mod kind;
mod leaking;
mod misuse;
mod now;
mod plan;
mod revoking;
mod risks;

pub use plan::plan;

use super::language::{Language, Names};
use super::storing::{self, Wish};
use crate::advice::{Block, Document, Exposure, Section};
use crate::config::{Placement, Store};
use crate::rules::Page;

/// What the reader asked for.
pub struct Options {
    pub language: Language,
    /// One store, or all of them.
    pub store: Option<Store>,
    /// Where the team keeps its secrets.
    pub placement: Placement,
    /// Of a key that was found; none where only its kind was named.
    pub exposure: Option<Exposure>,
    /// What the team adds.
    pub footer: Option<String>,
}

impl Options {
    /// A page of a kind of key, whoever reads it.
    pub fn of(language: Language) -> Self {
        Self { language, store: None, placement: Placement::default(), exposure: None, footer: None }
    }
}

/// What every section is written from.
struct Facts<'a> {
    page: &'a Page,
    options: &'a Options,
    names: Names,
}

impl Facts<'_> {
    fn exposure(&self) -> Option<&Exposure> {
        self.options.exposure.as_ref()
    }

    /// The word by which commands name this key.
    fn word(&self) -> &str {
        self.exposure().map_or("FINDING", |exposure| &exposure.fingerprint)
    }
}

/// The page, in the order in which a person needs it. Every section is there for every key.
pub fn page(page: &Page, options: &Options) -> Document {
    let facts = facts_of(page, options);
    let wish = Wish { language: &options.language, store: options.store, placement: &options.placement };
    let mut sections = vec![
        now::section(&facts),
        kind::use_of_it(&facts),
        kind::allows(&facts),
        storing::section(&wish, &facts.names),
        revoking::create(&facts),
        leaking::section(&facts),
        risks::section(&facts),
        habits::section(&facts),
        misuse::section(&facts),
        revoking::revoke(&facts),
        revoking::stops_working(&facts),
        cleaning::section(&facts),
        habits::other_secrets(),
    ];
    if let Some(footer) = &options.footer {
        sections.push(Section::new("What your team says", vec![Block::Text(footer.clone())]));
    }
    sections.push(sources(page));
    let verb = if page.key.secret { "leaked!" } else { "is public." };
    Document {
        rule: page.key.id.clone(),
        title: format!("My {} {verb} What should I do?", page.key.name),
        sections,
        exposure: options.exposure.clone(),
    }
}

/// The vendor's own pages.
fn sources(page: &Page) -> Section {
    let mut links: Vec<&String> = Vec::new();
    for link in std::iter::once(&page.provider.docs).chain(&page.key.sources) {
        if !link.is_empty() && !links.contains(&link) {
            links.push(link);
        }
    }
    let mut blocks: Vec<Block> = links.into_iter().cloned().map(Block::Link).collect();
    if blocks.is_empty() {
        blocks.push(text("Your own rule, in `.keystop.toml`."));
    }
    Section::new("Sources", blocks)
}

fn facts_of<'a>(page: &'a Page, options: &'a Options) -> Facts<'a> {
    let assigned = options.exposure.as_ref().and_then(|exposure| exposure.assigned.as_deref());
    let names = Names::new(Some(page), assigned, &options.language);
    Facts { page, options, names }
}

fn text(said: impl Into<String>) -> Block {
    Block::Text(said.into())
}

/// `origin/main` is on `origin`.
fn remote(exposure: &Exposure) -> &str {
    exposure.upstream.as_deref().and_then(|name| name.split_once('/')).map_or("origin", |(remote, _)| remote)
}
