//! `keystop plan FINDING`: the incident as a checklist in Markdown.

use std::io;

use anyhow::Result;

use super::{circumstances, explain, uses};
use crate::cli::PlanArgs;
use crate::config::Config;
use crate::exit::Exit;
use crate::git::{Ownership, Repository};
use crate::remedy::forms::Forms;
use crate::remedy::language::Language;
use crate::remedy::{self, Options};
use crate::report;

pub fn run(args: &PlanArgs) -> Result<Exit> {
    let config = Config::find(&std::env::current_dir()?)?;
    let found = circumstances::of(&config, &args.finding)?;
    let page = explain::page_of(&config, &found.finding().rule)?;
    let forms = Forms::of(&found.finding().secret, &found.finding().preview);
    let affected = match forms.filter(|_| Repository::open(Ownership::Checked).is_ok()) {
        Some(forms) => uses::gather(&forms, Some(&page), &found.places)?.affected(&forms),
        None => Vec::new(),
    };
    let options = Options {
        language: Language::of(&found.finding().path),
        store: None,
        placement: config.placement.value.clone(),
        exposure: Some(found.exposure),
        footer: config.message_footer.map(|footer| footer.value),
    };
    let plan = remedy::plan(&page, &options, &affected);
    report::text(&report::markdown(&plan), &mut io::stdout().lock())?;
    Ok(Exit::Clean)
}
