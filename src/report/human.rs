//! The message: at most twelve lines a finding, eighty columns, what to do now first.

use std::io::{self, Write};

use colored::Colorize;

use super::Report;
use super::style::{escape, wrap};
use crate::advice::{Advice, Commit, Stage};
use crate::finding::{Excerpt, Finding, Group};
use crate::hunk::Origin;

/// Columns of the message; longer source lines are cut around the secret.
const WIDTH: usize = 80;
/// Places of one secret that are listed.
const PLACES: usize = 3;

pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let (blocking, told): (Vec<_>, Vec<_>) = report.findings.iter().partition(|(group, _)| group.first().blocks());
    if !blocking.is_empty() {
        writeln!(out, "{}", headline(report, blocking.len()).bold())?;
    }
    for (group, advice) in &blocking {
        writeln!(out)?;
        finding(report, group, advice, out)?;
    }
    if let Some(footer) = report.footer.filter(|_| !blocking.is_empty()) {
        writeln!(out)?;
        wrap(footer, WIDTH).iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    for (group, advice) in &told {
        mention(report, group, advice, out)?;
    }
    for (finding, why) in &report.void {
        writeln!(out, "keystop: {}:{}: {why}", escape(&finding.path), finding.start.line)?;
    }
    for (path, reason) in &report.unscanned {
        writeln!(out, "{} {}: {reason}", "keystop: not scanned:".bold(), escape(path))?;
    }
    match report.stage.bypass() {
        Some(command) if !blocking.is_empty() => writeln!(out, "\nTo go on all the same, once: {command}"),
        Some(command) if !report.unscanned.is_empty() => {
            writeln!(out, "hint: what cannot be read cannot be judged; to go on all the same, once: {command}")
        }
        None if !report.stage.is_hook() && !report.quiet => summary(report, blocking.len(), out),
        _ => Ok(()),
    }
}

/// What was read: "nothing found" must not be mistaken for "nothing looked at".
fn summary(report: &Report, blocking: usize, out: &mut dyn Write) -> io::Result<()> {
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let keys = if blocking == 0 { "no key".to_owned() } else { plural(blocking, "key") };
    let allowed = if report.allowed.is_empty() { String::new() } else { format!(", {} allowed", report.allowed.len()) };
    let blank = if blocking == 0 { "" } else { "\n" };
    writeln!(out, "{blank}keystop: {} read, {keys} found{allowed}", plural(report.files, "file"))
}

fn headline(report: &Report, count: usize) -> String {
    let keys = if count == 1 { "a key".to_owned() } else { format!("{count} keys") };
    match report.stage {
        Stage::Staged => {
            let it = if count == 1 { "It has" } else { "They have" };
            format!("keystop stopped this commit: it adds {keys}. {it} not left this machine.")
        }
        Stage::Message => format!("keystop stopped this commit: its message holds {keys}. Nothing left this machine."),
        Stage::Pushing => format!("keystop stopped this push: it holds {keys}. Nothing was sent."),
        Stage::Receiving => {
            format!("keystop refused this push: it holds {keys}. What was sent is known to others: revoke it first.")
        }
        Stage::Pipeline => {
            let it = if count == 1 { "it" } else { "them" };
            format!("keystop found {keys}. What was pushed is known to others: revoke {it} first.")
        }
        Stage::History | Stage::File => format!("keystop found {keys}:"),
        Stage::Image => {
            format!("keystop found {keys} in this image. Whoever can pull it has what it holds: revoke first.")
        }
    }
}

