//! A page for machines: the same sections as JSON.

use serde_json::{Value, json};

use crate::advice::{Block, Document, Exposure, Moment, Section, Step};

/// The page as plain data, version 1.
pub fn json(document: &Document) -> Value {
    json!({
        "version": 1,
        "rule": document.rule,
        "title": document.title,
        "exposure": document.exposure.as_ref().map(exposure),
        "sections": document.sections.iter().map(section).collect::<Vec<_>>(),
    })
}

fn exposure(exposure: &Exposure) -> Value {
    let moment = |moment: &Moment| json!({"when": moment.when, "what": moment.what});
    json!({
        "fingerprint": exposure.fingerprint,
        "path": String::from_utf8_lossy(&exposure.path),
        "line": exposure.line,
        "reach": exposure.reach.as_str(),
        "first_commit": exposure.first_commit.as_ref().map(moment),
        "first_push": exposure.first_push.as_ref().map(moment),
    })
}

fn section(section: &Section) -> Value {
    json!({"heading": section.heading, "blocks": section.blocks.iter().map(block).collect::<Vec<_>>()})
}

fn block(block: &Block) -> Value {
    let step = |step: &Step| json!({"text": step.text, "code": step.code});
    match block {
        Block::Heading(heading) => json!({"heading": heading}),
        Block::Text(text) => json!({"text": text}),
        Block::Points(points) => json!({"points": points}),
        Block::Steps(steps) => json!({"steps": steps.iter().map(step).collect::<Vec<_>>()}),
        Block::Tasks(tasks) => json!({"tasks": tasks.iter().map(step).collect::<Vec<_>>()}),
        Block::Code(lines) => json!({"code": lines}),
        Block::Link(link) => json!({"link": link}),
    }
}
