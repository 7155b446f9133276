//! Annotations of GitHub Actions. The job's summary is `markdown`, appended to the file that the runner names.

use std::fs::OpenOptions;
use std::io::{self, Write};

use super::entry::{Level, entries};
use super::{Report, markdown};

pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for entry in entries(report) {
        let finding = entry.finding;
        let kind = match Level::of(finding) {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let (start, end) = (finding.start, finding.end);
        let columns = if start.line == end.line {
            format!(",col={},endColumn={}", start.column, end.column)
        } else {
            String::new()
        };
        let (path, title) = (property(&entry.path()), property(&entry.advice.name));
        let message = data(&entry.message());
        writeln!(
            out,
            "::{kind} file={path},line={},endLine={}{columns},title={title}::{message}",
            start.line, end.line
        )?;
    }
    for (path, reason) in &report.unscanned {
        let path = property(&String::from_utf8_lossy(path));
        writeln!(out, "::error file={path},title=not scanned::{}", data(reason))?;
    }
    summary(report)
}

/// Written only where a runner asks for it.
fn summary(report: &Report) -> io::Result<()> {
    let Some(file) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|file| !file.is_empty()) else { return Ok(()) };
    let mut text = Vec::new();
    markdown::print(report, &mut text)?;
    OpenOptions::new().create(true).append(true).open(file)?.write_all(&text)
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
