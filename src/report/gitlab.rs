//! GitLab's secret-detection report, as its security dashboard reads it.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::entry::{Entry, entries};
use super::{Report, clock};
use crate::rules::Severity;

/// Version of the report's schema.
const VERSION: &str = "15.0.7";
/// Stands for a commit that is not made yet; the schema wants one.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let now = clock::now();
    let tool = json!({
        "id": "keystop",
        "name": "keystop",
        "version": env!("CARGO_PKG_VERSION"),
        "vendor": {"name": "keystop"},
    });
    let missed = report.unscanned.iter().map(
        |(path, reason)| json!({"level": "fatal", "value": format!("not scanned: {}: {reason}", super::escape(path))}),
    );
    let output = json!({
        "version": VERSION,
        "scan": {
            "type": "secret_detection",
            "analyzer": tool,
            "scanner": tool,
            "start_time": now,
            "end_time": now,
            "status": if report.unscanned.is_empty() { "success" } else { "failure" },
            "messages": missed.collect::<Vec<_>>(),
        },
        "vulnerabilities": entries(report).iter().map(vulnerability).collect::<Vec<_>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &output)?;
    writeln!(out)
}

fn vulnerability(entry: &Entry) -> Value {
    let finding = entry.finding;
    json!({
        "id": entry.id,
        "name": entry.advice.name,
        "description": entry.message(),
        "severity": severity(finding.severity),
        "solution": entry.advice.steps.iter().map(|step| step.text.as_str()).collect::<Vec<_>>().join(" "),
        "raw_source_code_extract": finding.preview,
        "identifiers": [{"type": "keystop_rule_id", "name": format!("keystop rule {}", finding.rule), "value": finding.rule}],
        "location": {
            "file": entry.path(),
            "start_line": finding.start.line,
            "end_line": finding.end.line,
            "commit": {"sha": entry.commit().unwrap_or(NO_COMMIT)},
        },
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
    }
}
