//! Which lines of a new text were added to an old one.

use std::ops::Range;

use anyhow::Result;

/// Line numbers, from 1, that `new` adds to `old`: ascending, disjoint runs.
///
/// # Errors
/// libgit2 could not compare the two.
pub fn added_lines(old: &[u8], new: &[u8]) -> Result<Vec<Range<u32>>> {
    let mut options = git2::DiffOptions::new();
    // Attributes and NUL bytes must not decide what is read.
    options.context_lines(0).force_text(true).indent_heuristic(false);
    let patch = git2::Patch::from_buffers(old, None, new, None, Some(&mut options))?;
    let mut added = Vec::with_capacity(patch.num_hunks());
    for index in 0..patch.num_hunks() {
        let (hunk, _) = patch.hunk(index)?;
        if hunk.new_lines() > 0 {
            added.push(hunk.new_start()..hunk.new_start() + hunk.new_lines());
        }
    }
    Ok(added)
}

/// Lines that are in both lists: what a merge adds to every parent.
pub fn intersect(a: &[Range<u32>], b: &[Range<u32>]) -> Vec<Range<u32>> {
    let pairs = a.iter().flat_map(|x| b.iter().map(move |y| x.start.max(y.start)..x.end.min(y.end)));
    pairs.filter(|both| !both.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn added_runs_have_the_new_sides_numbers() {
        assert_eq!(added_lines(b"a\nb\nc\n", b"a\nx\nb\nc\ny\nz\n").unwrap(), [2..3, 5..7]);
        assert_eq!(added_lines(b"a\nb\n", b"a\n").unwrap(), []);
        assert_eq!(added_lines(b"", b"a").unwrap(), [1..2]);
        assert_eq!(added_lines(b"a\0b\n", b"a\0b\nc\0d\n").unwrap(), [2..3]);
    }

    #[test]
    fn a_merge_adds_what_no_parent_has() {
        assert_eq!(intersect(&[1..5, 8..9], &[3..10]), [3..5, 8..9]);
    }
}
