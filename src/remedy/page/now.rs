//! What to do first: a page is read by somebody in a hurry.

use super::Facts;
use crate::advice::{Block, Exposure, Reach, Section, Step};

pub fn section(facts: &Facts) -> Section {
    let steps = match facts.exposure() {
        _ if !facts.page.key.secret => public(),
        None => unknown(),
        Some(exposure) if exposure.reach == Reach::Pushed => pushed(facts, exposure),
        Some(exposure) => local(facts, exposure),
    };
    Section::new("What to do now", vec![Block::Steps(steps)])
}

fn public() -> Vec<Step> {
    vec![
        Step::new("Nothing has to be revoked: this value is made to be seen."),
        Step::new("See that the secret that belongs to it is not beside it.").with("keystop scan ."),
    ]
}

/// Only the kind of key is known.
fn unknown() -> Vec<Step> {
    vec![
        Step::new(
            "Was it pushed, deployed, mailed or pasted somewhere? Then somebody may have it: revoke it first, below. A \
             key that was public is ended at once, even if something stops working.",
        ),
        Step::new("Was it only committed here, or not even that? Then clean up first; nothing is lost yet."),
        Step::new("In the repository, name the place: the page then speaks of that key, with the exact commands.")
            .with("keystop explain PATH:LINE"),
    ]
}

fn local(facts: &Facts, exposure: &Exposure) -> Vec<Step> {
    let word = facts.word();
    let place = match exposure.reach {
        Reach::File => "It stands in a file, and git does not have it",
        Reach::Draft => "It is in the message of a commit that was stopped",
        Reach::Staged => "It is staged, and in no commit",
        Reach::Stash => "It is in a stash",
        Reach::Loose => "No branch has it any more, but its objects are still on this disk",
        Reach::Message => "It is in the message of a commit or tag",
        Reach::Last => "It is in the last commit",
        Reach::Older => "It is in one older commit",
        Reach::Several | Reach::Pushed => "It is in several commits",
    };
    let mut steps =
        vec![Step::new(format!("{place}; no sign that it left this machine. Do not push before it is out."))];
    if !exposure.files.is_empty() {
        let read = "Read the key from its store instead, as below. Where the language allows it, this is done for you:";
        steps.push(Step::new(read).with(format!("keystop fix {word}    # shows the change; --apply makes it")));
    }
    steps.push(
        Step::new("Take it out of git with the commands under `How to get it out of git`, then make sure:")
            .with(format!("keystop verify {word}")),
    );
    steps
}

fn pushed(facts: &Facts, exposure: &Exposure) -> Vec<Step> {
    let word = facts.word();
    let since = exposure.first_push.as_ref().map_or_else(String::new, |push| format!(" since {}", push.when));
    let host = match exposure.hosts.as_slice() {
        [] => "A remote".to_owned(),
        hosts => hosts.join(", "),
    };
    vec![
        Step::new(format!(
            "{host} has it{since}. Revoke it before anything else, below. If the repository is public, end the old key at \
             once, even if something stops working."
        )),
        Step::new("If it is private and services depend on the key, see first which ones.")
            .with(format!("keystop uses {word}")),
        Step::new("Search the vendor's log for what was not you, from that moment on."),
        Step::new("Then clean the history, which stops new readers and undoes nothing.")
            .with(format!("keystop verify {word}")),
    ]
}
