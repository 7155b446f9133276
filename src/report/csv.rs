//! CSV as RFC 4180 has it, for spreadsheets.

use std::io::{self, Write};

use super::Report;
use super::entry::entries;

const HEADER: &str = "rule,provider,name,severity,confidence,path,line,column,commit,preview,fingerprint";

pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{HEADER}\r\n")?;
    for entry in entries(report) {
        let finding = entry.finding;
        let (line, column) = (finding.start.line.to_string(), finding.start.column.to_string());
        let fields = [
            &*finding.rule,
            &finding.provider,
            &entry.advice.name,
            finding.severity.as_str(),
            finding.confidence.as_str(),
            &entry.path(),
            &line,
            &column,
            entry.commit().unwrap_or_default(),
            &finding.preview,
            finding.fingerprint.as_str(),
        ];
        write!(out, "{}\r\n", fields.map(field).join(","))?;
    }
    for (path, reason) in &report.unscanned {
        let path = String::from_utf8_lossy(path);
        let fields = ["not-scanned", "", reason, "", "", &path, "", "", "", "", ""];
        write!(out, "{}\r\n", fields.map(field).join(","))?;
    }
    Ok(())
}

/// Quoted where needed; what a spreadsheet would take for a formula gets an apostrophe before it.
fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_path_is_a_field_and_no_formula() {
        assert_eq!(super::field("a, \"b\"\nc"), "\"a, \"\"b\"\"\nc\"");
        assert_eq!(super::field("=cmd()"), "'=cmd()");
    }
}
