//! What keeps the next key from leaking.

use super::{Facts, text};
use crate::advice::{Block, Section};

pub fn section(facts: &Facts) -> Section {
    let name = &facts.page.provider.name;
    let narrower = facts.page.key.remedy.as_ref().and_then(|remedy| remedy.narrower.as_deref());
    let least = narrower.map_or_else(
        || format!("Give a key of {name} only the rights its one task needs, and make one key for each service"),
        |narrower| narrower.trim_end_matches('.').to_owned(),
    );
    let points = vec![
        "Never write a key into code, settings, tests, notes or prompts: read it from the environment or a secrets \
         manager (above)."
            .into(),
        "Keep it in one place that is made for it: a password manager for people, a secrets manager for programs."
            .into(),
        "Change it on a calendar and whenever somebody leaves; a key that was never changed is a key that nobody can \
         change in a hurry."
            .into(),
        format!("Least power. {least}."),
        format!("Look at the log of {name} now and then, and let it send alerts if it can."),
        "Let few people reach production keys, each with a second factor; let CODEOWNERS review `.keystop.toml`."
            .into(),
        "Let keystop look before each commit and each push, and CI once more: `keystop install`.".into(),
    ];
    Section::new("What are good habits?", vec![Block::Points(points)])
}

/// What the same tool does for every other key.
pub fn other_secrets() -> Section {
    let blocks = vec![
        text(
            "Where one key was left, others tend to be. keystop knows the keys of many vendors by their form \
             (`keystop rules list`) and works offline:",
        ),
        Block::Code(vec![
            "keystop scan .              # files, as they are now".into(),
            "keystop install             # every commit and push from now on".into(),
            "keystop scan --help         # what else it reads: history, CI, images".into(),
        ]),
        text("Not a key after all? `keystop allow FINGERPRINT --reason TEXT` says so for everybody, with a reason."),
    ];
    Section::new("What about other secrets?", blocks)
}
