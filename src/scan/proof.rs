//! Proof of a rule: its own examples, through the whole scanner.

use super::{Match, Scanner};
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
            let raised = scan(scanner, form, text)
                .into_iter()
                .find(|found| found.rule.provider == provider && found.blocks())?;
            Some(format!("non_example {} raises `{}`", number + 1, raised.rule.id))
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
    let findings = scan(scanner, form, example.text.clone());
    let own: Vec<_> = findings.iter().filter(|found| *found.rule.id == *form.id).collect();
    let others: Vec<_> =
        findings.iter().filter(|found| *found.rule.id != *form.id).map(|found| &*found.rule.id).collect();
    match own.as_slice() {
        [] if others.is_empty() => Some(format!("example {number} is not found (seed {seed})")),
        [] => Some(format!("example {number} is found as `{}` instead", others.join("`, `"))),
        [found] if !example.secret.iter().all(|part| found.span.start <= part.start && part.end <= found.span.end) => {
            Some(format!("example {number} is found, but the span leaves part of the secret out"))
        }
        [_] if others.is_empty() => None,
        [_] => Some(format!("example {number} also raises `{}`", others.join("`, `"))),
        many => Some(format!("example {number} gives {} findings", many.len())),
    }
}

fn scan<'r>(scanner: &Scanner<'r>, form: &KeyForm, text: String) -> Vec<Match<'r>> {
    // A rule for certain files is proven in such a file.
    let path = form.paths.first().map_or("example", |glob| glob.as_str()).replace("**/", "").replace('*', "x");
    scanner.found(&Hunk::whole(path.into_bytes(), Origin::File, text.into_bytes()))
}
