//! `keystop rules`: list and check.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use regex::bytes::RegexBuilder;
use serde_json::json;

use crate::cli::{RulesCommand, RulesFormat};
use crate::config::{self, Config};
use crate::exit::Exit;
use crate::report;
use crate::rules::syntax::{Certainty, KeyForm, ProviderFile};
use crate::rules::{self, Page, Prefilter, Rule};
use crate::scan::{Scanner, proof};

/// A rule as it is written, and where it comes from.
#[derive(Clone)]
struct Written {
    provider: String,
    generic: bool,
    form: KeyForm,
}

impl Written {
    fn builtin() -> Vec<Self> {
        let pages = rules::pages().into_iter();
        pages.map(|page| Self { provider: page.stem, generic: page.provider.generic, form: page.key }).collect()
    }

    fn custom() -> Result<Vec<Self>> {
        let forms = Config::find(&std::env::current_dir()?)?.forms.into_iter();
        Ok(forms.map(|form| Self { provider: config::CUSTOM.to_owned(), generic: false, form }).collect())
    }

    fn read(file: &Path) -> Result<Vec<Self>> {
        let shown = file.display();
        let source = std::fs::read_to_string(file).with_context(|| format!("cannot read `{shown}`"))?;
        let parsed: ProviderFile = toml::from_str(&source).map_err(|error| anyhow!("`{shown}`: {error}"))?;
        let provider = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let generic = parsed.provider.generic;
        Ok(parsed.keys.into_iter().map(|form| Self { provider: provider.clone(), generic, form }).collect())
    }
}

pub fn run(command: &RulesCommand) -> Result<Exit> {
    match command {
        RulesCommand::List { format } => list(*format),
        RulesCommand::Check { files } => check(files),
    }
}

fn list(format: RulesFormat) -> Result<Exit> {
    let all = [Written::builtin(), Written::custom()?].concat();
    let mut out = io::stdout().lock();
    match format {
        RulesFormat::Json => {
            let rules = all.iter().map(|Written { provider, form, .. }| {
                json!({"id": form.id, "provider": provider, "name": form.name, "severity": form.severity.as_str(), "secret": form.secret})
            });
            report::value(&rules.collect(), &mut out)?;
        }
        RulesFormat::Human => {
            let width = all.iter().map(|rule| rule.form.id.len()).max().unwrap_or(0);
            let line = |Written { form, .. }: &Written| {
                format!("{:width$}  {:8}  {}", form.id, form.severity.as_str(), form.name)
            };
            let mut lines: Vec<String> = all.iter().map(line).collect();
            let mut providers: Vec<&str> = all.iter().map(|rule| rule.provider.as_str()).collect();
            providers.dedup();
            lines.push(format!("{} rules of {} providers", all.len(), providers.len()));
            report::lines(&lines, &mut out)?;
        }
        RulesFormat::Markdown => report::lines(&table(&rules::pages()), &mut out)?,
    }
    Ok(Exit::Clean)
}

/// The built-in rules as a page of Markdown, a row for each provider.
fn table(pages: &[Page]) -> Vec<String> {
    let providers: Vec<&[Page]> = pages.chunk_by(|a, b| a.stem == b.stem).collect();
    let mut lines = vec![
        "# Providers".into(),
        String::new(),
        format!("{} rules of {} providers. This page is made by `keystop rules list --format markdown`, and a test", pages.len(), providers.len()),
        "keeps it true. *Facts* says how the least certain page of the provider was established: `documented`, from the".into(),
        "vendor's own text; `known`, from general knowledge; `guess`, from similar vendors. `keystop explain KEY` shows a page.".into(),
        String::new(),
        "| provider | keys | verified offline | facts |".into(),
        "|---|---|---|---|".into(),
    ];
    lines.extend(providers.into_iter().map(row));
    lines
}

fn row(keys: &[Page]) -> String {
    let provider = &keys[0].provider;
    let ids: Vec<String> = keys.iter().map(|page| format!("`{}`", page.key.id)).collect();
    let verified: BTreeSet<String> = keys.iter().flat_map(|page| page.key.verified_by()).collect();
    let verified: Vec<String> = verified.into_iter().collect();
    let certainty = keys.iter().filter_map(|page| page.key.remedy.as_ref()).map(|remedy| remedy.certainty).max();
    let facts = certainty.map_or("", Certainty::as_str);
    format!("| [{}]({}) | {} | {} | {facts} |", provider.name, provider.docs, ids.join(", "), verified.join(", "))
}

fn check(files: &[PathBuf]) -> Result<Exit> {
    let written = if files.is_empty() {
        [Written::builtin(), Written::custom()?].concat()
    } else {
        files.iter().map(|file| Written::read(file)).collect::<Result<Vec<_>>>()?.concat()
    };
    let mut lines = faults(&written);
    let count = lines.len();
    lines.push(format!("{} rules checked, {count} faults", written.len()));
    report::lines(&lines, &mut io::stdout().lock())?;
    Ok(if count == 0 { Exit::Clean } else { Exit::Found })
}

/// Every fault of the rules, one line each. Only rules of a configuration may do without a page.
fn faults(written: &[Written]) -> Vec<String> {
    let (mut compiled, mut needles, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for Written { provider, generic, form } in written {
        let index = u16::try_from(compiled.len()).unwrap_or(u16::MAX);
        let page = if provider == config::CUSTOM { Ok(()) } else { form.check_page(provider) };
        match page.and_then(|()| Rule::compile(form, provider, *generic, index)).and_then(fits) {
            Ok((rule, woken_by)) => {
                compiled.push(rule);
                needles.extend(woken_by);
            }
            Err(why) => faults.push(format!("{provider}: `{}`: {why}", form.id)),
        }
    }
    let filter = Prefilter::build(needles);
    let scanner = Scanner::new(vec![(&compiled, &filter)], BTreeSet::new());
    for Written { provider, form, .. } in written {
        if compiled.iter().any(|rule| *rule.id == *form.id) {
            let wrong = proof::faults(&scanner, form, provider);
            faults.extend(wrong.into_iter().map(|why| format!("{provider}: `{}`: {why}", form.id)));
        }
    }
    faults
}

/// A regex can be right and still be too large to run.
fn fits<T>(compiled: (Rule, T)) -> Result<(Rule, T), String> {
    let built = RegexBuilder::new(compiled.0.shape.regex()).unicode(false).build();
    built.map(|_| compiled).map_err(|error| error.to_string().replace('\n', " "))
}
