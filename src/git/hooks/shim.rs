//! The few lines of shell that git runs: find keystop, chain what was there before, pass the exit status on.

use std::path::Path;

use super::{Hook, Scope};

const CHECK: &str = include_str!("../../../hooks/check");
const AT_COMMIT: &str = include_str!("../../../hooks/at-commit");
const AT_PUSH: &str = include_str!("../../../hooks/at-push");
const PASS_ON: &str = include_str!("../../../hooks/pass-on");
const IN_SETTINGS: &str = include_str!("../../../hooks/in-settings");

/// How every version's shim can be known; the number changes when an older shim must be replaced.
const ID: &str = "# keystop hook ";

/// A shim's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shim(String);

impl Shim {
    /// For `hook`, with the binary at `binary`, chaining the file that it replaced.
    pub fn new(hook: Hook, binary: &Path) -> Self {
        Self::chaining(hook, binary, &format!("$0{}", super::file::KEPT))
    }

    /// For all repositories: each repository's own hook is chained.
    pub fn everywhere(hook: Hook, binary: &Path) -> Self {
        Self::chaining(hook, binary, &own(hook.name()))
    }

    /// For a hook that is none of keystop's: the repository's own is all that runs.
    pub fn passing_on(name: &str) -> Self {
        Self(fill(PASS_ON, name, &own(name)))
    }

    fn chaining(hook: Hook, binary: &Path, other: &str) -> Self {
        let order = if hook.reads_lines() { AT_PUSH } else { AT_COMMIT };
        let text = fill(&[CHECK, order].concat(), hook.name(), other);
        Self(text.replace("@binary@", &quote(&binary.to_string_lossy())))
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}

/// The command that git runs where the hook stands in its settings. Git adds the hook's arguments.
pub fn command(hook: Hook, scope: Scope, binary: &Path) -> String {
    let text = IN_SETTINGS.trim_end().replace("@hook@", hook.name()).replace("@scope@", scope.option());
    text.replace("@binary@", &quote(&binary.to_string_lossy()))
}

/// The version of keystop that wrote a hook; none if it is not keystop's.
pub fn version(text: &[u8]) -> Option<String> {
    let line = text.split(|b| *b == b'\n').nth(1).map(String::from_utf8_lossy)?;
    let rest = line.strip_prefix(ID)?;
    let version = rest.split_once("from keystop ")?.1.split(':').next()?;
    Some(version.to_owned())
}

/// A repository's own hook, as a shell finds it: linked work trees share the folder.
fn own(name: &str) -> String {
    format!("$(git rev-parse --git-common-dir)/hooks/{name}")
}

fn fill(text: &str, name: &str, other: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    text.replace("@hook@", name).replace("@version@", version).replace("@other@", &format!("\"{other}\""))
}

/// A text as one word of a POSIX shell.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shim_says_who_wrote_it() {
        for hook in Hook::ALL {
            let shim = Shim::new(hook, Path::new("/opt/it's here/keystop"));
            assert_eq!(version(shim.text().as_bytes()).as_deref(), Some(env!("CARGO_PKG_VERSION")));
            assert!(shim.text().contains("keystop='/opt/it'\\''s here/keystop'\n"));
            assert!(
                !shim.text().contains('@') || shim.text().matches('@').count() == shim.text().matches("\"$@\"").count()
            );
        }
        assert_eq!(version(b"#!/bin/sh\nkeystop hook pre-commit\n"), None);
    }
}
