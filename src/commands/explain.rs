//! `keystop explain KEY`: the page.

use std::io;

use anyhow::{Result, anyhow};

use crate::cli::ExplainArgs;
use crate::config;
use crate::exit::Exit;
use crate::remedy::language::{Language, Store};
use crate::remedy::{self, Options};
use crate::report;
use crate::rules;

pub fn run(args: &ExplainArgs) -> Result<Exit> {
    let pages = rules::pages();
    let page = pages.iter().find(|page| page.key.id == args.key).ok_or_else(|| {
        let near = config::nearest(&args.key, pages.iter().map(|page| page.key.id.as_str()));
        // Somebody may have pasted a secret: what was typed is not repeated.
        report::hint(&anyhow!("there is no key of this id{near}"), "keystop rules list")
    })?;
    let options = Options { language: language(args.lang.as_deref())?, store: store(args.store.as_deref())? };
    report::use_colour(&io::stdout());
    report::document(&remedy::page(page, &options), &mut io::stdout().lock())?;
    Ok(Exit::Clean)
}

fn language(word: Option<&str>) -> Result<Language> {
    let word = word.unwrap_or("shell");
    Language::by_name(word).ok_or_else(|| {
        let near = config::nearest(word, Language::ids());
        let known: Vec<&str> = Language::ids().collect();
        report::hint(&anyhow!("there is no language `{word}`{near}"), format!("one of {}", known.join(", ")))
    })
}

fn store(word: Option<&str>) -> Result<Option<Store>> {
    let Some(word) = word else { return Ok(None) };
    let found = Store::ALL.into_iter().find(|store| store.id() == word);
    found
        .map(Some)
        .ok_or_else(|| report::hint(&anyhow!("there is no store `{word}`"), "one of env, aws, vault, conjur"))
}
