//! What every scanning command does with hunks: scan, ask for decisions, report.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use anyhow::Result;

use crate::advice::{Commit, Commits, Document, Stage};
use crate::allow::{self, Decision};
use crate::config::Config;
use crate::exit::Exit;
use crate::finding::{self, Finding, Fingerprint};
use crate::git::{self, Coverage, Id, Walked};
use crate::hunk::{Hunk, Origin};
use crate::remedy::language::Language;
use crate::remedy::{self, Options};
use crate::report::{self, Format, Report};
use crate::rules::{self, Page};
use crate::scan::Scanner;

/// A finding, and what was decided about it.
pub type Judged = (Decision, Finding);

/// A scan under way.
pub struct Session<'c> {
    config: &'c Config,
    scanner: Scanner<'c>,
    findings: Vec<Finding>,
    unreasoned: Vec<usize>,
    allowed: Vec<(Finding, String)>,
    commits: Commits,
}

impl<'c> Session<'c> {
    pub fn new(config: &'c Config) -> Self {
        let scanner = scanner(config);
        Self {
            config,
            scanner,
            findings: Vec::new(),
            unreasoned: Vec::new(),
            allowed: Vec::new(),
            commits: Commits::new(),
        }
    }

    pub fn take(&mut self, hunk: &Hunk) {
        self.keep(self.judge(hunk));
    }

    /// Finds and decides; for any number of threads at once.
    pub fn judge(&self, hunk: &Hunk) -> Vec<Judged> {
        let decide = |found| (allow::decide(self.config, hunk, &found), found);
        self.scanner.scan(hunk).into_iter().map(decide).collect()
    }

    /// What is found, by identity only.
    pub fn fingerprints(&self, hunk: &Hunk) -> Vec<Fingerprint> {
        self.scanner.scan(hunk).into_iter().map(|found| found.fingerprint).collect()
    }

    /// Keeps what was found for the report.
    pub fn keep(&mut self, judged: Vec<Judged>) {
        for (decision, found) in judged {
            match decision {
                Decision::Allowed(reason) => {
                    self.allowed.push((found, reason));
                    continue;
                }
                Decision::Unreasoned => self.unreasoned.push(self.findings.len()),
                Decision::Report => {}
            }
            self.findings.push(found);
        }
    }

    /// The same for what was found in commits; `tip` is where they lead.
    ///
    /// # Errors
    /// The tip could not be told.
    pub fn keep_walked(&mut self, walked: Walked<Judged>, tip: impl Fn() -> Result<Option<Id>>) -> Result<Coverage> {
        self.keep(walked.made);
        if !self.findings.is_empty() {
            self.found_in(&walked.commits, tip()?);
        }
        Ok(walked.coverage)
    }

    /// Notes the commits that findings are in, as a person knows them.
    fn found_in(&mut self, commits: &[git::Commit], tip: Option<Id>) {
        let named = |finding: &Finding| match &finding.origin {
            Origin::Commit(id) | Origin::Message(id) => Id::from_hex(id.as_bytes()),
            Origin::Staged | Origin::File => None,
        };
        let removed = |finding: &Finding| Id::from_hex(finding.removed_by.as_ref()?.as_bytes());
        let named: BTreeSet<Id> =
            self.findings.iter().flat_map(|found| [named(found), removed(found)]).flatten().collect();
        let has_merges = commits.iter().any(|commit| commit.parents.len() > 1);
        for (age, commit) in commits.iter().enumerate().filter(|(_, commit)| named.contains(&commit.id)) {
            let id = commit.id.to_string();
            let known = Commit {
                id: id[..10].to_owned(),
                author: commit.author.clone(),
                date: commit.date(),
                is_head: tip == Some(commit.id),
                age,
                is_root: commit.parents.is_empty(),
                has_merges,
            };
            self.commits.insert(id, known);
        }
    }

    /// Prints the outcome and decides the exit code: a key found, then anything unread, then clean.
    pub fn finish(self, stage: Stage, format: Format, coverage: Coverage) -> Result<Exit> {
        let exit = match () {
            () if self.findings.iter().any(Finding::blocks) => Exit::Found,
            () if !coverage.unscanned.is_empty() => Exit::Failed,
            () => Exit::Clean,
        };
        let mut pages = Pages::default();
        let groups = finding::group(&self.findings);
        let findings = groups.into_iter().map(|group| {
            let first = group.first();
            let name =
                self.config.forms.iter().find(|form| form.id == first.rule).map_or(first.rule.as_str(), |f| &f.name);
            let advice = remedy::advise(&group, pages.of(&first.provider, &first.rule), name, stage, &self.commits);
            (group, advice)
        });
        let findings = findings.collect();
        let help = if format.shows_pages() { pages.help() } else { BTreeMap::new() };
        let report = Report {
            stage,
            commits: &self.commits,
            findings,
            unscanned: coverage.unscanned.into_iter().map(|missed| (missed.path, missed.reason)).collect(),
            allowed: &self.allowed,
            help,
            unreasoned: self.unreasoned.iter().map(|at| &self.findings[*at]).collect(),
            files: coverage.files,
            footer: self.config.message_footer.as_deref(),
        };
        if format == Format::Human && stage.is_hook() {
            report::use_colour(&io::stderr());
            report::findings(&report, format, &mut io::stderr().lock())?;
        } else {
            report::use_colour(&io::stdout());
            report::findings(&report, format, &mut io::stdout().lock())?;
        }
        Ok(exit)
    }
}

/// The scanner of the built-in and the configured rules.
pub fn scanner(config: &Config) -> Scanner<'_> {
    let mut sets = vec![rules::builtin()];
    sets.extend(config.prefilter.as_ref().map(|prefilter| (config.rules.as_slice(), prefilter)));
    Scanner::new(sets, config.disabled.iter().cloned().collect())
}

/// Pages that were read already: a provider's file is read once.
#[derive(Default)]
struct Pages(BTreeMap<String, Option<Page>>);

impl Pages {
    fn of(&mut self, provider: &str, rule: &str) -> Option<&Page> {
        self.0.entry(rule.to_owned()).or_insert_with(|| Page::of(provider, rule)).as_ref()
    }

    /// Everything that was read, as it is shown.
    fn help(&self) -> BTreeMap<String, Document> {
        let shell = Language::by_name("shell");
        let known = self.0.iter().filter_map(|(rule, page)| Some((rule, page.as_ref()?, shell.clone()?)));
        known.map(|(rule, page, language)| (rule.clone(), remedy::page(page, &Options::of(language)))).collect()
    }
}
