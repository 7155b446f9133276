//! Proof of a rule: its own examples, through the whole scanner.

use super::Scanner;
use crate::finding::Finding;
use crate::hunk::{Hunk, Origin};
use crate::rules::example;
use crate::rules::syntax::KeyForm;

/// Seeds an example is expanded with: what holds for one random key must hold for others.
const SEEDS: std::ops::Range<u64> = 1..6;

/// What is wrong with the examples of `form`; empty if each is found exactly once and no counter-example is.
pub fn faults(scanner: &Scanner, form: &KeyForm, provider: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (number, template) in form.examples.iter().enumerate() {
        faults.extend(SEEDS.filter_map(|seed| missed(scanner, form, template, number, seed)).next());
    }
    for (number, template) in form.non_examples.iter().enumerate() {
        let raised = SEEDS.filter_map(|seed| {
            let text = example::expand(template, seed).ok()?.text;
            let raised =
                scan(scanner, form, text).into_iter().find(|found| found.provider == provider && found.blocks())?;
            Some(format!("non_example {} raises `{}`", number + 1, raised.rule))
        });
        faults.extend(raised.into_iter().next());
    }
    faults
}

fn missed(scanner: &Scanner, form: &KeyForm, template: &str, number: usize, seed: u64) -> Option<String> {
    let number = number + 1;
    let example = match example::expand(template, seed) {
        Ok(example) => example,
        Err(why) => return Some(format!("example {number}: {why}")),
    };
    let lines = super::Lines::of(example.text.as_bytes(), 1);
    let secret: Vec<_> =
        example.secret.iter().map(|range| (lines.position(range.start), lines.position(range.end))).collect();
    let findings = scan(scanner, form, example.text.clone());
    let own: Vec<_> = findings.iter().filter(|found| found.rule == form.id).collect();
    let others: Vec<_> =
        findings.iter().filter(|found| found.rule != form.id).map(|found| found.rule.as_str()).collect();
    match own.as_slice() {
        [] if others.is_empty() => Some(format!("example {number} is not found (seed {seed})")),
        [] => Some(format!("example {number} is found as `{}` instead", others.join("`, `"))),
        [found] if !secret.iter().all(|(start, end)| found.start <= *start && *end <= found.end) => {
            Some(format!("example {number} is found, but the span leaves part of the secret out"))
        }
        [_] if others.is_empty() => None,
        [_] => Some(format!("example {number} also raises `{}`", others.join("`, `"))),
        many => Some(format!("example {number} gives {} findings", many.len())),
    }
}

fn scan(scanner: &Scanner, form: &KeyForm, text: String) -> Vec<Finding> {
    // A rule for certain files is proven in such a file.
    let path = form.paths.first().map_or("example", |glob| glob.as_str()).replace("**/", "").replace('*', "x");
    scanner.scan(&Hunk::whole(path.into_bytes(), Origin::File, text.into_bytes()))
}
