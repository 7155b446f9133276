//! A new key, and the end of the old one: in the right order for what the vendor allows and for who could read it.

use super::{Facts, text};
use crate::advice::{Block, Exposure, Reach, Section, Step};
use crate::rules::syntax::{Certainty, RemedyForm};

/// Words of a step that ends the old key.
const ENDS: &[&str] =
    &["delete", "revoke", "disable", "deactivate", "expire", "roll", "rotate", "regenerate", "reset", "remove", "end"];

/// Whether old and new key can live side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The new one first, then the switch, then the end of the old one.
    Overlap,
    /// Making the new one ends the old one: everything is prepared, then there is a gap.
    Gap,
    /// The vendor does not say.
    Unclear,
}

impl Order {
    pub fn of(remedy: &RemedyForm) -> Self {
        match remedy.overlap.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default() {
            "yes" | "Yes" => Self::Overlap,
            "no" | "No" => Self::Gap,
            _ => Self::Unclear,
        }
    }

    /// The order, in one sentence.
    pub fn said(self) -> &'static str {
        match self {
            Self::Overlap => {
                "Old and new can live side by side: make the new key, put it everywhere, see it work, and only then \
                 end the old one."
            }
            Self::Gap => {
                "Making the new key ends the old one: prepare every place that needs the new value, choose a quiet \
                 moment, swap, and accept the gap."
            }
            Self::Unclear => {
                "Whether old and new can live side by side is not known; assume that they cannot: prepare every place \
                 first, so that the gap is short."
            }
        }
    }
}

/// How to make a new key.
pub fn create(facts: &Facts) -> Section {
    let page = facts.page;
    let mut blocks = match &page.key.remedy {
        Some(remedy) => vec![text(sentence(&remedy.create)), Block::Link(remedy.revoke_url.clone())],
        None => vec![text("Where your team makes keys of this kind.")],
    };
    blocks.push(Block::Points(vec![
        "Name it for the one service that will use it, and the date: the next leak then stops one service only.".into(),
        "Most vendors show a key once. Put it straight into the store, with the commands above: they never show it."
            .into(),
    ]));
    Section::new("How to make a new one?", blocks)
}

/// How to end the old key.
pub fn revoke(facts: &Facts) -> Section {
    let Some(remedy) = &facts.page.key.remedy else {
        let said =
            "This rule is your own: revoke the key where your team makes such keys, then put the new one in place.";
        return Section::new("How to revoke it?", vec![text(said)]);
    };
    if !facts.page.key.secret {
        let mut blocks = vec![text("There is nothing to be kept secret here. Only if a secret leaked beside it:")];
        blocks.extend(steps(remedy));
        return Section::new("How to revoke it?", blocks);
    }
    let mut blocks = vec![text(urgency(facts.exposure())), text(Order::of(remedy).said())];
    blocks.extend(steps(remedy));
    blocks.push(text(public_first(remedy)));
    blocks.push(text(
        "Afterwards: see that the old key is refused, that everything else works, and keep an eye on the log for a few \
         days.",
    ));
    blocks.push(text(match remedy.certainty {
        Certainty::Documented => "These steps were checked against the vendor's text.".into(),
        Certainty::Known => "These steps are general knowledge; the vendor's console may have moved on.".into(),
        Certainty::Guess => {
            format!("These steps are inferred from similar consoles; look at {} first.", facts.page.provider.docs)
        }
    }));
    Section::new("How to revoke it?", blocks)
}

fn steps(remedy: &RemedyForm) -> [Block; 2] {
    let steps = remedy.revoke.iter().map(|step| Step::new(sentence(step))).collect();
    [Block::Steps(steps), Block::Link(remedy.revoke_url.clone())]
}

/// How much of a hurry there is.
fn urgency(exposure: Option<&Exposure>) -> String {
    match exposure.map(|exposure| exposure.reach) {
        None => {
            "Did it leave this machine? Then it has to be revoked, however it is cleaned up. Did it not, as far as \
                 you know? Then a new key is a precaution."
                .into()
        }
        Some(Reach::Pushed) => {
            "A remote has it: it has to be revoked. Rewriting the history never makes it safe again, \
                                it only stops new readers."
                .into()
        }
        Some(_) => {
            "No sign that it left this machine: a new key is a precaution. Take it if the file was in a backup, a \
                    shared folder, a screen share, a chat or an AI assistant's view."
                .into()
        }
    }
}