fn finding(report: &Report, group: &Group, advice: &Advice, out: &mut dyn Write) -> io::Result<()> {
    let first = group.first();
    writeln!(out, "{} {}", advice.name.red().bold(), format!("({})", first.severity.as_str()).dimmed())?;
    let places = places(report, group);
    let lines = if places.chars().count() + 2 > WIDTH { wrap(&places, WIDTH - 2) } else { vec![places] };
    lines.iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    excerpt(&first.excerpt, first.start.line, out)?;
    for line in wrap(&advice.allows, WIDTH - 2).iter().take(2) {
        writeln!(out, "  {line}")?;
    }
    for step in &advice.steps {
        if let [line] = step.code.as_slice()
            && step.text.len() + line.len() + 3 <= WIDTH
        {
            writeln!(out, "  {} {}", step.text, line.green())?;
            continue;
        }
        writeln!(out, "  {}", step.text)?;
        for line in &step.code {
            writeln!(out, "    {}", line.green())?;
        }
    }
    let long = "Clean up, revoke, see who used it:";
    let page = if long.len() + advice.more.len() + 3 <= WIDTH { long } else { "Clean up, revoke:" };
    writeln!(out, "  {page} {}", advice.more.green())?;
    writeln!(out, "  {}", format!("Not a key? {}", advice.not_a_key).dimmed())
}

/// `path:line:column`, the commit, and where else the same secret stands.
fn places(report: &Report, group: &Group) -> String {
    let place = |finding: &Finding| {
        let at = format!("{}:{}:{}", escape(&finding.path), finding.start.line, finding.start.column);
        match &finding.origin {
            Origin::Commit(id) | Origin::Message(id) => match report.commits.get(id) {
                Some(Commit { id, author, date, .. }) => {
                    let removed = finding.removed_by.as_ref().and_then(|id| report.commits.get(id));
                    let removed =
                        removed.map_or_else(String::new, |by| format!(", removed in {} ({})", by.id, by.date));
                    format!("{at} in {id} ({}, {date}){removed}", escape(author.as_bytes()))
                }
                None => at,
            },
            Origin::Staged | Origin::File => at,
            Origin::Image(part) => format!("{at} {}", escape(part.to_string().as_bytes())),
        }
    };
    let mut text = place(group.first());
    let others = &group.places[1..];
    if !others.is_empty() {
        let listed: Vec<String> = others.iter().take(PLACES).map(|other| place(other)).collect();
        text.push_str(&format!(", also {}", listed.join(", ")));
        if others.len() > PLACES {
            text.push_str(&format!(" and {} more", others.len() - PLACES));
        }
    }
    let parts: Vec<String> =
        group.first().parts.iter().map(|part| format!("{} in line {}", part.name, part.line)).collect();
    if !parts.is_empty() {
        text.push_str(&format!(" (with {})", parts.join(", ")));
    }
    text
}

fn excerpt(excerpt: &Excerpt, line: u32, out: &mut dyn Write) -> io::Result<()> {
    let number = line.to_string();
    let room = WIDTH.saturating_sub(number.len() + 7 + excerpt.preview.len());
    let before = escape(&excerpt.before);
    let before = before.trim_start();
    let before = keep_end(before, room * 2 / 3);
    let after = keep_start(&escape(&excerpt.after), room.saturating_sub(before.chars().count()));
    writeln!(out, "    {} {before}{}{after}", format!("{number} |").dimmed(), excerpt.preview.red())?;
    let blank = " ".repeat(number.len());
    let indent = " ".repeat(before.chars().count());
    writeln!(out, "    {blank} {} {indent}{}", "|".dimmed(), "^".repeat(excerpt.preview.len()).red())
}

fn keep_end(text: &str, room: usize) -> String {
    let count = text.chars().count();
    if count <= room {
        return text.to_owned();
    }
    let kept: String = text.chars().skip(count - room.saturating_sub(3)).collect();
    format!("...{kept}")
}

fn keep_start(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let kept: String = text.chars().take(room.saturating_sub(3)).collect();
    format!("{kept}...")
}

/// One line for what is told and does not stop anything.
fn mention(report: &Report, group: &Group, advice: &Advice, out: &mut dyn Write) -> io::Result<()> {
    let why = if group.first().is_secret { "may be a key" } else { "is public by design" };
    writeln!(
        out,
        "{} {}: {} {why} ({})",
        "keystop: note:".bold(),
        places(report, group),
        advice.name,
        group.first().rule
    )
}
