//! Bitbucket Code Insights: the bodies of its two calls, the report and its annotations.

use std::io::{self, Write};

use serde_json::json;

use super::Report;
use super::entry::entries;

/// Bitbucket takes as many annotations for a report; the report says how many there are.
const MOST: usize = 1000;

pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let entries = entries(report);
    let stops = entries.iter().any(|entry| entry.finding.blocks()) || !report.unscanned.is_empty();
    let annotations = entries.iter().take(MOST).map(|entry| {
        json!({
            "external_id": entry.id,
            "annotation_type": "VULNERABILITY",
            "path": entry.path(),
            "line": entry.finding.start.line,
            "summary": entry.headline(),
            "details": entry.message(),
            "severity": entry.finding.severity.as_str().to_uppercase(),
            "result": if entry.finding.blocks() { "FAILED" } else { "IGNORED" },
        })
    });
    let output = json!({
        "report": {
            "title": "keystop",
            "reporter": "keystop",
            "report_type": "SECURITY",
            "details": "Keys in the sources, and what to do about them.",
            "result": if stops { "FAILED" } else { "PASSED" },
            "data": [
                {"title": "Keys", "type": "NUMBER", "value": entries.len()},
                {"title": "Files not scanned", "type": "NUMBER", "value": report.unscanned.len()},
            ],
        },
        "annotations": annotations.collect::<Vec<_>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &output)?;
    writeln!(out)
}
