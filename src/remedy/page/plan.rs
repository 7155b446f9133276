//! The incident as a checklist: misuse, careful rotation, minimal disruption. Nothing of the key is in it.

use super::revoking::{Order, sentence};
use super::{Facts, Options, cleaning, facts_of};
use crate::advice::{Affected, Block, Document, Exposure, Moment, Reach, Section, Step};
use crate::rules::Page;

/// The checklist of one key, for whoever leads.
pub fn plan(page: &Page, options: &Options, affected: &[Affected]) -> Document {
    let facts = facts_of(page, options);
    let mut sections: Vec<Section> = options.exposure.iter().map(|exposure| known(&facts, exposure)).collect();
    sections.extend([
        Section::new("Right away", vec![Block::Tasks(right_away(&facts))]),
        Section::new("Misuse", vec![Block::Tasks(misuse(&facts))]),
        Section::new("Careful rotation", vec![Block::Tasks(rotation(&facts, affected))]),
        Section::new("Minimal disruption", vec![Block::Tasks(disruption(affected))]),
        Section::new("History", history(&facts)),
        Section::new("Afterwards", vec![Block::Tasks(afterwards(&facts))]),
    ]);
    if let Some(footer) = &options.footer {
        sections.push(Section::new("What your team says", vec![Block::Text(footer.clone())]));
    }
    Document {
        rule: page.key.id.clone(),
        title: format!("Incident: {} leaked", page.key.name),
        sections,
        exposure: options.exposure.clone(),
    }
}

fn known(facts: &Facts, exposure: &Exposure) -> Section {
    let moment = |moment: &Option<Moment>, none: &str| {
        moment.as_ref().map_or_else(|| none.to_owned(), |known| format!("{}, {}", known.when, known.what))
    };
    let path = String::from_utf8_lossy(&exposure.path);
    let allows = facts.page.key.allows.trim_end_matches('.');
    Section::new(
        "What is known",
        vec![Block::Points(vec![
            format!(
                "Key: {} ({}), fingerprint {}",
                facts.page.key.name,
                facts.page.key.severity.as_str(),
                exposure.fingerprint
            ),
            format!("It can {}", if allows.is_empty() { "do what its owner can" } else { allows }),
            format!("Found in {path}:{}; how far it got: {}", exposure.line, exposure.reach.as_str()),
            format!("First committed: {}", moment(&exposure.first_commit, "in no commit")),
            format!("First push known: {}", moment(&exposure.first_push, "none known here")),
            "Leads:".into(),
            "Started (UTC):".into(),
        ])],
    )
}

fn right_away(facts: &Facts) -> Vec<Step> {
    let mut tasks = vec![Step::new("One person leads, and writes down what was done when, in UTC.")];
    let pushed = facts.exposure().is_some_and(|exposure| exposure.reach == Reach::Pushed);
    tasks.push(Step::new(if pushed {
        "Is a repository that has it public, or somebody else seen using it? Then end the old key now, before the rest."
    } else {
        "Did it leave this machine by another way: a backup, a chat, a screen share, an AI assistant? Then treat it as \
         pushed."
    }));
    tasks.push(Step::new("Nobody pushes or merges until the history is clean."));
    tasks
}

fn misuse(facts: &Facts) -> Vec<Step> {
    let name = &facts.page.provider.name;
    let remedy = facts.page.key.remedy.as_ref();
    let since = facts.exposure().and_then(|exposure| exposure.first_push.as_ref().or(exposure.first_commit.as_ref()));
    let since = since.map_or_else(|| "the day it was written".to_owned(), |moment| moment.when.clone());
    let audit =
        remedy.map(|remedy| remedy.audit.trim_end_matches('.')).filter(|audit| !audit.is_empty() && *audit != "None");
    let place =
        audit.map_or_else(|| format!("{name} publishes no log of a key's use; look at what changed"), str::to_owned);
    let link = remedy.and_then(|remedy| remedy.audit_url.as_ref()).map_or_else(String::new, |url| format!(" ({url})"));
    vec![
        Step::new(format!("Search the log from {since} until now: {place}{link}.")),
        Step::new("Compare addresses, programs and times with your own; keep what is not explained."),
        Step::new("Look for what outlives the key: new keys, users, rights, webhooks, changed addresses."),
        Step::new("If data of people may have been read: tell whoever is responsible for data protection today."),
    ]
}

fn rotation(facts: &Facts, affected: &[Affected]) -> Vec<Step> {
    let env = &facts.names.env;
    let remedy = facts.page.key.remedy.as_ref();
    let mut tasks = Vec::new();
    if let Some(remedy) = remedy {
        tasks.push(Step::new(format!(
            "{} Two keys side by side? {}",
            Order::of(remedy).said(),
            sentence(&remedy.overlap)
        )));
        tasks.push(Step::new(format!("New key: {}", sentence(&remedy.create))));
    }
    tasks.push(
        Step::new(format!("Put it into the store as {env}; the commands never show it."))
            .with(format!("keystop explain {}", facts.word())),
    );
    for service in affected {
        let owners = if service.owners.is_empty() { "nobody named".to_owned() } else { service.owners.join(", ") };
        tasks.push(Step::new(format!("{} ({owners}): read the new key. {}", service.name, service.places.join(", "))));
    }
    tasks.push(Step::new(
        "Outside this repository: variables of CI and hosting, other repositories, jobs, laptops, partners.",
    ));
    if let Some(remedy) = remedy {
        tasks.push(Step::new(format!("At the vendor: {}", remedy.revoke_url)));
        tasks.extend(remedy.revoke.iter().map(|step| Step::new(sentence(step))));
    }
    tasks.push(Step::new("See that the old key is refused."));
    tasks
}

fn disruption(affected: &[Affected]) -> Vec<Step> {
    let mut owners: Vec<&str> = affected.iter().flat_map(|service| &service.owners).map(String::as_str).collect();
    owners.sort_unstable();
    owners.dedup();
    let whom =
        if owners.is_empty() { "everybody who runs one of these services".to_owned() } else { owners.join(", ") };
    vec![
        Step::new(format!("Tell {whom} what changes and when.")),
        Step::new("Try the new key in staging, or on one server, before the old one ends."),
        Step::new("Know how to roll back a deploy; a key that was public is never put back."),
        Step::new("Where the vendor can, disable the old key first, and delete it when nothing has complained."),
    ]
}

fn history(facts: &Facts) -> Vec<Block> {
    let blocks = cleaning::section(facts).blocks.into_iter();
    blocks.map(|block| if let Block::Steps(steps) = block { Block::Tasks(steps) } else { block }).collect()
}

fn afterwards(facts: &Facts) -> Vec<Step> {
    vec![
        Step::new("Watch the vendor's log and the bill for a week."),
        Step::new("Find the other keys that were left like this one.").with("keystop scan ."),
        Step::new("Stop the next one before it is committed.").with("keystop install"),
        Step::new(format!("Write down why {} was in a file, and what would have been easier.", facts.names.env)),
    ]
}
