//! A page in the terminal: readable at eighty columns, commands alone on their lines so that they copy cleanly.

use std::io::{self, Write};

use colored::Colorize;

use super::style::wrap;
use crate::advice::{Block, Document};

const WIDTH: usize = 78;

pub fn print(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", document.title.bold())?;
    for section in document.sections.iter().filter(|section| !section.blocks.is_empty()) {
        writeln!(out, "\n{}", section.heading.to_uppercase().bold())?;
        for block in &section.blocks {
            print_block(block, out)?;
        }
    }
    Ok(())
}

fn print_block(block: &Block, out: &mut dyn Write) -> io::Result<()> {
    match block {
        Block::Text(text) => wrap(text, WIDTH).iter().try_for_each(|line| writeln!(out, "{line}")),
        Block::Link(link) => writeln!(out, "{}", link.underline()),
        Block::Heading(heading) => writeln!(out, "\n{}", heading.bold()),
        Block::Points(points) => points.iter().try_for_each(|point| {
            let lines = wrap(point, WIDTH - 2);
            lines.iter().enumerate().try_for_each(|(at, line)| match at {
                0 => writeln!(out, "- {line}"),
                _ => writeln!(out, "  {line}"),
            })
        }),
        Block::Code(lines) => {
            writeln!(out)?;
            lines.iter().try_for_each(|line| writeln!(out, "    {}", line.green()))?;
            writeln!(out)
        }
        Block::Steps(steps) => steps.iter().enumerate().try_for_each(|(number, step)| {
            let lines = wrap(step, WIDTH - 4);
            lines.iter().enumerate().try_for_each(|(at, line)| match at {
                0 => writeln!(out, "{:>2}. {line}", number + 1),
                _ => writeln!(out, "    {line}"),
            })
        }),
    }
}
