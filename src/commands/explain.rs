//! `keystop explain KEY|FINDING`: the page.

use std::io;

use anyhow::{Result, anyhow};

use super::{circumstances, find, store_named};
use crate::cli::{ExplainArgs, PageFormat};
use crate::config::{self, Config};
use crate::exit::Exit;
use crate::git;
use crate::remedy::language::Language;
use crate::remedy::{self, Options};
use crate::report;
use crate::rules::{self, Page};

pub fn run(args: &ExplainArgs) -> Result<Exit> {
    let config = Config::find(&std::env::current_dir()?)?;
    // A word that is no kind of key and has the form of a finding is one.
    let found = match page_of(&config, &args.key) {
        Err(_) if find::is_fingerprint(&args.key) || args.key.contains(':') => {
            Some(circumstances::of(&config, &args.key)?)
        }
        _ => None,
    };
    let page = page_of(&config, found.as_ref().map_or(args.key.as_str(), |found| &found.finding().rule))?;
    let language = match (&args.lang, &found) {
        (None, Some(found)) => Language::of(&found.finding().path),
        (word, _) => language(word.as_deref())?,
    };
    let options = Options {
        language,
        store: store_named(args.store.as_deref())?,
        placement: config.placement.value.clone(),
        exposure: found.map(|found| found.exposure),
        footer: config.message_footer.map(|footer| footer.value),
    };
    let document = remedy::page(&page, &options);
    let out = &mut io::stdout().lock();
    match args.format {
        PageFormat::Human => {
            report::use_colour(&io::stdout());
            report::paged(&document, pager().as_deref())?;
        }
        PageFormat::Md => report::text(&report::markdown(&document), out)?,
        PageFormat::Html => report::text(&report::html(&document), out)?,
        PageFormat::Json => report::value(&report::json(&document), out)?,
    }
    Ok(Exit::Clean)
}

/// The page of a rule, of the catalogue or of the configuration.
///
/// # Errors
/// There is none of this id.
pub fn page_of(config: &Config, id: &str) -> Result<Page> {
    let own =
        || config.forms.iter().find(|form| form.value.id == id).map(|form| Page::of_team(config::CUSTOM, &form.value));
    let mut pages = rules::pages();
    if let Some(page) = pages.iter().position(|page| page.key.id == id).map(|at| pages.swap_remove(at)).or_else(own) {
        return Ok(page);
    }
    let near = config::nearest(id, pages.iter().map(|page| page.key.id.as_str()));
    // Somebody may have pasted a secret: what was typed is not repeated.
    Err(report::hint(&anyhow!("there is no key of this id{near}"), "keystop rules list"))
}

/// The pager git would use; none where the reader is no terminal.
fn pager() -> Option<String> {
    let terminal = io::IsTerminal::is_terminal(&io::stdout());
    let pager = terminal.then(|| git::run_git(&["var", "GIT_PAGER"]).ok()).flatten()?;
    Some(String::from_utf8_lossy(&pager).trim().to_owned()).filter(|pager| !pager.is_empty() && pager != "cat")
}

fn language(word: Option<&str>) -> Result<Language> {
    let word = word.unwrap_or("shell");
    Language::by_name(word).ok_or_else(|| {
        let near = config::nearest(word, Language::ids());
        let known: Vec<&str> = Language::ids().collect();
        report::hint(&anyhow!("there is no language `{word}`{near}"), format!("one of {}", known.join(", ")))
    })
}
