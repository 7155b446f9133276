//! Everything that is printed. No other module writes to the terminal.

mod azure;
mod bitbucket;
mod checkstyle;
mod clock;
mod codequality;
mod csv;
mod document;
mod entry;
mod github;
mod gitlab;
mod html;
mod human;
mod json;
mod jsonl;
mod junit;
mod leaflet;
mod markdown;
mod pager;
mod progress;
mod sarif;
mod style;
mod teamcity;
mod uri;
mod xml;

pub use html::page as html;
pub use leaflet::json;
pub use markdown::page as markdown;
pub use progress::Progress;
pub use style::{escape, use_colour};

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};

use crate::advice::{Advice, Commits, Document, Stage};
use crate::finding::{Finding, Group};

/// What a run has to tell.
pub struct Report<'a> {
    pub stage: Stage,
    /// The commits that findings are in.
    pub commits: &'a Commits,
    /// Worst first, each with its advice.
    pub findings: Vec<(Group<'a>, Advice)>,
    /// Paths that could not be scanned, and why.
    pub unscanned: Vec<(Vec<u8>, String)>,
    /// Findings that somebody has allowed, and why.
    pub allowed: &'a [(Finding, String)],
    /// Pages by rule, where the format has room for them.
    pub help: BTreeMap<String, Document>,
    /// Findings that somebody meant to allow, and why that does not hold.
    pub void: Vec<(&'a Finding, &'a str)>,
    /// Files that were read.
    pub files: usize,
    /// What the team adds: whom to tell, where its process is written.
    pub footer: Option<&'a str>,
    /// Only findings are told.
    pub quiet: bool,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Human,
    Json,
    Jsonl,
    Sarif,
    Github,
    Gitlab,
    Codequality,
    Junit,
    Bitbucket,
    Azure,
    Teamcity,
    Checkstyle,
    Csv,
    Markdown,
    Html,
}

impl Format {
    pub const ALL: [Self; 15] = [
        Self::Human,
        Self::Json,
        Self::Jsonl,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Codequality,
        Self::Junit,
        Self::Bitbucket,
        Self::Azure,
        Self::Teamcity,
        Self::Checkstyle,
        Self::Csv,
        Self::Markdown,
        Self::Html,
    ];

    /// Its name on the command line, and who reads it.
    pub fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::Human => ("human", "for a person"),
            Self::Json => ("json", "one JSON document"),
            Self::Jsonl => ("jsonl", "one JSON object a line"),
            Self::Sarif => ("sarif", "SARIF 2.1.0"),
            Self::Github => ("github", "GitHub Actions: annotations and the job's summary"),
            Self::Gitlab => ("gitlab", "GitLab: secret detection report"),
            Self::Codequality => ("codequality", "GitLab: code quality report"),
            Self::Junit => ("junit", "JUnit XML"),
            Self::Bitbucket => ("bitbucket", "Bitbucket Code Insights: report and annotations"),
            Self::Azure => ("azure", "Azure Pipelines: logging commands"),
            Self::Teamcity => ("teamcity", "TeamCity: service messages"),
            Self::Checkstyle => ("checkstyle", "Checkstyle XML"),
            Self::Csv => ("csv", "for a spreadsheet"),
            Self::Markdown => ("markdown", "for a comment on a pull request"),
            Self::Html => ("html", "one self-contained page"),
        }
    }

    /// Whether it has room for whole pages.
    pub fn shows_pages(self) -> bool {
        self == Self::Sarif
    }
}

/// Prints the report.
///
/// # Errors
/// The stream could not be written, a closed pipe aside.
pub fn findings(report: &Report, format: Format, out: &mut dyn Write) -> io::Result<()> {
    let print = match format {
        Format::Human => human::print,
        Format::Json => json::print,
        Format::Jsonl => jsonl::print,
        Format::Sarif => sarif::print,
        Format::Github => github::print,
        Format::Gitlab => gitlab::print,
        Format::Codequality => codequality::print,
        Format::Junit => junit::print,
        Format::Bitbucket => bitbucket::print,
        Format::Azure => azure::print,
        Format::Teamcity => teamcity::print,
        Format::Checkstyle => checkstyle::print,
        Format::Csv => csv::print,
        Format::Markdown => markdown::print,
        Format::Html => html::print,
    };
    let mut out = io::BufWriter::new(out);
    closed_is_fine(print(report, &mut out).and_then(|()| out.flush()))
}

/// Prints a page.
///
/// # Errors
/// The stream could not be written, a closed pipe aside.
pub fn document(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    closed_is_fine(document::print(document, out))
}

/// The same on standard output, through a pager if there is one.
///
/// # Errors
/// The stream could not be written, a closed pipe aside.
pub fn paged(page: &Document, pager: Option<&str>) -> io::Result<()> {
    closed_is_fine(pager::print(pager, &|out| document::print(page, out)))
}

/// Prints a text as it is.
///
/// # Errors
/// The stream could not be written, a closed pipe aside.
pub fn text(text: &str, out: &mut dyn Write) -> io::Result<()> {
    closed_is_fine(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Prints lines as they are.
///
/// # Errors
/// The stream could not be written, a closed pipe aside.
pub fn lines<S: AsRef<str>>(lines: &[S], out: &mut dyn Write) -> io::Result<()> {
    closed_is_fine(lines.iter().try_for_each(|line| writeln!(out, "{}", line.as_ref())))
}

/// Prints a value as JSON, for whatever lists.
///
/// # Errors
/// The stream could not be written, a closed pipe aside.
pub fn value(value: &serde_json::Value, out: &mut dyn Write) -> io::Result<()> {
    closed_is_fine(writeln!(out, "{value:#}"))
}

/// Prints what stopped a command: one line, and the way out where there is one.
pub fn fatal(error: &anyhow::Error) {
    let mut err = io::stderr().lock();
    let said = format!("{error:#}").replace('\n', " ");
    // There is nobody left to tell if standard error is closed.
    let _ = writeln!(err, "keystop: {}", style::printable(&said));
    if let Some(hint) = error.downcast_ref::<Hint>() {
        let _ = writeln!(err, "hint: {}", hint.hint);
    }
}

/// Makes a panic a failure that says where, and nothing of what was being looked at: a message could hold a secret.
pub fn guard_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        note(&format!("internal error{place}; this is a bug, and what was read has not been judged"));
        std::process::exit(2);
    }));
}

/// Asks a person at a terminal, who has to say yes; elsewhere nobody can.
///
/// # Errors
/// The terminal could not be used.
pub fn confirm(question: &str) -> io::Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(false);
    }
    write!(io::stderr(), "{question} [y/N] ")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// A remark on standard error.
pub fn note(text: &str) {
    // As above: a closed stream changes nothing.
    let _ = writeln!(io::stderr().lock(), "keystop: {}", style::printable(text));
}

/// An error that knows the way out.
#[derive(Debug)]
pub struct Hint {
    pub message: String,
    pub hint: String,
}

impl std::fmt::Display for Hint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Hint {}

/// Attaches the way out to an error.
pub fn hint(error: &anyhow::Error, hint: impl Into<String>) -> anyhow::Error {
    anyhow::Error::new(Hint { message: format!("{error:#}"), hint: hint.into() })
}

/// A reader that has seen enough is no failure.
fn closed_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
