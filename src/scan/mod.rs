//! The scanner: rules in, findings out. `prefilter -> regex or surroundings -> conditions -> guards -> overlaps`.
//!
//! A regex is compiled when a literal of its rule stands in the text, and runs over the line of that literal only.

mod assignment;
mod binding;
mod credential;
mod decode;
mod dialect;
mod excerpt;
mod guard;
mod join;
mod lines;
mod matcher;
pub mod proof;
mod published;
mod randomness;
mod reading;
mod runs;
mod telling;
mod unescape;
mod vectors;
mod verify;

use std::collections::BTreeSet;
use std::ops::Range;

use crate::finding::{Companion, Finding, Fingerprints};
use crate::hunk::Hunk;
use crate::rules::{Confidence, Prefilter, Rule};
use crate::secret::Secret;

use lines::Lines;
use matcher::Matcher;
use reading::Reading;

/// A longer encoded run is a file.
const ENCODED: usize = 4096;

/// Finds keys in hunks.
pub struct Scanner<'r> {
    matchers: Vec<Matcher<'r>>,
    disabled: BTreeSet<String>,
    fingerprints: Fingerprints,
}

/// A span of the text that a rule claims as a secret.
#[derive(Debug, Clone)]
pub struct Match<'r> {
    pub rule: &'r Rule,
    pub span: Range<usize>,
    pub confidence: Confidence,
    /// A checksum or a structure spoke for it.
    pub verified: bool,
    /// The name it is assigned to.
    pub name: Option<Range<usize>>,
    /// Companions: which part of the rule, and where.
    pub parts: Vec<(String, Range<usize>)>,
}

impl Match<'_> {
    /// Whether what becomes of it stops a commit.
    pub fn blocks(&self) -> bool {
        self.rule.secret && self.confidence > Confidence::Low
    }
}

impl<'r> Scanner<'r> {
    pub fn new(sets: Vec<(&'r [Rule], &'r Prefilter)>, disabled: BTreeSet<String>) -> Self {
        let matchers = sets.into_iter().map(|(rules, prefilter)| Matcher::new(rules, prefilter)).collect();
        Self { matchers, disabled, fingerprints: Fingerprints::default() }
    }

    /// The keys that `hunk` adds, by place; one finding a place.
    pub fn scan(&self, hunk: &Hunk) -> Vec<Finding> {
        let claims = self.claims(hunk);
        if claims.is_empty() {
            return Vec::new();
        }
        let lines = Lines::of(&hunk.text, hunk.first_line);
        let all: Vec<(Range<usize>, String)> = claims
            .iter()
            .map(|found| (found.span.clone(), preview(found.rule, &hunk.text[found.span.clone()])))
            .collect();
        self.keep(claims).map(|found| self.finding(hunk, &lines, &all, &found)).collect()
    }

    /// What [`Scanner::scan`] makes findings of. A fingerprint takes long on purpose; whoever needs none asks here.
    pub fn found(&self, hunk: &Hunk) -> Vec<Match<'r>> {
        self.keep(self.claims(hunk)).collect()
    }

    /// A text with every key in it replaced.
    pub fn hide(&self, hunk: &Hunk) -> String {
        let mut claims = self.claims(hunk);
        claims.sort_by(|a, b| a.span.start.cmp(&b.span.start).then_with(|| rank(b).cmp(&rank(a))));
        let (mut shown, mut at) = (Vec::new(), 0);
        for found in &claims {
            // Of keys that share bytes, the first stands for all.
            if found.span.start >= at {
                shown.extend(&hunk.text[at..found.span.start]);
                shown.extend(preview(found.rule, &hunk.text[found.span.clone()]).into_bytes());
            }
            at = at.max(found.span.end);
        }
        shown.extend(&hunk.text[at..]);
        String::from_utf8_lossy(&shown).into_owned()
    }

    fn claims(&self, hunk: &Hunk) -> Vec<Match<'r>> {
        let mut matches = self.matches(hunk);
        matches.extend(self.hidden(hunk));
        matches
    }

    /// One match a place. A rule that is switched off still says what its bytes are: a generic rule must not take its
    /// place.
    fn keep(&self, claims: Vec<Match<'r>>) -> impl Iterator<Item = Match<'r>> {
        resolve(claims).into_iter().filter(|found| !self.disabled.contains(&*found.rule.id))
    }

    /// What the rules claim, switched off ones aside.
    fn matches(&self, hunk: &Hunk) -> Vec<Match<'r>> {
        let mut lines = None;
        let mut matches = Vec::new();
        for matcher in &self.matchers {
            let (hits, named) = (matcher.hits(&hunk.text), matcher.named_by(&hunk.path));
            if !hits.is_empty() || !named.is_empty() {
                let lines = lines.get_or_insert_with(|| Lines::of(&hunk.text, hunk.first_line));
                matcher.matches(hunk, lines, &hits, &named, &mut matches);
            }
        }
        matches
    }

    /// Keys that do not stand in the text as they are: encoded, escaped, or in parts.
    fn hidden(&self, hunk: &Hunk) -> Vec<Match<'r>> {
        let mut found = Vec::new();
        let mut reading = Reading::of(&hunk.text);
        for _ in 0..reading::DEPTH {
            if reading.text().is_empty() {
                break;
            }
            let inner = Hunk::whole(hunk.path.clone(), hunk.origin.clone(), reading.text().to_vec());
            let mut matches = self.matches(&inner);
            matches.retain(|made| made.rule.secret && made.confidence > Confidence::Low && is_new(made, &reading));
            let outer = resolve(matches).into_iter().map(|made| {
                let span = reading.outer(&made.span);
                Match { span, name: None, parts: Vec::new(), ..made }
            });
            found.extend(outer);
            reading = reading.again();
        }
        if !found.is_empty() {
            let lines = Lines::of(&hunk.text, hunk.first_line);
            found.retain(|made| hunk.adds(&lines.touched(&made.span)));
        }
        found
    }

    fn finding(&self, hunk: &Hunk, lines: &Lines, all: &[(Range<usize>, String)], found: &Match) -> Finding {
        let secret = Secret::new(&hunk.text[found.span.clone()]);
        let companion = |(name, at): &(String, Range<usize>)| Companion {
            name: name.clone(),
            line: lines.position(at.start).line,
            value: Secret::new(&hunk.text[at.clone()]),
        };
        let text = |range: &Range<usize>| String::from_utf8_lossy(&hunk.text[range.clone()]).into_owned();
        Finding {
            rule: found.rule.id.to_string(),
            provider: found.rule.provider.to_string(),
            severity: found.rule.severity,
            confidence: found.confidence,
            is_secret: found.rule.secret,
            path: hunk.path.clone(),
            origin: hunk.origin.clone(),
            start: lines.position(found.span.start),
            end: lines.position(found.span.end),
            preview: preview(found.rule, secret.expose()),
            excerpt: excerpt::of(&hunk.text, lines, &found.span, preview(found.rule, secret.expose()), all),
            assigned: found.name.as_ref().map(text),
            parts: found.parts.iter().map(companion).collect(),
            fingerprint: self.fingerprints.of(&found.rule.id, &secret),
            removed_by: None,
            secret,
        }
    }
}

