//! Markdown: a comment for a pull request, the summary of a job, and pages for those who render them.

use std::io::{self, Write};

use super::Report;
use super::entry::{Entry, entries};
use super::style::escape as visible;
use crate::advice::{Block, Document, Step};

/// Findings that are listed; a comment has a largest size.
const LISTED: usize = 100;

pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let entries = entries(report);
    // By this mark a later run finds its own comment.
    writeln!(out, "<!-- keystop -->")?;
    match entries.iter().filter(|entry| entry.finding.blocks()).count() {
        0 if report.unscanned.is_empty() => writeln!(out, "### keystop: no key found")?,
        0 => writeln!(out, "### keystop: not everything could be scanned")?,
        1 => writeln!(out, "### keystop found a key")?,
        count => writeln!(out, "### keystop found {count} keys")?,
    }
    if !entries.is_empty() {
        writeln!(out, "\n| Severity | Key | Place | What to do |\n|---|---|---|---|")?;
        entries.iter().take(LISTED).try_for_each(|entry| row(entry, out))?;
    }
    if let Some(more) = entries.len().checked_sub(LISTED).filter(|more| *more > 0) {
        writeln!(out, "\nand {more} more.")?;
    }
    for (path, reason) in &report.unscanned {
        writeln!(out, "\nNot scanned: {}: {}", code(&visible(path)), escape(reason))?;
    }
    Ok(())
}

fn row(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    let finding = entry.finding;
    let severity = if finding.blocks() { finding.severity.as_str() } else { "note" };
    let place = code(&format!("{}:{}", visible(&finding.path), finding.start.line));
    let (name, preview) = (escape(&entry.advice.name), code(&finding.preview));
    writeln!(out, "| {severity} | {name} {preview} | {place} | {} |", code(&entry.advice.more))
}

/// A page, with its commands in blocks of code.
pub fn page(document: &Document) -> String {
    let mut text = format!("# {}\n", escape(&document.title));
    for section in document.sections.iter().filter(|section| !section.blocks.is_empty()) {
        text.push_str(&format!("\n## {}\n", escape(&section.heading)));
        text.extend(section.blocks.iter().map(block));
    }
    text
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading(heading) => format!("\n### {}\n", escape(heading)),
        Block::Points(points) => {
            format!("\n{}", points.iter().map(|point| format!("- {}\n", prose(point))).collect::<String>())
        }
        Block::Text(said) => format!("\n{}\n", prose(said)),
        Block::Link(link) => format!("\n<{link}>\n"),
        Block::Code(lines) => format!("\n{}", fenced(lines, "")),
        Block::Steps(steps) => {
            let marked = (1..).zip(steps).map(|(number, step): (usize, &Step)| item(&format!("{number}. "), 3, step));
            format!("\n{}", marked.collect::<String>())
        }
        Block::Tasks(tasks) => format!("\n{}", tasks.iter().map(|task| item("- [ ] ", 2, task)).collect::<String>()),
    }
}

fn item(mark: &str, indent: usize, step: &Step) -> String {
    let code =
        if step.code.is_empty() { String::new() } else { format!("\n{}\n", fenced(&step.code, &" ".repeat(indent))) };
    format!("{mark}{}\n{code}", prose(&step.text))
}

/// A block of code; inside a list it is indented as deep as the item's text.
fn fenced(lines: &[String], indent: &str) -> String {
    let fence = if lines.iter().any(|line| line.contains("```")) { "~~~~" } else { "```" };
    let lines: String = lines.iter().map(|line| format!("{indent}{line}\n")).collect();
    format!("{indent}{fence}\n{lines}{indent}{fence}\n")
}

/// A text of ours, in which backticks hold code.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { code(part) } else { escape(part) }).collect()
}

/// Text that is not taken for markup.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\*_[]<>|#~`".contains(c) {
            escaped.push('\\');
        }
        escaped.push(if c == '\n' { ' ' } else { c });
    }
    escaped
}

/// A span of code with more backticks around it than in it; a table's bar is escaped even there.
fn code(text: &str) -> String {
    let most = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(most + 1);
    let blank = if most > 0 { " " } else { "" };
    format!("{fence}{blank}{}{blank}{fence}", text.replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_their_cell() {
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("a``b"), "``` a``b ```");
        assert_eq!(escape("<b>*x*\n"), "\\<b\\>\\*x\\* ");
    }
}
