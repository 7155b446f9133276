//! `keystop explain KEY|FINDING`: the page.

use std::io;

use anyhow::{Result, anyhow};

use super::{circumstances, find};
use crate::cli::ExplainArgs;
use crate::config::{self, Config, Store};
use crate::exit::Exit;
use crate::remedy::language::Language;
use crate::remedy::{self, Options};
use crate::report;
use crate::rules;

pub fn run(args: &ExplainArgs) -> Result<Exit> {
    let config = Config::find(&std::env::current_dir()?)?;
    let pages = rules::pages();
    let known = |id: &str| pages.iter().find(|page| page.key.id == id);
    // A word that is no kind of key and has the form of a finding is one.
    let found = match known(&args.key) {
        None if find::is_fingerprint(&args.key) || args.key.contains(':') => {
            Some(circumstances::of(&config, &args.key)?)
        }
        _ => None,
    };
    let id = found.as_ref().map_or(args.key.as_str(), |found| &found.finding.rule);
    let page = known(id).ok_or_else(|| {
        let near = config::nearest(id, pages.iter().map(|page| page.key.id.as_str()));
        // Somebody may have pasted a secret: what was typed is not repeated.
        report::hint(&anyhow!("there is no key of this id{near}"), "keystop rules list")
    })?;
    let language = match (&args.lang, &found) {
        (None, Some(found)) => Language::of(&found.finding.path),
        (word, _) => language(word.as_deref())?,
    };
    let options = Options {
        language,
        store: store(args.store.as_deref())?,
        placement: config.placement.clone(),
        exposure: found.map(|found| found.exposure),
        footer: config.message_footer,
    };
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
    let words = Store::ALL.map(Store::id).join(", ");
    let unknown = || report::hint(&anyhow!("there is no store `{word}`"), format!("one of {words}"));
    Store::by_id(word).ok_or_else(unknown).map(Some)
}
