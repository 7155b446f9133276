//! Stores: where a secret can be kept, how its value gets there, and how a program gets it back.
//!
//! All of it is data, in `stores.toml`; it is read when there is something to say.

use std::sync::LazyLock;

use serde::Deserialize;

use super::keeping::{Keep, Keeping};
use super::language::{Kind, Language, Names};
use crate::advice::{Block, Section};
use crate::config::{Placement, Store};

/// What is said of a store.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    id: Store,
    name: String,
    /// The usual of this store, where it has another one than the rest.
    mount: Option<String>,
    path: Option<String>,
    /// Puts `$NEW` there.
    write: Vec<String>,
    /// Starts a program that finds the value in its environment.
    start: Vec<String>,
    note: String,
    /// Its command as a program runs it.
    keep: Option<Keep>,
}

impl Facts {
    fn of(store: Store) -> &'static Self {
        STORES.iter().find(|facts| facts.id == store).expect("a test finds every store here")
    }

    /// The names, as they are in this store.
    fn names(&self, names: &Names, placement: &Placement) -> Names {
        let usual = names.clone().usual(self.mount.as_deref(), self.path.as_deref());
        if placement.store.is_none_or(|own| own == self.id) { usual.placed(placement) } else { usual }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stores {
    store: Vec<Facts>,
}

static STORES: LazyLock<Vec<Facts>> = LazyLock::new(|| {
    let read: Stores = toml::from_str(include_str!("stores.toml")).expect("a test reads this file");
    read.store
});

/// What the reader asked for.
pub struct Wish<'a> {
    pub language: &'a Language,
    /// One store, or all of them.
    pub store: Option<Store>,
    pub placement: &'a Placement,
}

/// The command of a store that takes a value, filled with names; none where it has no such command.
pub fn keeping(store: Store, names: &Names, placement: &Placement) -> Option<Keeping> {
    let facts = Facts::of(store);
    let names = facts.names(names, placement);
    let namespace = placement.namespace.clone().filter(|_| store == Store::Vault);
    Some(facts.keep.as_ref()?.filled(&names, namespace))
}

/// What a person calls a store.
pub fn name(store: Store) -> &'static str {
    &Facts::of(store).name
}

/// How a program is started that finds the value in its environment.
pub fn start(store: Store, names: &Names, placement: &Placement) -> Vec<String> {
    let facts = Facts::of(store);
    filled(&facts.start, &facts.names(names, placement))
}

/// How it should have been stored: the team's own store first, then the others.
pub fn section(wish: &Wish, names: &Names) -> Section {
    let mut stores: Vec<&Facts> =
        STORES.iter().filter(|facts| wish.store.is_none_or(|only| only == facts.id)).collect();
    let own = wish.placement.store;
    stores.sort_by_key(|facts| Some(facts.id) != own);
    let mut blocks = Vec::new();
    if matches!(wish.language.kind, Kind::Dotenv | Kind::Keyfile) {
        blocks.push(Block::Text(
            "The file it was found in is for secrets: keep that file out of git, and let programs read the value in \
             one of these ways."
                .into(),
        ));
    }
    blocks.push(Block::Text(
        "Each way below has the code that reads the key and the commands that put a new value there. The commands are \
         for bash or zsh and never show the value: read it first, and forget it at the end."
            .into(),
    ));
    blocks.push(Block::Code(vec!["printf 'new key: '; IFS= read -rs NEW; echo".into()]));
    for (number, facts) in stores.iter().enumerate() {
        blocks.extend(stored(number + 1, facts, wish, &facts.names(names, wish.placement)));
    }
    blocks.push(Block::Text("At the end:".into()));
    blocks.push(Block::Code(vec!["unset NEW".into()]));
    Section::new("How should it be stored?", blocks)
}

fn stored(number: usize, facts: &Facts, wish: &Wish, names: &Names) -> Vec<Block> {
    let mut blocks = vec![Block::Heading(format!("{number}. {}", facts.name))];
    match wish.language.lines(facts.id, names) {
        Some(mut lines) => {
            let head = wish.language.head(facts.id);
            if !head.is_empty() {
                lines.splice(..0, head.iter().cloned().chain([String::new()]));
            }
            let needs = wish.language.needs(facts.id).map_or_else(String::new, |needs| format!(" It needs: {needs}"));
            blocks.push(Block::Text(format!("Read it, in {}.{needs}", wish.language.name)));
            blocks.push(Block::Code(lines));
        }
        None => {
            blocks.push(Block::Text(format!("Give it to the program as {}, in a shell:", names.env)));
            blocks.push(Block::Code(filled(&facts.start, names)));
        }
    }
    blocks.push(Block::Text("Put the value there:".into()));
    let mut write = filled(&facts.write, names);
    if facts.id == Store::Vault
        && let Some(namespace) = &wish.placement.namespace
    {
        write.insert(0, format!("export VAULT_NAMESPACE={namespace}    # over HTTP: X-Vault-Namespace"));
    }
    blocks.push(Block::Code(write));
    blocks.push(Block::Text(names.fill(&facts.note)));
    blocks
}

fn filled(lines: &[String], names: &Names) -> Vec<String> {
    lines.iter().map(|line| names.fill(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_store_is_described_once_and_in_order() {
        let described: Vec<Store> = STORES.iter().map(|facts| facts.id).collect();
        assert_eq!(described, Store::ALL);
    }

    #[test]
    fn no_command_takes_the_value_as_an_argument() {
        for line in STORES.iter().flat_map(|facts| &facts.write).filter(|line| line.contains("$NEW")) {
            assert!(line.contains("printf ") || line.starts_with("NEW=\"$NEW\" jq"), "{line}");
        }
    }
}
