//! Checkstyle XML: findings by file.

use std::io::{self, Write};

use super::Report;
use super::entry::{Level, entries};
use super::xml::escape;

pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"10.0\">")?;
    let entries = entries(report);
    for file in entries.chunk_by(|a, b| a.finding.path == b.finding.path) {
        writeln!(out, "  <file name=\"{}\">", escape(&file[0].path()))?;
        for entry in file {
            let level = match Level::of(entry.finding) {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Note => "info",
            };
            let at = entry.finding.start;
            let (rule, said) = (escape(&entry.finding.rule), escape(&entry.message()));
            let place = format!("line=\"{}\" column=\"{}\"", at.line, at.column);
            writeln!(out, "    <error {place} severity=\"{level}\" message=\"{said}\" source=\"keystop.{rule}\"/>")?;
        }
        writeln!(out, "  </file>")?;
    }
    for (path, reason) in &report.unscanned {
        let (path, reason) = (escape(&String::from_utf8_lossy(path)), escape(reason));
        writeln!(out, "  <file name=\"{path}\">")?;
        let said = format!("message=\"not scanned: {reason}\" source=\"keystop.not-scanned\"");
        writeln!(out, "    <error line=\"1\" severity=\"error\" {said}/>\n  </file>")?;
    }
    writeln!(out, "</checkstyle>")
}
