//! Findings as JSON, version 1: stable, what benchmarks and integrations read.

use std::io::{self, Write};

use serde::Serialize;

use super::Report;
use super::entry::{commit, part};
use crate::finding::Finding;
use crate::hunk::{Gone, Part};

#[derive(Serialize)]
pub struct Output<'a> {
    version: u32,
    /// False if anything could not be scanned.
    complete: bool,
    findings: Vec<FindingOutput<'a>>,
    errors: Vec<ErrorOutput>,
}

#[derive(Serialize)]
struct FindingOutput<'a> {
    rule: &'a str,
    provider: &'a str,
    severity: &'a str,
    confidence: &'a str,
    path: String,
    commit: Option<&'a str>,
    /// Who wrote the commit, and when.
    author: Option<&'a str>,
    date: Option<&'a str>,
    /// The commit that took it out again.
    removed_by: Option<&'a str>,
    /// The part of a container image, where one was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<ImageOutput<'a>>,
    start: PositionOutput,
    /// Exclusive.
    end: PositionOutput,
    preview: &'a str,
    fingerprint: &'a str,
}

/// Where in an image a key stands.
#[derive(Serialize)]
pub struct ImageOutput<'a> {
    /// What tells it from the others beside it.
    #[serde(skip_serializing_if = "str::is_empty")]
    image: &'a str,
    /// From 1; none for the configuration.
    layer: Option<usize>,
    layers: Option<usize>,
    digest: Option<&'a str>,
    instruction: Option<&'a str>,
    deleted_in_layer: Option<usize>,
    replaced_in_layer: Option<usize>,
}

impl<'a> ImageOutput<'a> {
    pub fn of(part: &'a Part) -> Self {
        let layer = part.layer.as_ref();
        let gone = layer.and_then(|layer| layer.gone);
        Self {
            image: &part.image,
            layer: layer.map(|layer| layer.number),
            layers: layer.map(|layer| layer.of),
            digest: layer.map(|layer| layer.digest.as_str()),
            instruction: part.instruction.as_deref(),
            deleted_in_layer: match gone {
                Some(Gone::Deleted(number)) => Some(number),
                _ => None,
            },
            replaced_in_layer: match gone {
                Some(Gone::Replaced(number)) => Some(number),
                _ => None,
            },
        }
    }
}

#[derive(Serialize)]
struct PositionOutput {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct ErrorOutput {
    path: String,
    message: String,
}

pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &output(report))?;
    writeln!(out)
}

/// The document as plain data.
pub fn output<'a>(report: &'a Report) -> Output<'a> {
    let mut places: Vec<&Finding> =
        report.findings.iter().flat_map(|(group, _)| group.places.iter().copied()).collect();
    places.sort_by(|a, b| (&a.path, a.start, &a.rule, &a.origin).cmp(&(&b.path, b.start, &b.rule, &b.origin)));
    let errors = report.unscanned.iter().map(|(path, reason)| ErrorOutput {
        path: String::from_utf8_lossy(path).into_owned(),
        message: reason.clone(),
    });
    Output {
        version: 1,
        complete: report.unscanned.is_empty(),
        findings: places.into_iter().map(|place| finding(report, place)).collect(),
        errors: errors.collect(),
    }
}

fn finding<'a>(report: &'a Report, finding: &'a Finding) -> FindingOutput<'a> {
    let known = commit(finding).and_then(|id| report.commits.get(id));
    let position = |at: crate::finding::Position| PositionOutput { line: at.line, column: at.column };
    FindingOutput {
        rule: &finding.rule,
        provider: &finding.provider,
        severity: finding.severity.as_str(),
        confidence: confidence(finding),
        path: String::from_utf8_lossy(&finding.path).into_owned(),
        commit: commit(finding),
        author: known.map(|commit| commit.author.as_str()),
        date: known.map(|commit| commit.date.as_str()),
        removed_by: finding.removed_by.as_deref(),
        image: part(finding).map(ImageOutput::of),
        start: position(finding.start),
        end: position(finding.end),
        preview: &finding.preview,
        fingerprint: finding.fingerprint.as_str(),
    }
}

/// What is public by design is told and stops nothing, so a reader must see it as `low`.
fn confidence(finding: &Finding) -> &'static str {
    if finding.is_secret { finding.confidence.as_str() } else { "low" }
}
