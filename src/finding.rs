//! A finding: a match that passed every guard, with all that may be told of it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::hunk::Origin;
use crate::rules::{Confidence, Severity};
use crate::secret::Secret;

/// Identity of a finding: a keyed hash of rule and secret, never of line, offset, path or regex.
///
/// The hash is truncated to 64 bits and, because a short password could be guessed against it, drawn out over many
/// rounds: one guess costs as long as one finding. The key only keeps keystop's hashes apart from everybody else's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(String);

/// Rounds of the keyed hash. About a millisecond on a laptop, once per distinct secret.
const ROUNDS: u32 = 4096;

impl Fingerprint {
    pub fn of(rule: &str, secret: &Secret) -> Self {
        let mut key = Hmac::<Sha256>::new_from_slice(b"keystop fingerprint 1").expect("any key length will do");
        key.update(rule.as_bytes());
        key.update(&[0]);
        let mut state = {
            let mut mac = key.clone();
            mac.update(secret.expose());
            mac.finalize().into_bytes()
        };
        for _ in 0..ROUNDS {
            let mut mac = key.clone();
            mac.update(&state);
            state = mac.finalize().into_bytes();
        }
        Self(data_encoding::HEXLOWER.encode(&state[..8]))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Fingerprints that were made already: in a history the same secret is met in version after version of a file.
#[derive(Debug, Default)]
pub struct Fingerprints(Mutex<HashMap<[u8; 32], Fingerprint>>);

impl Fingerprints {
    pub fn of(&self, rule: &str, secret: &Secret) -> Fingerprint {
        let key = Sha256::new().chain_update(rule).chain_update([0]).chain_update(secret.expose()).finalize().into();
        let known = || self.0.lock().expect("no thread panics: a panic ends the process");
        if let Some(print) = known().get(&key) {
            return print.clone();
        }
        let print = Fingerprint::of(rule, secret);
        known().insert(key, print.clone());
        print
    }
}

/// A place in a text; lines and columns count from 1, columns in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// The line a finding stands in, with every secret of it replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    pub before: Vec<u8>,
    pub preview: String,
    pub after: Vec<u8>,
}

/// A value that belongs to the same credential, such as the id of a secret.
#[derive(Debug)]
pub struct Companion {
    pub name: String,
    pub line: u32,
    pub value: Secret,
}

/// One secret in one place.
#[derive(Debug)]
pub struct Finding {
    pub rule: String,
    /// Stem of the provider's catalogue file.
    pub provider: String,
    pub severity: Severity,
    pub confidence: Confidence,
    /// False for keys made to be public: told, never blocked.
    pub is_secret: bool,
    pub path: Vec<u8>,
    pub origin: Origin,
    pub start: Position,
    /// Exclusive.
    pub end: Position,
    /// The public prefix and the length.
    pub preview: String,
    pub excerpt: Excerpt,
    /// The name the value is assigned to, where there is one.
    pub assigned: Option<String>,
    /// Companions found beside it.
    pub parts: Vec<Companion>,
    pub secret: Secret,
    pub fingerprint: Fingerprint,
    /// The commit that took it out again, by its full id, where a history was read.
    pub removed_by: Option<String>,
}

impl Finding {
    /// Whether this finding stops a commit.
    pub fn blocks(&self) -> bool {
        self.is_secret && self.confidence > Confidence::Low
    }
}

/// The same secret in all its places: what a person has to deal with once.
#[derive(Debug)]
pub struct Group<'a> {
    /// The surest first, then by path and line; never empty.
    pub places: Vec<&'a Finding>,
}

impl Group<'_> {
    pub fn first(&self) -> &Finding {
        self.places[0]
    }
}

/// Groups findings by secret; worst first, then by path and line.
pub fn group(findings: &[Finding]) -> Vec<Group<'_>> {
    let mut by_secret: BTreeMap<&Secret, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        by_secret.entry(&finding.secret).or_default().push(finding);
    }
    let mut groups: Vec<Group<'_>> = by_secret
        .into_values()
        .map(|mut places| {
            // Two rules may know the same secret: the one that says more of it speaks for all places.
            let said = |f: &Finding| std::cmp::Reverse((f.blocks(), f.confidence, f.severity));
            places.sort_by(|a, b| {
                said(a).cmp(&said(b)).then_with(|| (&a.path, a.start, &a.origin).cmp(&(&b.path, b.start, &b.origin)))
            });
            Group { places }
        })
        .collect();
    groups.sort_by(|a, b| {
        let (a, b) = (a.first(), b.first());
        let rank = |f: &Finding| (f.blocks(), f.severity);
        rank(b).cmp(&rank(a)).then_with(|| (&a.path, a.start, &a.rule).cmp(&(&b.path, b.start, &b.rule)))
    });
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_depends_on_rule_and_secret_only() {
        let of = |rule, secret: &str| Fingerprint::of(rule, &Secret::new(secret.as_bytes()));
        assert_eq!(of("a", "x"), of("a", "x"));
        assert_ne!(of("a", "x"), of("b", "x"));
        assert_ne!(of("a", "x"), of("a", "y"));
        assert_eq!(of("a", "x").as_str().len(), 16);
    }
}
