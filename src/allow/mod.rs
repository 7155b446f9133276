//! Decisions that let a finding pass: in the line itself, in the configuration, or in the baseline.

mod inline;

use crate::config::{Allow, Baseline, Config};
use crate::finding::{Finding, Fingerprint};
use crate::hunk::Hunk;

/// The decision about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nobody has allowed it.
    Report,
    /// Somebody has, and this is why.
    Allowed(String),
    /// Somebody meant to, but it does not hold, and this is why: it is reported.
    Void(String),
}

/// Whether comments in what is read have a say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comments {
    Heard,
    /// On a server: what somebody sends must not acquit itself.
    Ignored,
}

/// Asks the line, then the configuration, then the baseline.
pub fn decide(config: &Config, comments: Comments, hunk: &Hunk, finding: &Finding) -> Decision {
    if comments == Comments::Heard {
        match inline::decide(hunk, finding) {
            Decision::Report => {}
            decided => return decided,
        }
    }
    let mut expired = None;
    for entry in config.allow.iter().filter(|entry| covers(&entry.value, finding)) {
        match &entry.value.expires {
            Some(day) if entry.value.expired => expired = Some(format!("allowed by {} until {}", entry.origin, day.0)),
            _ => return Decision::Allowed(entry.value.reason.clone()),
        }
    }
    match expired {
        _ if is_accepted(&config.baseline, finding) => Decision::Allowed("in the baseline".to_owned()),
        Some(why) => Decision::Void(why),
        None => Decision::Report,
    }
}

/// Whether the key was there when the baseline was made.
pub fn is_accepted(baseline: &Baseline, finding: &Finding) -> bool {
    // Without an entry nothing has to be hashed.
    !baseline.accepted.is_empty()
        && baseline.accepted.contains_key(Fingerprint::salted(&baseline.salt, &finding.secret).as_str())
}

/// Everything that the entry names must agree.
pub fn covers(entry: &Allow, finding: &Finding) -> bool {
    let any = |is_empty: bool, holds: bool| is_empty || holds;
    entry.paths.as_ref().is_none_or(|paths| paths.is_match(&*String::from_utf8_lossy(&finding.path)))
        && any(entry.rules.is_empty(), entry.rules.contains(&finding.rule))
        && any(
            entry.fingerprints.is_empty(),
            entry.fingerprints.iter().any(|print| print == finding.fingerprint.as_str()),
        )
        && any(entry.values.is_empty(), entry.values.iter().any(|value| value.is_match(finding.secret.expose())))
}
