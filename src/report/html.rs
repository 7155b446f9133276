//! One self-contained page: no script, nothing loaded from elsewhere.

use std::io::{self, Write};

use super::Report;
use super::entry::{Entry, entries};
use super::style::escape as visible;
use super::xml::escape;

const HEAD: &str = "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<title>keystop</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
article { border-top: 1px solid #8886; padding: .5rem 0; }
code, pre { font-family: ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
h2 { font-size: 1.1rem; margin: .5rem 0; }
</style>
</head>
<body>
";

pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let entries = entries(report);
    out.write_all(HEAD.as_bytes())?;
    let keys = entries.iter().filter(|entry| entry.finding.blocks()).count();
    let (read, missed) = (report.files, report.unscanned.len());
    writeln!(out, "<h1>keystop</h1>\n<p>Keys: {keys}. Files read: {read}. Not scanned: {missed}.</p>")?;
    entries.iter().try_for_each(|entry| article(entry, out))?;
    for (path, reason) in &report.unscanned {
        let (path, reason) = (escape(&visible(path)), escape(reason));
        writeln!(out, "<article><h2>Not scanned</h2><p><code>{path}</code>: {reason}</p></article>")?;
    }
    writeln!(out, "</body>\n</html>")
}

fn article(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    let (finding, advice) = (entry.finding, entry.advice);
    let severity = if finding.blocks() { finding.severity.as_str() } else { "note" };
    writeln!(out, "<article>\n<h2>{} ({severity})</h2>", escape(&advice.name))?;
    let at = finding.start;
    writeln!(out, "<p><code>{}:{}:{}</code></p>", escape(&visible(&finding.path)), at.line, at.column)?;
    let line = [visible(&finding.excerpt.before), visible(finding.preview.as_bytes()), visible(&finding.excerpt.after)];
    let [before, preview, after] = line.map(|part| escape(&part));
    writeln!(out, "<pre>{before}<mark>{preview}</mark>{after}</pre>\n<p>{}</p>\n<ol>", escape(&advice.allows))?;
    for step in &advice.steps {
        let code = step.code.iter().map(|line| format!("<pre>{}</pre>", escape(line))).collect::<String>();
        writeln!(out, "<li>{}{code}</li>", escape(&step.text))?;
    }
    writeln!(out, "</ol>\n<p>Revoke it, see who used it: <code>{}</code></p>\n</article>", escape(&advice.more))
}
