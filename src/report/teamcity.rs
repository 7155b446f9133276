//! Service messages of TeamCity: inspections.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::Report;
use super::entry::{Level, entries};

pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut known = BTreeSet::new();
    for entry in entries(report) {
        let finding = entry.finding;
        let rule = escape(&finding.rule);
        if known.insert(rule.clone()) {
            let name = escape(&entry.advice.name);
            writeln!(out, "##teamcity[inspectionType id='{rule}' name='{name}' category='Keys' description='{name}']")?;
        }
        let level = match Level::of(finding) {
            Level::Error => "ERROR",
            Level::Warning => "WARNING",
            Level::Note => "INFO",
        };
        let (said, path, line) = (escape(&entry.message()), escape(&entry.path()), finding.start.line);
        let place = format!("file='{path}' line='{line}' SEVERITY='{level}'");
        writeln!(out, "##teamcity[inspection typeId='{rule}' message='{said}' {place}]")?;
    }
    for (path, reason) in &report.unscanned {
        let said = escape(&format!("keystop: not scanned: {}: {reason}", super::escape(path)));
        writeln!(out, "##teamcity[buildProblem description='{said}' identity='keystop-not-scanned']")?;
    }
    Ok(())
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '\'' | '[' | ']' => escaped.extend(['|', c]),
            '\n' => escaped.push_str("|n"),
            '\r' => escaped.push_str("|r"),
            c if c.is_ascii() => escaped.push(c),
            // Four digits a unit, so what is beyond the basic plane takes two.
            c => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| escaped.push_str(&format!("|0x{unit:04x}"))),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #[test]
    fn service_messages_are_escaped() {
        assert_eq!(super::escape("it's [a|b]\né"), "it|'s |[a||b|]|n|0x00e9");
    }
}
