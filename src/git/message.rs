//! The message of the commit that is being made.

use std::path::Path;

use anyhow::{Context, Result};

use crate::hunk::{Hunk, MESSAGE, Origin};

/// What ends the message where git shows the diff below it, as `git commit --verbose` does.
const SCISSORS: &[u8] = b" ------------------------ >8 ------------------------";

/// The message in the file that git hands to `commit-msg`.
///
/// Lines that look like comments are part of it: whether git will take them out depends on how the commit was started,
/// and a hook is not told.
///
/// # Errors
/// The file cannot be read.
pub fn message(file: &Path) -> Result<Hunk> {
    let text = std::fs::read(file).with_context(|| format!("cannot read the message in `{}`", file.display()))?;
    let end = end(&text);
    Ok(Hunk::whole(MESSAGE.to_vec(), Origin::Message(String::new()), text[..end].to_vec()))
}

/// Where the message ends and the diff begins: at a line of a comment character and scissors.
fn end(text: &[u8]) -> usize {
    let mut start = 0;
    for line in text.split_inclusive(|b| *b == b'\n') {
        let shown = line.trim_ascii_end();
        if shown.ends_with(SCISSORS) && shown.len() <= SCISSORS.len() + 4 {
            return start;
        }
        start += line.len();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_diff_below_the_scissors_is_not_the_message() {
        let text = b"subject\n# comment\n# ------------------------ >8 ------------------------\n-old\n";
        assert_eq!(&text[..end(text)], b"subject\n# comment\n");
        assert_eq!(end(b"a\n"), 2);
    }
}
