//! What every scanning command does with hunks: scan, ask for decisions, report.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::advice::{Advice, Commit, Commits, Document, Stage};
use crate::allow::{self, Comments, Decision};
use crate::config::Config;
use crate::exit::Exit;
use crate::finding::{self, Finding, Group};
use crate::git::{self, Coverage, Id, Walked};
use crate::hunk::{Hunk, Origin};
use crate::remedy::language::Language;
use crate::remedy::{self, Options};
use crate::report::{self, Format, Report};
use crate::rules::{self, Confidence, Page};
use crate::scan::Scanner;

/// Characters of an image's instruction that are shown.
const INSTRUCTION: usize = 120;

/// A finding, and what was decided about it.
pub type Judged = (Decision, Finding);

/// A scan under way.
pub struct Session<'c> {
    config: &'c Config,
    comments: Comments,
    scanner: Scanner<'c>,
    findings: Vec<Finding>,
    /// Decisions that do not hold, by the number of the finding.
    void: Vec<(usize, String)>,
    allowed: Vec<(Finding, String)>,
    commits: Commits,
    /// Only findings are told.
    pub quiet: bool,
    /// Files to write beside what is printed.
    reports: Vec<(Format, PathBuf)>,
}

impl<'c> Session<'c> {
    pub fn new(config: &'c Config) -> Self {
        let scanner = scanner(config);
        Self {
            config,
            comments: Comments::Heard,
            scanner,
            findings: Vec::new(),
            void: Vec::new(),
            allowed: Vec::new(),
            commits: Commits::new(),
            quiet: false,
            reports: Vec::new(),
        }
    }

    /// The same, deaf to comments in what is read.
    pub fn without_comments(self) -> Self {
        Self { comments: Comments::Ignored, ..self }
    }

    /// Writes the outcome to a file too.
    pub fn report_to(&mut self, format: Format, file: &Path) {
        self.reports.push((format, file.to_owned()));
    }

    pub fn take(&mut self, hunk: &Hunk) {
        self.keep(self.judge(hunk));
    }

    /// Finds and decides; for any number of threads at once.
    pub fn judge(&self, hunk: &Hunk) -> Vec<Judged> {
        let decide = |mut found: Finding| {
            if self.config.stop_from.as_ref().is_some_and(|least| found.severity < least.value) {
                found.confidence = Confidence::Low;
            }
            (allow::decide(self.config, self.comments, hunk, &found), found)
        };
        self.scanner.scan(hunk).into_iter().map(decide).collect()
    }

    /// An instruction of an image on one line, the keys in it replaced.
    pub fn shown(&self, instruction: &str) -> String {
        let hunk = Hunk::whole(b"config/history".to_vec(), Origin::File, instruction.as_bytes().to_vec());
        let text = self.scanner.hide(&hunk);
        text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(INSTRUCTION).collect()
    }

    /// Keeps what was found for the report.
    pub fn keep(&mut self, judged: Vec<Judged>) {
        for (decision, found) in judged {
            match decision {
                Decision::Allowed(reason) => {
                    self.allowed.push((found, reason));
                    continue;
                }
                Decision::Void(why) => self.void.push((self.findings.len(), why)),
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
            Origin::Staged | Origin::File | Origin::Image(_) => None,
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

    /// What was found, each with its advice; worst first.
    pub fn advised(&self, stage: Stage) -> Vec<(Group<'_>, Advice)> {
        self.advised_by(&mut Pages::default(), stage)
    }

    fn advised_by(&self, pages: &mut Pages, stage: Stage) -> Vec<(Group<'_>, Advice)> {
        let advised = finding::group(&self.findings).into_iter().map(|group| {
            let first = group.first();
            let custom = self.config.forms.iter().map(|form| &form.value).find(|form| form.id == first.rule);
            let name = custom.map_or(first.rule.as_str(), |form| &form.name);
            let advice = remedy::advise(&group, pages.of(&first.provider, &first.rule), name, stage, &self.commits);
            (group, advice)
        });
        advised.collect()
    }

    /// Prints the outcome and decides the exit code: a key found, then anything unread, then clean.
    pub fn finish(self, stage: Stage, format: Format, coverage: Coverage) -> Result<Exit> {
        let exit = match () {
            () if self.findings.iter().any(Finding::blocks) => Exit::Found,
            () if !coverage.unscanned.is_empty() => Exit::Failed,
            () => Exit::Clean,
        };
        let mut pages = Pages::default();
        let findings = self.advised_by(&mut pages, stage);
        let help = if self.formats(format).any(Format::shows_pages) { pages.help() } else { BTreeMap::new() };
        let report = Report {
            stage,
            commits: &self.commits,
            findings,
            unscanned: coverage.unscanned.into_iter().map(|missed| (missed.path, missed.reason)).collect(),
            allowed: &self.allowed,
            help,
            void: self.void.iter().map(|(at, why)| (&self.findings[*at], why.as_str())).collect(),
            files: coverage.files,
            footer: self.config.message_footer.as_ref().map(|footer| footer.value.as_str()),
            quiet: self.quiet,
        };
        if format == Format::Human && stage.is_hook() {
            report::use_colour(&io::stderr());
            report::findings(&report, format, &mut io::stderr().lock())?;
        } else {
            report::use_colour(&io::stdout());
            report::findings(&report, format, &mut io::stdout().lock())?;
        }
        for (format, file) in &self.reports {
            write(&report, *format, file).with_context(|| format!("cannot write `{}`", file.display()))?;
        }
        Ok(exit)
    }

    fn formats(&self, printed: Format) -> impl Iterator<Item = Format> {
        self.reports.iter().map(|(format, _)| *format).chain([printed])
    }
}

fn write(report: &Report, format: Format, file: &Path) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    report::findings(report, format, &mut fs::File::create(file)?)
}

/// The scanner of the built-in and the configured rules.
pub fn scanner(config: &Config) -> Scanner<'_> {
    let mut sets = vec![rules::builtin()];
    sets.extend(config.prefilter.as_ref().map(|prefilter| (config.rules.as_slice(), prefilter)));
    Scanner::new(sets, config.disabled.iter().map(|entry| entry.value.rule.clone()).collect())
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
