//! SARIF 2.1.0, as GitHub code scanning and most dashboards read it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::entry::{Level, commit, entries, part};
use super::json::ImageOutput;
use super::{Report, markdown, uri};
use crate::finding::Finding;
use crate::rules::Severity;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// A rule is described once, in the order of first use.
#[derive(Default)]
struct Rules<'a> {
    index: BTreeMap<&'a str, usize>,
    described: Vec<Value>,
}

pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut rules = Rules::default();
    let mut results = Vec::new();
    let entries = entries(report);
    for entry in &entries {
        let index = rules.index_of(entry.finding, &entry.advice.name, report);
        let mut found = result(entry.finding, &entry.message(), index);
        found["fingerprints"] = json!({"keystop/place/v1": entry.id});
        results.push(found);
    }
    for (finding, reason) in report.allowed {
        let index = rules.index_of(finding, &finding.rule, report);
        let mut allowed = result(finding, &format!("{}: allowed", finding.rule), index);
        allowed["suppressions"] = json!([{"kind": "external", "status": "accepted", "justification": reason}]);
        results.push(allowed);
    }
    let run = json!({
        "tool": {"driver": driver(&rules.described)},
        "columnKind": "utf16CodeUnits",
        "invocations": [invocation(report)],
        "results": results,
    });
    serde_json::to_writer_pretty(&mut *out, &json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}))?;
    writeln!(out)
}

fn driver(rules: &[Value]) -> Value {
    json!({"name": "keystop", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules})
}

impl<'a> Rules<'a> {
    fn index_of(&mut self, finding: &'a Finding, name: &str, report: &Report) -> usize {
        let next = self.described.len();
        let index = *self.index.entry(&finding.rule).or_insert(next);
        if index == next {
            self.described.push(described(finding, name, report));
        }
        index
    }
}

fn described(finding: &Finding, name: &str, report: &Report) -> Value {
    let more = format!("keystop explain {}", finding.rule);
    let help = report.help.get(&finding.rule).map_or_else(|| format!("`{more}`"), markdown::page);
    json!({
        "id": finding.rule,
        "shortDescription": {"text": name},
        "help": {"text": format!("What to do: {more}"), "markdown": help},
        "defaultConfiguration": {"level": level(finding)},
        "properties": {"security-severity": score(finding), "tags": ["security", "secret", finding.provider]},
    })
}

fn result(finding: &Finding, message: &str, index: usize) -> Value {
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": level(finding),
        "message": {"text": message},
        "locations": [{"physicalLocation": {"artifactLocation": artifact(&finding.path), "region": region(finding)}}],
        "partialFingerprints": {"keystop/v1": finding.fingerprint.as_str()},
        "properties": {"confidence": finding.confidence.as_str()},
    });
    if let Some(commit) = commit(finding) {
        result["properties"]["commit"] = json!(commit);
    }
    if let Some(part) = part(finding) {
        result["properties"]["image"] = json!(ImageOutput::of(part));
    }
    result
}

/// Relative to wherever the sources are, unless the path is absolute.
fn artifact(path: &[u8]) -> Value {
    match path {
        [b'/', ..] => json!({"uri": format!("file://{}", uri::of(path))}),
        _ => json!({"uri": uri::of(path), "uriBaseId": "%SRCROOT%"}),
    }
}

/// SARIF counts UTF-16 units and keystop bytes; what stands before the secret tells them apart, unless it was cut.
fn region(finding: &Finding) -> Value {
    let before = &finding.excerpt.before;
    let bytes = finding.start.column;
    let whole = before.len() + 1 == bytes as usize;
    let units = String::from_utf8_lossy(before).encode_utf16().count();
    let column = if whole { u32::try_from(units + 1).unwrap_or(bytes) } else { bytes };
    let end = if finding.start.line == finding.end.line {
        column + finding.end.column.saturating_sub(bytes)
    } else {
        finding.end.column
    };
    json!({"startLine": finding.start.line, "startColumn": column, "endLine": finding.end.line, "endColumn": end})
}

fn invocation(report: &Report) -> Value {
    let missed = report.unscanned.iter().map(|(path, reason)| {
        json!({
            "level": "error",
            "message": {"text": format!("not scanned: {reason}")},
            "locations": [{"physicalLocation": {"artifactLocation": artifact(path)}}],
        })
    });
    json!({
        "executionSuccessful": report.unscanned.is_empty(),
        "toolExecutionNotifications": missed.collect::<Vec<_>>(),
    })
}

fn level(finding: &Finding) -> &'static str {
    match Level::of(finding) {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// GitHub sorts by this; its bands are those of CVSS.
fn score(finding: &Finding) -> &'static str {
    match finding.severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}
