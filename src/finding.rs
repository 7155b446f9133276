//! A finding: a match that passed every guard, with all that may be told of it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::hunk::{INSIDE, Origin};
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
    /// The identity of a secret in the baseline of one repository: keyed with its salt, so that each repository would
    /// have to be guessed by itself, and without the rule, which a later version may know better.
    ///
    /// Blanks and written line breaks are left out: a key that is wrapped or indented anew is the same key.
    pub fn salted(salt: &[u8], secret: &Secret) -> Self {
        let mut bytes = secret.expose().to_vec();
        for ending in [b"\\n", b"\\r"] {
            while let Some(at) = memchr::memmem::find(&bytes, ending) {
                bytes.drain(at..at + ending.len());
            }
        }
        bytes.retain(|byte| !byte.is_ascii_whitespace());
        let print = Keyed::new(b"keystop baseline 1", salt, &bytes).drawn_out();
        drop(Secret::from(bytes));
        print
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The first round of a keyed hash.
struct Keyed {
    key: Hmac<Sha256>,
    state: [u8; 32],
}

impl Keyed {
    fn new(purpose: &[u8], context: &[u8], secret: &[u8]) -> Self {
        let mut key = Hmac::<Sha256>::new_from_slice(purpose).expect("any key length will do");
        key.update(context);
        key.update(&[0]);
        let state = Self::round(&key, secret);
        Self { key, state }
    }

    fn round(key: &Hmac<Sha256>, bytes: &[u8]) -> [u8; 32] {
        let mut mac = key.clone();
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }

    fn drawn_out(self) -> Fingerprint {
        let state = (0..ROUNDS).fold(self.state, |state, _| Self::round(&self.key, &state));
        Fingerprint(data_encoding::HEXLOWER.encode(&state[..8]))
    }
}

/// Fingerprints that were made already: in a history the same secret is met in version after version of a file.
#[derive(Default)]
pub struct Fingerprints(Mutex<HashMap<[u8; 32], Fingerprint>>);

impl Fingerprints {
    /// The identity of a secret that a rule has found.
    pub fn of(&self, rule: &str, secret: &Secret) -> Fingerprint {
        let keyed = Keyed::new(b"keystop fingerprint 1", rule.as_bytes(), secret.expose());
        // A panic elsewhere leaves the map whole.
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(print) = known().get(&keyed.state) {
            return print.clone();
        }
        let state = keyed.state;
        let print = keyed.drawn_out();
        known().insert(state, print.clone());
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

    /// Whether it stands in a file of an archive, which nobody edits.
    pub fn is_in_archive(&self) -> bool {
        memchr::memmem::find(&self.path, INSIDE).is_some()
    }

    /// Whether its secret stands in another text.
    pub fn stands_in(&self, text: &[u8]) -> bool {
        memchr::memmem::find(text, self.secret.expose()).is_some()
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
        let prints = Fingerprints::default();
        let of = |rule, secret: &str| prints.of(rule, &Secret::new(secret.as_bytes()));
        assert_eq!(of("a", "x"), of("a", "x"));
        assert_ne!(of("a", "x"), of("b", "x"));
        assert_ne!(of("a", "x"), of("a", "y"));
        assert_eq!(of("a", "x").as_str().len(), 16);
    }

    #[test]
    fn a_baseline_knows_a_key_however_it_is_wrapped_and_in_its_own_repository_only() {
        let of = |salt: &[u8], secret: &str| Fingerprint::salted(salt, &Secret::new(secret.as_bytes()));
        assert_eq!(of(b"1", "-----BEGIN\nabc\n"), of(b"1", "-----BEGIN\\nabc"));
        assert_eq!(of(b"1", "a\n    b"), of(b"1", "a b"));
        assert_ne!(of(b"1", "ab"), of(b"2", "ab"));
        assert_ne!(of(b"1", "ab"), of(b"1", "ac"));
    }
}
