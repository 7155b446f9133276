//! A page in the terminal: readable at eighty columns, commands alone on their lines so that they copy cleanly.

use std::io::{self, Write};

use colored::Colorize;

use super::style::{printable, wrap};
use crate::advice::{Block, Document, Step};

/// Columns of text.
const WIDTH: usize = 78;
/// Columns of a terminal that nobody has widened.
const TERMINAL: usize = 80;
/// Blanks before code, where it is short enough.
const INDENT: usize = 4;

pub fn print(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Vec::new();
    wrap(&document.title, WIDTH).iter().try_for_each(|line| writeln!(page, "{}", line.bold()))?;
    for section in document.sections.iter().filter(|section| !section.blocks.is_empty()) {
        writeln!(page, "\n{}", section.heading.to_uppercase().bold())?;
        for (number, block) in section.blocks.iter().enumerate() {
            print_block(block, number == 0, &mut page)?;
        }
    }
    // Two blocks that both keep a distance need one empty line.
    let page = String::from_utf8_lossy(&page);
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        if !(line.is_empty() && lines.peek().is_none_or(|next| next.is_empty())) {
            writeln!(out, "{line}")?;
        }
    }
    out.flush()
}

fn print_block(block: &Block, is_first: bool, out: &mut dyn Write) -> io::Result<()> {
    match block {
        Block::Text(text) => {
            if !is_first {
                writeln!(out)?;
            }
            listed(text, "", out)
        }
        Block::Link(link) => writeln!(out, "{}", printable(link).underline()),
        Block::Heading(heading) => writeln!(out, "\n{}", printable(heading).bold()),
        Block::Points(points) => points.iter().try_for_each(|point| listed(point, "- ", out)),
        Block::Code(lines) => code(lines, out),
        Block::Tasks(steps) => steps.iter().try_for_each(|step| print_step("[ ] ", step, out)),
        Block::Steps(steps) => {
            (1..).zip(steps).try_for_each(|(number, step)| print_step(&format!("{number:>2}. "), step, out))
        }
    }
}

fn print_step(mark: &str, step: &Step, out: &mut dyn Write) -> io::Result<()> {
    listed(&step.text, mark, out)?;
    if step.code.is_empty() { Ok(()) } else { code(&step.code, out) }
}

/// A text behind a mark; its further lines are indented as deep.
fn listed(text: &str, mark: &str, out: &mut dyn Write) -> io::Result<()> {
    let lines = wrap(&printable(text), WIDTH - mark.len());
    lines.iter().enumerate().try_for_each(|(at, line)| match at {
        0 => writeln!(out, "{mark}{line}"),
        _ => writeln!(out, "{}{line}", " ".repeat(mark.len())),
    })
}

/// Lines to copy; long ones are indented less, never broken.
fn code(lines: &[String], out: &mut dyn Write) -> io::Result<()> {
    let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let indent = " ".repeat(INDENT.min(TERMINAL.saturating_sub(longest)));
    writeln!(out)?;
    lines.iter().try_for_each(|line| writeln!(out, "{indent}{}", printable(line).green()))?;
    writeln!(out)
}
