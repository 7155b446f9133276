//! Which lines of a new text were added to an old one.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

/// Line numbers, from 1, that `new` adds to `old`: ascending, disjoint runs.
///
/// What both begin and end with is set aside before lines are told apart: most edits leave little between. Where an
/// added run could stand in several places it is put as far down as it goes, as git does.
pub fn added_lines(old: &[u8], new: &[u8]) -> Vec<Range<u32>> {
    let head = common_head(old, new);
    let tail = common_tail(&old[head..], &new[head..]);
    let (old_rest, new_rest) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let first = 1 + count_lines(&new[..head]);
    if new_rest.is_empty() {
        return Vec::new();
    }
    if old_rest.is_empty() {
        let unfinished = u32::from(!new_rest.ends_with(b"\n"));
        return vec![first..first + count_lines(new_rest) + unfinished];
    }
    let lines = InternedInput::new(old_rest, new_rest);
    let mut diff = Diff::compute(Algorithm::Myers, &lines);
    diff.postprocess_no_heuristic(&lines);
    let added = diff.hunks().map(|hunk| first + hunk.after.start..first + hunk.after.end);
    added.filter(|run| !run.is_empty()).collect()
}

/// Bytes that are compared at once.
const BLOCK: usize = 64;

/// Bytes of whole lines that both texts begin with.
fn common_head(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.chunks_exact(BLOCK).zip(b.chunks_exact(BLOCK)).take_while(|(a, b)| a == b).count() * BLOCK;
    let same = blocks + a[blocks..].iter().zip(&b[blocks..]).take_while(|(a, b)| a == b).count();
    memchr::memrchr(b'\n', &a[..same]).map_or(0, |at| at + 1)
}

/// Bytes of whole lines that both texts end with; an unfinished last line is no whole line.
fn common_tail(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.rchunks_exact(BLOCK).zip(b.rchunks_exact(BLOCK)).take_while(|(a, b)| a == b).count() * BLOCK;
    let (a_rest, b_rest) = (&a[..a.len() - blocks], &b[..b.len() - blocks]);
    let same = blocks + a_rest.iter().rev().zip(b_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let tail = &a[a.len() - same..];
    // Where one text is all tail, the other must have a line break before it.
    let begins_line = |text: &[u8]| text.len() == same || text[text.len() - same - 1] == b'\n';
    if begins_line(a) && begins_line(b) {
        return same;
    }
    memchr::memchr(b'\n', tail).map_or(0, |at| same - at - 1)
}

fn count_lines(text: &[u8]) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', text).count()).unwrap_or(u32::MAX)
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
        assert_eq!(added_lines(b"a\nb\nc\n", b"a\nx\nb\nc\ny\nz\n"), [2..3, 5..7]);
        assert_eq!(added_lines(b"a\nb\n", b"a\n"), []);
        assert_eq!(added_lines(b"", b"a"), [1..2]);
        assert_eq!(added_lines(b"a\n", b"a\nb\nc\n"), [2..4]);
        assert_eq!(added_lines(b"a", b"a\n"), [1..2], "the first line was finished");
        assert_eq!(added_lines(b"xa\nb\n", b"ya\nb\n"), [1..2]);
        assert_eq!(added_lines(b"b\n", b"a\nb\n"), [1..2]);
        assert_eq!(added_lines(b"a\nb\n", b"a\nb\n"), []);
        assert_eq!(added_lines(b"a\0b\n", b"a\0b\nc\0d\n"), [2..3]);
    }

    #[test]
    fn a_merge_adds_what_no_parent_has() {
        assert_eq!(intersect(&[1..5, 8..9], &[3..10]), [3..5, 8..9]);
    }
}
