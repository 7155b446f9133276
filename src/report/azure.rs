//! Logging commands of Azure Pipelines.

use std::io::{self, Write};

use super::Report;
use super::entry::{Level, entries};

pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for entry in entries(report) {
        let finding = entry.finding;
        // Azure knows two kinds; what stops nothing is said as a warning.
        let kind = if Level::of(finding) == Level::Error { "error" } else { "warning" };
        let (path, at) = (property(&entry.path()), finding.start);
        let place =
            format!("sourcepath={path};linenumber={};columnnumber={};code={}", at.line, at.column, finding.rule);
        writeln!(out, "##vso[task.logissue type={kind};{place}]{}", data(&entry.message()))?;
    }
    for (path, reason) in &report.unscanned {
        let path = property(&String::from_utf8_lossy(path));
        writeln!(out, "##vso[task.logissue type=error;sourcepath={path}]{}", data(&format!("not scanned: {reason}")))?;
    }
    Ok(())
}

fn data(text: &str) -> String {
    text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}
