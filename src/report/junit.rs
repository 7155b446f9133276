//! JUnit XML: a test case for every finding, failed; one that passes where nothing was found.

use std::io::{self, Write};

use super::Report;
use super::entry::{Entry, entries};
use super::xml::escape;

pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let entries = entries(report);
    let failures = entries.iter().filter(|entry| entry.finding.blocks()).count();
    let errors = report.unscanned.len();
    let tests = (entries.len() + errors).max(1);
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"");
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"keystop\" {counts}>\n  <testsuite name=\"keystop\" {counts}>")?;
    for entry in &entries {
        case(entry, out)?;
    }
    for (path, reason) in &report.unscanned {
        let (path, reason) = (escape(&String::from_utf8_lossy(path)), escape(reason));
        writeln!(out, "    <testcase name=\"{path}\" classname=\"not-scanned\">")?;
        writeln!(out, "      <error type=\"not-scanned\" message=\"{reason}\"/>\n    </testcase>")?;
    }
    if entries.is_empty() && errors == 0 {
        writeln!(out, "    <testcase name=\"no key found\" classname=\"keystop\"/>")?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

fn case(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    let finding = entry.finding;
    let place = format!("{}:{}:{}", entry.path(), finding.start.line, finding.start.column);
    let (place, rule, said) = (escape(&place), escape(&finding.rule), escape(&entry.message()));
    writeln!(out, "    <testcase name=\"{place}\" classname=\"{rule}\">")?;
    if finding.blocks() {
        let (kind, headline) = (finding.severity.as_str(), escape(&entry.headline()));
        writeln!(out, "      <failure type=\"{kind}\" message=\"{headline}\">{said}</failure>")?;
    } else {
        writeln!(out, "      <system-out>{said}</system-out>")?;
    }
    writeln!(out, "    </testcase>")
}
