//! Decisions that a match is not a secret: in the line itself, or in the configuration. Each has a reason.

mod inline;

use crate::config::{Allow, Config};
use crate::finding::Finding;
use crate::hunk::Hunk;

/// The decision about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nobody has allowed it.
    Report,
    /// Somebody has, and this is why.
    Allowed(String),
    /// Somebody meant to, but gave no reason: it is reported, and this is said.
    Unreasoned,
}

/// Whether comments in what is read have a say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comments {
    Heard,
    /// On a server: what somebody sends must not acquit itself.
    Ignored,
}

/// Asks the line, then the configuration.
pub fn decide(config: &Config, comments: Comments, hunk: &Hunk, finding: &Finding) -> Decision {
    if comments == Comments::Heard {
        match inline::decide(hunk, finding) {
            Decision::Report => {}
            decided => return decided,
        }
    }
    let allowed = config.allow.iter().find(|entry| covers(entry, finding));
    allowed.map_or(Decision::Report, |entry| Decision::Allowed(entry.reason.clone()))
}

/// Everything that the entry names must agree.
fn covers(entry: &Allow, finding: &Finding) -> bool {
    let any = |is_empty: bool, holds: bool| is_empty || holds;
    entry.paths.as_ref().is_none_or(|paths| paths.is_match(&*String::from_utf8_lossy(&finding.path)))
        && any(entry.rules.is_empty(), entry.rules.contains(&finding.rule))
        && any(
            entry.fingerprints.is_empty(),
            entry.fingerprints.iter().any(|print| print == finding.fingerprint.as_str()),
        )
        && any(entry.values.is_empty(), entry.values.iter().any(|value| value.is_match(finding.secret.expose())))
}
