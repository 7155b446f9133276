//! What can happen, in concrete words: read from what the key allows.

use super::{Facts, text};
use crate::advice::{Block, Section};

/// Words of `allows` that speak of a power.
const READS: &[&str] =
    &["read", "list", "view", "see", "download", "export", "query", "search", "get", "decrypt", "open"];
const CHANGES: &[&str] = &[
    "write",
    "change",
    "delete",
    "create",
    "update",
    "edit",
    "upload",
    "deploy",
    "push",
    "manage",
    "remove",
    "suppress",
    "configure",
    "set",
    "publish",
    "replace",
    "run",
    "control",
    "administer",
    "overwrite",
];
const SENDS: &[&str] =
    &["send", "message", "messages", "mail", "email", "emails", "sms", "post", "call", "calls", "publish", "notify"];
const SPENDS: &[&str] = &[
    "charge", "pay", "payout", "payouts", "refund", "bill", "buy", "order", "orders", "transfer", "spend", "quota",
    "credit", "credits", "funds", "money", "cost", "costs", "balance", "payments", "models", "machines", "servers",
    "start", "withdraw", "trade",
];
const BECOMES: &[&str] = &[
    "act",
    "admin",
    "administrator",
    "sign",
    "forge",
    "impersonate",
    "permissions",
    "roles",
    "secrets",
    "tokens",
    "users",
    "members",
    "owner",
    "everything",
    "whole",
];

/// Whether what a key allows has one of the words.
fn speaks_of(allows: &str, words: &[&str]) -> bool {
    allows.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| words.contains(&word.to_ascii_lowercase().as_str()))
}

pub fn section(facts: &Facts) -> Section {
    let (page, name) = (facts.page, &facts.page.provider.name);
    let allows = page.key.allows.trim_end_matches('.');
    let has = |words| speaks_of(allows, words);
    let mut blocks = Vec::new();
    if !page.key.secret {
        blocks.push(text(
            "This key is made to be read by everybody; what follows holds for the secret that belongs to it.",
        ));
    }
    blocks.push(text(if allows.is_empty() {
        "With this key somebody else can do what you can.".to_owned()
    } else {
        "Somebody else who has it needs no password and no second factor, and can do from anywhere all that it allows. \
         In particular:"
            .to_owned()
    }));
    blocks.push(Block::Points(vec![
        format!("Data: {}", data(has(READS), name)),
        format!("Acts in your name: {}", acts([has(CHANGES), has(SENDS), has(SPENDS), has(BECOMES)], name)),
        format!("Money: {}", money(has(SPENDS), name)),
        format!("Trust: {}", trust(has(SENDS), has(CHANGES), name)),
    ]));
    blocks.push(text(
        "Keys that reach a public repository are collected by programs, often within minutes. That nothing has happened \
         yet says little.",
    ));
    Section::new("What is at risk?", blocks)
}

fn data(reads: bool, name: &str) -> String {
    if reads {
        format!(
            "what this key can read at {name} can be copied in one go, and nobody can take the copy back. If it is \
             about people, somebody has to decide whether it must be reported: under the GDPR within 72 hours."
        )
    } else {
        format!("nothing says that it can read what {name} keeps for you; answers and errors may still tell something.")
    }
}

fn acts([changes, sends, spends, becomes]: [bool; 4], name: &str) -> String {
    let mut said: Vec<String> = Vec::new();
    if changes {
        said.push(format!("what is yours at {name} can be changed or deleted, and it looks like your own doing"));
    }
    if sends {
        said.push("messages or calls can go out as if they came from you, to your customers first of all".into());
    }
    if spends && !changes && !sends {
        said.push("payments, refunds or calls that cost money are made as if you had made them".into());
    }
    if becomes {
        said.push("more keys, users or rights can be made with it, which outlive this key: look for them".into());
    }
    if said.is_empty() {
        said.push(format!("each request made with it counts as yours at {name}, and its log shows your name"));
    }
    format!("{}.", said.join("; "))
}

fn money(spends: bool, name: &str) -> String {
    if spends {
        format!("it can move money or use what is paid for; set a limit or an alert at {name}, and read the next bill.")
    } else {
        format!("{name} may bill what is used in your name, and clean-up, support and lost time cost in any case.")
    }
}

fn trust(sends: bool, changes: bool, name: &str) -> String {
    match (sends, changes) {
        (true, _) => "people who get fraud from your address stop believing your real messages.".into(),
        (_, true) => "what was changed unseen is delivered, deployed or read as yours until somebody notices.".into(),
        _ => format!("{name} may lock the account after abuse, and customers ask how long you have known."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_words_not_parts_of_words() {
        assert!(speaks_of("charge cards, refund", SPENDS));
        assert!(speaks_of("Read every customer", READS));
        assert!(!speaks_of("be recharged or reread", SPENDS));
    }
}