/// Whether a reading shows a match that the text itself did not. Rules for any service ask for more: a short encoded
/// run, or every script that a tool has packed would speak.
fn is_new(made: &Match, reading: &Reading) -> bool {
    let run = reading.is_encoded(&made.span) && reading.outer(&made.span).len() <= ENCODED;
    !reading.is_plain(&made.span) && (run || !made.rule.generic)
}

/// The rule's own literal prefix and the length: all that is ever shown of a secret.
fn preview(rule: &Rule, secret: &[u8]) -> String {
    let prefix = rule.prefixes.iter().find(|prefix| secret.starts_with(prefix.as_bytes()));
    let shown = prefix.filter(|prefix| prefix.len() < secret.len()).map_or("", |prefix| prefix.trim_end());
    match shown {
        "" => format!("({} bytes)", secret.len()),
        prefix => format!("{prefix}...({} bytes)", secret.len()),
    }
}

/// Where matches share bytes, the one that says most of the key stays.
fn resolve(mut matches: Vec<Match>) -> Vec<Match> {
    matches.sort_by(|a, b| rank(b).cmp(&rank(a)).then_with(|| a.span.start.cmp(&b.span.start)));
    let mut kept: Vec<Match> = Vec::new();
    for found in matches {
        let shares = |other: &Match| found.span.start < other.span.end && other.span.start < found.span.end;
        let yields = |other: &Match| shares(other) && !found.rule.overlaps.contains(&other.rule.id);
        if kept.iter().any(yields) {
            continue;
        }
        kept.retain(|other| !shares(other));
        kept.push(found);
    }
    // What is reported as a part of a credential is not reported again by itself; of two halves that
    // name each other, the first one stays.
    let mut at = 0;
    while let Some(found) = kept.get(at) {
        let touches = |part: &Range<usize>| part.start < found.span.end && found.span.start < part.end;
        let names = |part: &Range<usize>| *part == found.span || (found.rule.generic && touches(part));
        let owns = |whole: &Match| found.parts.iter().any(|(_, part)| *part == whole.span);
        let others = kept.iter().enumerate().filter(|(other, whole)| *other < at || !owns(whole));
        let is_part = others.flat_map(|(_, whole)| &whole.parts).any(|(_, part)| names(part));
        if is_part {
            kept.remove(at);
        } else {
            at += 1;
        }
    }
    kept.sort_by_key(|found| found.span.start);
    kept
}

/// Verified before unverified, a vendor's before anybody's, sure before unsure, own form before surroundings, longer
/// prefix, worse before milder, longer span.
fn rank<'r>(found: &Match<'r>) -> impl Ord + use<'r> {
    let prefix = found.rule.prefixes.iter().map(|prefix| prefix.len()).max().unwrap_or(0);
    let own_form = matches!(found.rule.shape, crate::rules::Shape::Pattern { .. });
    let vendor = !found.rule.generic;
    (
        found.verified,
        vendor,
        found.confidence,
        own_form,
        prefix,
        found.rule.severity,
        found.span.len(),
        std::cmp::Reverse(&found.rule.id),
    )
}
