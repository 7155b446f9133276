//! Offsets to lines and back.

use std::ops::Range;

use crate::finding::Position;

/// Line starts of a text whose first line has a number of its own.
pub struct Lines<'a> {
    text: &'a [u8],
    starts: Vec<usize>,
    first: u32,
}

impl<'a> Lines<'a> {
    pub fn of(text: &'a [u8], first: u32) -> Self {
        let breaks = memchr::memchr_iter(b'\n', text).map(|at| at + 1);
        Self { text, starts: std::iter::once(0).chain(breaks).collect(), first }
    }

    /// How many lines there are; a line break at the end opens one more.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// Index, from 0, of the line that holds `offset`.
    pub fn index(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset) - 1
    }

    /// Bytes of a line, its line break left out; indexes past the end give the last line.
    pub fn range(&self, index: usize) -> Range<usize> {
        let index = index.min(self.starts.len() - 1);
        let start = self.starts[index];
        let end = self.starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        start..end
    }

    /// Bytes of the lines within `around` lines of the one at `index`.
    pub fn around(&self, index: usize, around: u32) -> Range<usize> {
        let around = around as usize;
        self.range(index.saturating_sub(around)).start..self.range(index.saturating_add(around)).end
    }

    /// Numbers of the lines that a span touches.
    pub fn touched(&self, span: &Range<usize>) -> Range<u32> {
        self.position(span.start).line..self.position(span.end.saturating_sub(1)).line + 1
    }

    pub fn position(&self, offset: usize) -> Position {
        let index = self.index(offset);
        let column = offset - self.starts[index] + 1;
        Position { line: self.first + clamp(index), column: clamp(column) }
    }
}

fn clamp(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_from_the_first_lines_number() {
        let lines = Lines::of(b"ab\ncd\n", 5);
        assert_eq!(lines.position(0), Position { line: 5, column: 1 });
        assert_eq!(lines.position(4), Position { line: 6, column: 2 });
        assert_eq!(lines.range(1), 3..5);
        assert_eq!(lines.around(1, 1), 0..6);
    }
}