/// The order for a key that everybody can read.
fn public_first(remedy: &RemedyForm) -> String {
    let ends = |step: &str| {
        step.split(|c: char| !c.is_ascii_alphabetic()).any(|word| ENDS.contains(&word.to_ascii_lowercase().as_str()))
    };
    let lead = "If it was public, or somebody else is seen using it, turn the order round: end the old key at once";
    match remedy.revoke.iter().position(|step| ends(step)) {
        Some(at) => format!("{lead} (step {}), accept the outage, then do the rest.", at + 1),
        None => format!("{lead}, accept the outage, then do the rest."),
    }
}

/// What will stop working, and how to know beforehand.
pub fn stops_working(facts: &Facts) -> Section {
    let env = &facts.names.env;
    let overlap = facts.page.key.remedy.as_ref().map(|remedy| remedy.overlap.trim_end_matches('.'));
    let mut blocks = Vec::new();
    if let Some(overlap) = overlap.filter(|_| facts.page.key.secret) {
        blocks.push(text(format!("Can two keys live side by side? {}.", answer(overlap))));
    }
    blocks.push(text("Everything that still sends the old key is refused from the moment it ends. Before that:"));
    blocks.push(Block::Steps(vec![
        Step::new(format!(
            "Make the list: every place of this repository that holds the value, reads or sets {env}, or uses the client \
             library, by service and owner."
        ))
        .with(format!("keystop uses {}", facts.word())),
        Step::new(
            "Add what a repository cannot know: the variables of CI and of hosting, other repositories, scheduled jobs, \
             laptops, partners, phones that run an old version.",
        ),
        Step::new("Tell the owners what changes and when, and write the checklist down.")
            .with(format!("keystop plan {} > incident.md", facts.word())),
        Step::new("Try the new key where it does no harm, a staging system or one server, before the old one ends."),
        Step::new(
            "Keep a way back that is not the old key: where the vendor can, disable it before you delete it, and know \
             how to roll back a deploy. Never put back a key that was public.",
        ),
    ]));
    Section::new("What will stop working?", blocks)
}

/// `yes: ...` begins a sentence; what is not known is no hole, and the safe thing is assumed.
fn answer(said: &str) -> String {
    let said = said.replacen("unknown", "not known; assume that they cannot", 1);
    let (first, rest) = said.split_at(said.chars().next().map_or(0, char::len_utf8));
    first.to_uppercase() + rest
}

/// A step as a sentence.
pub fn sentence(step: &str) -> String {
    format!("{}.", step.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{self, syntax::Certainty};

    #[test]
    fn every_key_has_an_order_and_where_nothing_is_known_the_worst_is_assumed() {
        for page in rules::pages().iter().filter(|page| page.key.secret) {
            let remedy = page.key.remedy.as_ref().expect("every rule has one");
            let (order, said) = (Order::of(remedy), answer(&remedy.overlap));
            let fits = match order {
                Order::Overlap => said.starts_with("Yes"),
                Order::Gap => said.starts_with("No") && !said.starts_with("Not known"),
                Order::Unclear => said.starts_with("Not known; assume that they cannot") || said.starts_with("Usually"),
            };
            assert!(fits, "{}: {order:?} {said}", page.key.id);
        }
    }

    #[test]
    fn whose_console_is_known_has_an_order_that_is_known_too() {
        let pages = rules::pages();
        let remedies = pages.iter().filter_map(|page| page.key.remedy.as_ref());
        let known: Vec<Order> = remedies.filter(|remedy| remedy.certainty != Certainty::Guess).map(Order::of).collect();
        let unclear = known.iter().filter(|order| **order == Order::Unclear).count();
        assert!(unclear * 10 < known.len(), "{unclear} of {}", known.len());
    }
}
