//! GitLab's code quality report: a list in the form of Code Climate.

use std::io::{self, Write};

use serde_json::json;

use super::Report;
use super::entry::entries;
use crate::rules::Severity;

pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let entries = entries(report);
    let found = entries.iter().map(|entry| {
        let severity = match entry.finding.severity {
            Severity::Critical => "blocker",
            Severity::High => "critical",
            Severity::Medium => "major",
            Severity::Low => "minor",
        };
        issue(&entry.finding.rule, &entry.message(), severity, &entry.id, &entry.path(), entry.finding.start.line)
    });
    let missed = report.unscanned.iter().map(|(path, reason)| {
        let path = String::from_utf8_lossy(path);
        issue("not-scanned", &format!("not scanned: {reason}"), "blocker", &format!("not-scanned {path}"), &path, 1)
    });
    serde_json::to_writer_pretty(&mut *out, &found.chain(missed).collect::<Vec<_>>())?;
    writeln!(out)
}

fn issue(rule: &str, said: &str, severity: &str, print: &str, path: &str, line: u32) -> serde_json::Value {
    json!({
        "type": "issue",
        "check_name": rule,
        "description": said,
        "categories": ["Security"],
        "severity": severity,
        "fingerprint": print,
        "location": {"path": path, "lines": {"begin": line}},
    })
}
