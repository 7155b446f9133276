//! The few lines of shell that git runs: find keystop, chain what was there before, pass the exit status on.

use std::path::Path;

use super::Hook;

const CHECK: &str = include_str!("../../../hooks/check");
const AT_COMMIT: &str = include_str!("../../../hooks/at-commit");
const AT_PUSH: &str = include_str!("../../../hooks/at-push");

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

    /// The same with another file to chain, as a shell writes it.
    fn chaining(hook: Hook, binary: &Path, other: &str) -> Self {
        let order = if hook.reads_lines() { AT_PUSH } else { AT_COMMIT };
        let text = [CHECK, order].concat();
        Self(
            text.replace("@hook@", hook.name())
                .replace("@version@", env!("CARGO_PKG_VERSION"))
                .replace("@binary@", &quote(&binary.to_string_lossy()))
                .replace("@other@", &format!("\"{other}\"")),
        )
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}

/// The version of keystop that wrote a hook; none if it is not keystop's.
pub fn version(text: &[u8]) -> Option<String> {
    let line = text.split(|b| *b == b'\n').nth(1).map(String::from_utf8_lossy)?;
    let rest = line.strip_prefix(ID)?;
    let version = rest.split_once("from keystop ")?.1.split(':').next()?;
    Some(version.to_owned())
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
