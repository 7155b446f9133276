//! One self-contained page: no script, nothing loaded from elsewhere.

use std::io::{self, Write};

use super::Report;
use super::entry::{Entry, entries};
use super::style::escape as visible;
use super::xml::escape;
use crate::advice::{Block, Document, Section, Step};

const HEAD: &str = "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
article, section { border-top: 1px solid #8886; padding: .5rem 0; }
code, pre { font-family: ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
pre { background: #8882; border-radius: .3rem; padding: .5rem .75rem; }
h2 { font-size: 1.25rem; margin: .5rem 0; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
li { margin: .3rem 0; }
nav ul { columns: 18rem; }
</style>
";

pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let entries = entries(report);
    writeln!(out, "{HEAD}<title>keystop</title>\n</head>\n<body>")?;
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
    writeln!(out, "</ol>\n<p>Clean up, revoke, see who used it: <code>{}</code></p>\n</article>", escape(&advice.more))
}

/// A page of a key, with a list of its sections.
pub fn page(document: &Document) -> String {
    let title = escape(&document.title);
    let mut text = format!("{HEAD}<title>{title}</title>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n<nav>\n<ul>\n");
    let sections: Vec<&Section> = document.sections.iter().filter(|section| !section.blocks.is_empty()).collect();
    for section in &sections {
        text.push_str(&format!("<li><a href=\"#{}\">{}</a></li>\n", anchor(section), escape(&section.heading)));
    }
    text.push_str("</ul>\n</nav>\n");
    for section in sections {
        text.push_str(&format!("<section id=\"{}\">\n<h2>{}</h2>\n", anchor(section), escape(&section.heading)));
        text.extend(section.blocks.iter().map(block));
        text.push_str("</section>\n");
    }
    text + "</main>\n</body>\n</html>\n"
}

fn anchor(section: &Section) -> String {
    let words = section.heading.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading(heading) => format!("<h3>{}</h3>\n", escape(heading)),
        Block::Text(said) => format!("<p>{}</p>\n", prose(said)),
        Block::Points(points) => {
            format!(
                "<ul>\n{}</ul>\n",
                points.iter().map(|point| format!("<li>{}</li>\n", prose(point))).collect::<String>()
            )
        }
        Block::Steps(steps) => format!("<ol>\n{}</ol>\n", steps.iter().map(step).collect::<String>()),
        Block::Tasks(tasks) => format!("<ul>\n{}</ul>\n", tasks.iter().map(step).collect::<String>()),
        Block::Code(lines) => code(lines),
        Block::Link(link) if link.starts_with("https://") => {
            format!("<p><a href=\"{0}\" rel=\"noreferrer\">{0}</a></p>\n", escape(link))
        }
        Block::Link(link) => format!("<p>{}</p>\n", escape(link)),
    }
}

fn step(step: &Step) -> String {
    let code = if step.code.is_empty() { String::new() } else { code(&step.code) };
    format!("<li>{}{code}</li>\n", prose(&step.text))
}

fn code(lines: &[String]) -> String {
    format!("<pre>{}</pre>\n", lines.iter().map(|line| escape(line)).collect::<Vec<_>>().join("\n"))
}

/// A text in which backticks hold code.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { format!("<code>{}</code>", escape(part)) } else { escape(part) }).collect()
}
