//! The page of a key: what it is, how to store it, how to get a new one, how to revoke it, who could have used it.

use super::language::{Language, Names};
use super::storing::{self, Wish};
use crate::advice::{Block, Document, Exposure, Reach, Section};
use crate::config::{Placement, Store};
use crate::rules::syntax::{Certainty, RemedyForm};
use crate::rules::{Page, Severity};

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

/// The page, in the order in which a person needs it.
pub fn page(page: &Page, options: &Options) -> Document {
    let assigned = options.exposure.as_ref().and_then(|exposure| exposure.assigned.as_deref());
    let names = Names::new(Some(page), assigned, &options.language).placed(&options.placement);
    let wish = Wish { language: &options.language, store: options.store, placement: &options.placement };
    let mut sections = vec![what(page), risk(page), storing::section(&wish, &names)];
    if let Some(remedy) = &page.key.remedy {
        sections.extend(remedied(page, remedy, options.exposure.as_ref()));
    }
    if let Some(footer) = &options.footer {
        sections.push(section("What your team says", vec![Block::Text(footer.clone())]));
    }
    sections.push(section("Sources", page.key.sources.iter().map(|source| Block::Link(source.clone())).collect()));
    Document { title: format!("My {} leaked! What should I do?", page.key.name), sections }
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

/// Since when it could be read: what the vendor's log is to be searched for.
fn window(exposure: &Exposure) -> Block {
    let mut points = Vec::new();
    if let Some(first) = &exposure.first_commit {
        points.push(format!("First committed {} ({}).", first.when, first.what));
    }
    points.push(match (&exposure.first_push, exposure.reach) {
        (Some(push), _) => {
            format!("On a remote since {}: {}. Search the log from then until now.", push.when, push.what)
        }
        (None, Reach::Pushed) => "A remote has it; since when, this clone does not remember: search the log from the \
                                  first commit on."
            .into(),
        (None, _) => {
            "No sign here that it was pushed. That is no proof: a push to a bare address leaves no trace.".into()
        }
    });
    Block::Points(points)
}

fn remedied(page: &Page, remedy: &RemedyForm, exposure: Option<&Exposure>) -> Vec<Section> {
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
    let mut audit: Vec<Block> = exposure.map(window).into_iter().collect();
    audit.push(Block::Text(if remedy.audit.is_empty() {
        format!("{} publishes no log of a key's use: look for changes that nobody of you made.", page.provider.name)
    } else {
        remedy.audit.clone()
    }));
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
