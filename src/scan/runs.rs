//! How long a secret each line could hold: most rules that a line wakes are refused by a look at this table.

use std::cell::Cell;
use std::ops::Range;

use super::lines::Lines;

/// The longest run of every line that could be a secret: no blank and no quote in it, and not one word or path. A line
/// is measured when it is first asked for.
pub struct Runs(Vec<Cell<u32>>);

/// A line that nobody has asked for.
const UNKNOWN: u32 = u32::MAX;

/// What a byte says of the run it stands in.
const ENDS: u8 = 1;
const DIGIT: u8 = 2;
const UPPER: u8 = 4;
const LOWER: u8 = 8;
const JOINT: u8 = 16;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "below 256")]
        let class = match byte as u8 {
            b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\'' | b'`' => ENDS,
            b'0'..=b'9' => DIGIT,
            b'A'..=b'Z' => UPPER,
            b'a'..=b'z' => LOWER,
            b'_' | b'.' | b'/' | b'(' => JOINT,
            _ => 0,
        };
        table[byte] = class;
        byte += 1;
    }
    table
}

impl Runs {
    pub fn of(lines: &Lines) -> Self {
        Self(vec![Cell::new(UNKNOWN); lines.count()])
    }

    /// Whether one of these lines of `text` has so many bytes in a row.
    pub fn reach(&self, text: &[u8], lines: &Lines, range: Range<usize>, least: u32) -> bool {
        let long = |index| lines.range(index).len() >= least as usize && self.run(text, lines, index) >= least;
        least == 0 || range.into_iter().any(long)
    }

    fn run(&self, text: &[u8], lines: &Lines, index: usize) -> u32 {
        let Some(known) = self.0.get(index) else { return 0 };
        if known.get() == UNKNOWN {
            known.set(longest(&text[lines.range(index)]));
        }
        known.get()
    }
}

/// The longest run of a line that could be a secret.
fn longest(line: &[u8]) -> u32 {
    let (mut longest, mut length, mut seen) = (0, 0, 0);
    for class in line.iter().map(|byte| CLASSES[*byte as usize]).chain(std::iter::once(ENDS)) {
        if class != ENDS {
            length += 1;
            seen |= class;
            continue;
        }
        let word = seen & JOINT != 0 && seen & DIGIT == 0 && seen & (UPPER | LOWER) != UPPER | LOWER;
        if length > longest && (length < 16 || !word) {
            longest = length;
        }
        (length, seen) = (0, 0);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reaches_as_far_as_its_longest_run_that_is_no_path() {
        for (line, run) in [
            ("", 0),
            ("let key = \"abc123\";", 6),
            ("include some/long/path/of_words", 7),
            ("include some/long/path/of_words2", 24),
        ] {
            assert_eq!(longest(line.as_bytes()), run, "{line}");
        }
        let text = b"a\nabcdefgh\n";
        let lines = Lines::of(text, 1);
        let runs = Runs::of(&lines);
        let reach = |range, least| runs.reach(text, &lines, range, least);
        assert!(reach(0..2, 8) && !reach(0..1, 8) && reach(0..1, 0) && !reach(2..9, 1));
    }
}
