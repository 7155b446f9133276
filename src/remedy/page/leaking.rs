//! How a key gets out, and what the place it was found in says of that.

use super::{Facts, text};
use crate::advice::{Block, Section};
use crate::remedy::language::Kind;

/// A way in which keys get out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// Written into code or settings.
    Stored,
    /// Printed or recorded.
    Logged,
    /// Shown to people or services in a text.
    Shared,
    /// Shipped to browsers or phones.
    Shipped,
    /// Never changed.
    Old,
}

const CAUSES: [Cause; 5] = [Cause::Stored, Cause::Logged, Cause::Shared, Cause::Shipped, Cause::Old];

impl Cause {
    fn said(self) -> &'static str {
        match self {
            Self::Stored => {
                "Stored in code or settings: a literal, the default of an environment read, a build argument, a state \
                 file. Everyone who can read the repository, its forks and its backups has it. Base64, as in a \
                 Kubernetes Secret, hides nothing."
            }
            Self::Logged => {
                "Logged or recorded: debug output, an error report, a captured request, a notebook's output, a test \
                 fixture. Reading it from the environment does not help there: take it out of what is written, and \
                 record the fixture again with a made-up value."
            }
            Self::Shared => {
                "Shown to somebody: in a README, a ticket, a chat, an exported collection, a prompt to an AI \
                 assistant. Nobody knows who has read it, so it has to be replaced; write a placeholder there."
            }
            Self::Shipped => {
                "Shipped to users: a browser bundle, a mobile app, a variable that begins with NEXT_PUBLIC_, VITE_, \
                 REACT_APP_ or EXPO_PUBLIC_. An environment variable does not help, the build writes its value into \
                 the bundle: call your own server, and let that one hold the key."
            }
            Self::Old => {
                "Never changed: people leave, laptops are sold, backups are copied, and an old key still works. The \
                 longer one key lives, the more copies of it there are."
            }
        }
    }

    /// What a path says.
    fn of(path: &str, kind: Kind) -> Self {
        let path = path.to_ascii_lowercase();
        let name = path.rsplit('/').next().unwrap_or(&path);
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        let within = |folders: &[&str]| path.split('/').rev().skip(1).any(|folder| folders.contains(&folder));
        match () {
            () if ends(&[".log", ".har", ".ipynb", ".snap", ".cassette", ".dmp"])
                || within(&["logs", "cassettes", "fixtures", "snapshots", "__snapshots__"]) =>
            {
                Self::Logged
            }
            () if ends(&[".min.js", ".bundle.js", ".map", ".swift", "info.plist", "strings.xml", ".html"])
                || within(&["public", "static", "dist", "www"]) =>
            {
                Self::Shipped
            }
            () if kind == Kind::Text || name.contains("postman") || name.contains("insomnia") => Self::Shared,
            () => Self::Stored,
        }
    }
}

/// The causes; the likely one first.
pub fn section(facts: &Facts) -> Section {
    let mut blocks = Vec::new();
    let mut causes = CAUSES.to_vec();
    if let Some(exposure) = facts.exposure() {
        let path = String::from_utf8_lossy(&exposure.path);
        let here = Cause::of(&path, facts.options.language.kind);
        causes.retain(|cause| *cause != here);
        let place = if path.is_empty() { "where it was found" } else { &path };
        blocks.push(text(format!("Here, by the look of {place}:")));
        blocks.push(Block::Points(vec![here.said().into()]));
        blocks.push(text("Other ways, worth a look while you are at it:"));
    }
    blocks.push(Block::Points(causes.into_iter().map(|cause| cause.said().into()).collect()));
    Section::new("How could it have leaked?", blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_tells_the_cause() {
        for (path, kind, cause) in [
            ("src/a.py", Kind::Code, Cause::Stored),
            ("tests/fixtures/vcr/a.yaml", Kind::Config, Cause::Logged),
            ("a.ipynb", Kind::Code, Cause::Logged),
            ("README.md", Kind::Text, Cause::Shared),
            ("web/public/app.js", Kind::Code, Cause::Shipped),
            ("ios/App/Info.plist", Kind::Config, Cause::Shipped),
        ] {
            assert_eq!(Cause::of(path, kind), cause, "{path}");
        }
    }
}
