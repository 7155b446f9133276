//! The unit of scanning: what a commit adds to one place of one file, with a little of what stands around it.

use std::ops::Range;

/// Unchanged lines kept on either side of added ones, as context only.
pub const CONTEXT_LINES: u32 = 3;

/// What stands in a path's place for a commit's message, and for a tag's.
pub const MESSAGE: &[u8] = b"commit message";
/// What stands in a path's place for standard input.
pub const STDIN: &[u8] = b"standard input";
pub const TAG: &[u8] = b"tag message";

/// What stands between an archive and the path of a file in it.
pub const INSIDE: &[u8] = b"!/";

/// Where a hunk's text came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The index: about to be committed.
    Staged,
    /// A commit, by its full id.
    Commit(String),
    /// A message, by the commit's full id or the tag's ref; empty while the commit is being made.
    Message(String),
    /// A file or a stream that is not git's.
    File,
    /// A container image.
    Image(Part),
}

/// Which part of a container image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// What tells the image from others beside it; empty if it is the only one.
    pub image: String,
    /// None for the configuration.
    pub layer: Option<Layer>,
    /// What made it, fit to be shown.
    pub instruction: Option<String>,
}

/// A layer of an image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Layer {
    /// From 1.
    pub number: usize,
    pub of: usize,
    pub digest: String,
    /// What a later layer did to the file.
    pub gone: Option<Gone>,
}

/// A later layer, by its number, hides a file; whoever has the image still has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gone {
    Deleted(usize),
    Replaced(usize),
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.layer {
            Some(layer) => {
                let digest = layer.digest.trim_start_matches("sha256:");
                write!(f, "in layer {} of {} ({:.12})", layer.number, layer.of, digest)?;
                match layer.gone {
                    Some(Gone::Deleted(by)) => write!(f, ", deleted in layer {by}")?,
                    Some(Gone::Replaced(by)) => write!(f, ", replaced in layer {by}")?,
                    None => {}
                }
            }
            None => write!(f, "in the image's configuration")?,
        }
        if !self.image.is_empty() {
            write!(f, " of {}", self.image)?;
        }
        self.instruction.as_ref().map_or(Ok(()), |text| write!(f, ", by: {text}"))
    }
}

/// Added lines and their context.
#[derive(Debug, Clone)]
pub struct Hunk {
    /// Path as git has it: bytes, relative to the top of the work tree.
    pub path: Vec<u8>,
    pub origin: Origin,
    /// New-side text: added lines and context, with their line breaks.
    pub text: Vec<u8>,
    /// Number of the first line of `text`, from 1.
    pub first_line: u32,
    /// Which line numbers were added, ascending and disjoint.
    pub added: Vec<Range<u32>>,
}

impl Hunk {
    /// A text that is new as a whole.
    pub fn whole(path: Vec<u8>, origin: Origin, text: Vec<u8>) -> Self {
        Self { path, origin, text, first_line: 1, added: vec![1..u32::MAX] }
    }

    /// Whether any of `lines` was added.
    pub fn adds(&self, lines: &Range<u32>) -> bool {
        self.added.iter().any(|added| added.start < lines.end && lines.start < added.end)
    }
}

/// Splits a text into hunks around its added lines; runs whose contexts meet share a hunk.
///
/// `added` are line numbers from 1, ascending and disjoint.
pub fn split(path: &[u8], origin: &Origin, text: &[u8], added: &[Range<u32>]) -> Vec<Hunk> {
    if added == [1..u32::MAX] {
        return vec![Hunk::whole(path.to_vec(), origin.clone(), text.to_vec())];
    }
    let mut hunks: Vec<Hunk> = Vec::new();
    let mut lines = LineCursor { text, line: 1, at: 0 };
    let mut runs = added.iter().peekable();
    while let Some(run) = runs.next() {
        let first_line = run.start.saturating_sub(CONTEXT_LINES).max(1);
        let mut group = vec![run.clone()];
        while let Some(next) = runs.next_if(|next| next.start <= group[group.len() - 1].end + 2 * CONTEXT_LINES) {
            group.push(next.clone());
        }
        let start = lines.seek(first_line);
        let end = LineCursor { ..lines }.seek(group[group.len() - 1].end.saturating_add(CONTEXT_LINES));
        hunks.push(Hunk {
            path: path.to_vec(),
            origin: origin.clone(),
            text: text[start..end].to_vec(),
            first_line,
            added: group,
        });
    }
    hunks
}

/// Finds the offsets of ascending line numbers in one pass.
struct LineCursor<'a> {
    text: &'a [u8],
    line: u32,
    at: usize,
}

impl LineCursor<'_> {
    fn seek(&mut self, line: u32) -> usize {
        while self.line < line && self.at < self.text.len() {
            let rest = &self.text[self.at..];
            self.at += memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            self.line += 1;
        }
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hunk_is_the_added_lines_and_three_around() {
        let text: Vec<u8> = (1..=20).flat_map(|n| format!("line {n}\n").into_bytes()).collect();
        let hunks = split(b"a", &Origin::Staged, &text, &[10..11, 19..21]);
        assert_eq!(hunks.len(), 2);
        assert_eq!(hunks[0].first_line, 7);
        assert_eq!(hunks[0].text, b"line 7\nline 8\nline 9\nline 10\nline 11\nline 12\nline 13\n");
        assert!(hunks[0].adds(&(10..11)) && !hunks[0].adds(&(11..12)));
        assert_eq!(hunks[1].text, b"line 16\nline 17\nline 18\nline 19\nline 20\n");
    }

    #[test]
    fn runs_whose_contexts_meet_share_a_hunk() {
        let text = b"1\n2\n3\n4\n5\n6\n7\n8\n9\n".as_slice();
        assert_eq!(split(b"a", &Origin::Staged, text, &[2..3, 8..9]).len(), 1);
    }
}
