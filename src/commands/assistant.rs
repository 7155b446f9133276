//! `keystop hook ai`: what a coding assistant asks before it sends a prompt, calls a tool, or reads a file.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::session::Session;
use crate::advice::{Advice, Stage};
use crate::allow::Decision;
use crate::assistant::{self, Event, Moment, Place};
use crate::config::Config;
use crate::exit::Exit;
use crate::files::{self, Archives, Listing};
use crate::finding::Group;
use crate::hunk::{Hunk, Origin};
use crate::report::{self, escape};
use crate::workers::Workers;

/// Answers in the protocol's own form, which is read where the hook exits with 0; all else exits with 2, which stops.
pub fn run() -> Result<Exit> {
    let mut payload = Vec::new();
    io::stdin().lock().read_to_end(&mut payload).context("cannot read what the assistant hands over")?;
    let event = Event::parse(&payload)
        .map_err(|error| report::hint(&error, "assistants call this; keystop install --ai tells them to"))?;
    let folder = match &event.folder {
        Some(folder) => folder.clone(),
        None => std::env::current_dir()?,
    };
    let config = Config::find(&folder)?;
    let mut session = Session::new(&config);
    let mut holding = Vec::new();
    for piece in &event.pieces {
        let hunk = Hunk::whole(path(&piece.place, &folder), Origin::File, piece.text.clone().into_bytes());
        let judged = session.judge(&hunk);
        if judged.iter().any(|(decision, found)| found.blocks() && !matches!(decision, Decision::Allowed(_))) {
            holding.push(piece.text.as_str());
        }
        session.keep(judged);
    }
    if let Some(file) = event.reads.as_ref().map(|file| folder.join(file)).filter(|file| file.is_file()) {
        let known = path(&Place::File(file.clone()), &folder);
        // The tool follows links.
        let listing = Listing { files: vec![file.canonicalize()?], ..Listing::default() };
        let (read, judged) = files::read(listing, Archives::Closed, &Workers::new(Some(1)), &|hunk| {
            session.judge(&Hunk { path: known.clone(), ..hunk })
        })?;
        session.keep(judged);
        if let Some((_, why)) = read.unreadable.first() {
            let reason = format!("keystop cannot read `{}` and so cannot judge it: {why}", escape(&known));
            return answer(&assistant::stop(&event, &reason, &[]));
        }
    }
    let mut found = session.advised(Stage::File);
    found.retain(|(group, _)| group.first().blocks());
    if found.is_empty() {
        return answer(&assistant::allow(&event));
    }
    answer(&assistant::stop(&event, &reason(&event, &found), &holding))
}

fn answer(value: &serde_json::Value) -> Result<Exit> {
    report::value(value, &mut io::stdout().lock())?;
    Ok(Exit::Clean)
}

/// A path as the configuration knows it, from the top of the work tree; what is in no file has a name that says how it
/// is to be read.
fn path(place: &Place, folder: &Path) -> Vec<u8> {
    let file = match place {
        Place::File(file) => folder.join(file),
        Place::Prompt => PathBuf::from("prompt"),
        Place::Command => PathBuf::from("command.sh"),
        Place::Argument(name) => PathBuf::from(name),
        Place::Output => PathBuf::from("output"),
    };
    let top = folder.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(folder);
    files::bytes(file.strip_prefix(top).unwrap_or(&file))
}

/// What is said, to the person at a prompt and to the model at everything else.
fn reason(event: &Event, found: &[(Group, Advice)]) -> String {
    let (what, rest) = match event.moment {
        Moment::Prompt => ("this prompt: it holds", "It was not sent. Name the variable instead, and send it again."),
        Moment::Call if event.reads.is_none() => (
            "this call: it carries",
            "Do the same without the key's value; do not encode or split it, and do not ask for it.",
        ),
        Moment::Call | Moment::Read => {
            ("this file from being read: it holds", "Ask for the names in it, not for the values.")
        }
        Moment::Result => ("what the tool has returned: it holds", "Go on without it, and do not ask for it again."),
    };
    let keys = if found.len() == 1 { "a key".to_owned() } else { format!("{} keys", found.len()) };
    let mut lines = vec![format!("keystop stopped {what} {keys}.")];
    lines.extend(found.iter().flat_map(|(group, advice)| told(event, group, advice)));
    lines.push(rest.to_owned());
    lines.join("\n")
}

fn told(event: &Event, group: &Group, advice: &Advice) -> Vec<String> {
    let first = group.first();
    let place = format!("{}:{}", escape(&first.path), first.start.line);
    let mut lines = vec![format!("{}: {} in {place}. {}", advice.name, first.preview, advice.allows)];
    if event.moment == Moment::Call && event.reads.is_none() {
        for step in &advice.steps {
            lines.push(step.text.clone());
            lines.extend(step.code.iter().map(|line| format!("    {line}")));
        }
    }
    if event.moment == Moment::Prompt {
        lines.push(format!("Revoke it, see who used it: {}", advice.more));
    }
    lines
}
