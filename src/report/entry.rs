//! One finding in one place, with what every format says of it.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::Report;
use super::style::escape;
use crate::advice::Advice;
use crate::finding::Finding;
use crate::hunk::{Origin, Part};
use crate::rules::Severity;

/// A place of a secret.
pub struct Entry<'a> {
    pub finding: &'a Finding,
    pub advice: &'a Advice,
    /// Unique in the report and stable when lines move: of the fingerprint, the path and a count.
    pub id: String,
}

/// Every place, by path and line.
pub fn entries<'a>(report: &'a Report) -> Vec<Entry<'a>> {
    let grouped = report.findings.iter();
    let mut places: Vec<(&Finding, &Advice)> =
        grouped.flat_map(|(group, advice)| group.places.iter().map(move |finding| (*finding, advice))).collect();
    let rank = |finding: &'a Finding| (&finding.path, finding.start, &finding.rule, &finding.origin);
    places.sort_by(|(a, _), (b, _)| rank(a).cmp(&rank(b)));
    let mut seen: BTreeMap<(&str, &[u8]), u32> = BTreeMap::new();
    let entry = |(finding, advice): (&'a Finding, &'a Advice)| {
        let count = seen.entry((finding.fingerprint.as_str(), &finding.path)).or_default();
        *count += 1;
        let mut hash = Sha256::new();
        hash.update(finding.fingerprint.as_str());
        hash.update(count.to_le_bytes());
        hash.update(&finding.path);
        Entry { finding, advice, id: data_encoding::HEXLOWER.encode(&hash.finalize()[..16]) }
    };
    places.into_iter().map(entry).collect()
}

impl Entry<'_> {
    /// The path as text: exact where it is UTF-8.
    pub fn path(&self) -> String {
        String::from_utf8_lossy(&self.finding.path).into_owned()
    }

    pub fn commit(&self) -> Option<&str> {
        commit(self.finding)
    }

    /// What was found, on one line.
    pub fn headline(&self) -> String {
        format!("{}: {}", self.advice.name, escape(self.finding.preview.as_bytes()))
    }

    /// What was found, what it allows and where to go on, on one line.
    pub fn message(&self) -> String {
        let allows = if self.advice.allows.is_empty() { String::new() } else { format!(" {}", self.advice.allows) };
        let part = part(self.finding).map_or_else(String::new, |part| format!(" {part}"));
        format!("{}{part}.{allows} What to do: {}", self.headline(), self.advice.more)
    }
}

/// The commit a finding is in; none while there is none yet.
pub fn commit(finding: &Finding) -> Option<&str> {
    match &finding.origin {
        Origin::Commit(id) | Origin::Message(id) if !id.is_empty() => Some(id),
        _ => None,
    }
}

/// The part of an image that a finding is in.
pub fn part(finding: &Finding) -> Option<&Part> {
    match &finding.origin {
        Origin::Image(part) => Some(part),
        _ => None,
    }
}

/// How loud a finding is, where a format has three words for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Error,
    Warning,
    Note,
}

impl Level {
    /// What stops nothing is a note.
    pub fn of(finding: &Finding) -> Self {
        match finding.severity {
            _ if !finding.blocks() => Self::Note,
            Severity::Critical | Severity::High => Self::Error,
            Severity::Medium | Severity::Low => Self::Warning,
        }
    }
}
