//! Deltas of packs: a text made of pieces of another one, and which of its lines are not the other's.

use std::ops::Range;

/// A text that was put together.
#[derive(Debug, PartialEq, Eq)]
pub struct Applied {
    pub text: Vec<u8>,
    /// Bytes whose lines do not stand in the base as whole lines; ascending.
    pub changed: Vec<Range<usize>>,
}

/// Applies a delta to its base; none if it is broken.
pub fn apply(base: &[u8], delta: &[u8]) -> Option<Applied> {
    let mut delta = Delta { rest: delta };
    if delta.size()? != base.len() {
        return None;
    }
    let size = delta.size()?;
    let mut made = Applied { text: Vec::with_capacity(size), changed: Vec::new() };
    while let Some(piece) = delta.piece() {
        match piece? {
            Piece::New(bytes) => {
                made.changed.push(made.text.len()..made.text.len() + bytes.len());
                made.text.extend_from_slice(bytes);
            }
            Piece::Copy(from) => made.copy(base, from, size)?,
        }
    }
    (made.text.len() == size).then_some(made)
}

impl Applied {
    /// Where a line begins or ends otherwise than in the base, it is another one.
    fn copy(&mut self, base: &[u8], from: Range<usize>, size: usize) -> Option<()> {
        let at = self.text.len();
        let copied = base.get(from.clone())?;
        let begins = |text: &[u8], at: usize| at == 0 || text[at - 1] == b'\n';
        if !(begins(base, from.start) && begins(&self.text, at)) {
            self.changed.push(at..at + 1);
        }
        self.text.extend_from_slice(copied);
        let end = self.text.len();
        if end == size && end > at && !(from.end == base.len() || copied.ends_with(b"\n")) {
            self.changed.push(end - 1..end);
        }
        Some(())
    }
}

enum Piece<'a> {
    New(&'a [u8]),
    Copy(Range<usize>),
}

struct Delta<'a> {
    rest: &'a [u8],
}

impl<'a> Delta<'a> {
    fn byte(&mut self) -> Option<usize> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(usize::from(*first))
    }

    /// Seven bits a byte, the lowest first.
    fn size(&mut self) -> Option<usize> {
        let mut size = 0;
        for shift in (0..usize::BITS).step_by(7) {
            let byte = self.byte()?;
            size |= (byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(size);
            }
        }
        None
    }

    /// The next instruction; none at the end, and none inside where it is broken.
    fn piece(&mut self) -> Option<Option<Piece<'a>>> {
        let instruction = self.byte()?;
        Some(if instruction & 0x80 == 0 { self.new_bytes(instruction) } else { self.copy(instruction) })
    }

    fn new_bytes(&mut self, count: usize) -> Option<Piece<'a>> {
        // Zero is reserved.
        let (bytes, rest) = self.rest.split_at_checked(count).filter(|_| count > 0)?;
        self.rest = rest;
        Some(Piece::New(bytes))
    }

    /// Four bits tell which bytes of the start are there, three which of the length.
    fn copy(&mut self, instruction: usize) -> Option<Piece<'a>> {
        let (mut start, mut len) = (0, 0);
        for bit in 0..4 {
            if instruction >> bit & 1 == 1 {
                start |= self.byte()? << (8 * bit);
            }
        }
        for bit in 0..3 {
            if instruction >> (bit + 4) & 1 == 1 {
                len |= self.byte()? << (8 * bit);
            }
        }
        let len = if len == 0 { 0x10000 } else { len };
        Some(Piece::Copy(start..start.checked_add(len)?))
    }
}

/// The numbers of the lines that `changed` touches, from 1; ascending and disjoint.
pub fn lines(text: &[u8], changed: &[Range<usize>]) -> Vec<Range<u32>> {
    let mut runs: Vec<Range<u32>> = Vec::new();
    let (mut line, mut at) = (1, 0);
    let mut line_of = |offset: usize| {
        // A later range may begin on the line where the one before has ended.
        let breaks = memchr::memchr_iter(b'\n', text.get(at..offset).unwrap_or_default()).count();
        line += u32::try_from(breaks).unwrap_or(u32::MAX);
        at = at.max(offset);
        line
    };
    for bytes in changed.iter().filter(|bytes| !bytes.is_empty()) {
        let run = line_of(bytes.start)..line_of(bytes.end - 1) + 1;
        match runs.last_mut() {
            Some(last) if run.start <= last.end => last.end = last.end.max(run.end),
            _ => runs.push(run),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A delta of instructions; copies are of less than 256 bytes.
    fn delta(base: &[u8], pieces: &[Result<&str, Range<u8>>]) -> Applied {
        let size: usize =
            pieces.iter().map(|piece| piece.as_ref().map_or_else(ExactSizeIterator::len, |new| new.len())).sum();
        let mut bytes = vec![u8::try_from(base.len()).unwrap(), u8::try_from(size).unwrap()];
        for piece in pieces {
            match piece {
                Ok(new) => bytes.extend([&[u8::try_from(new.len()).unwrap()], new.as_bytes()].concat()),
                Err(range) => bytes.extend([0x91, range.start, range.end - range.start]),
            }
        }
        apply(base, &bytes).unwrap()
    }

    fn changed(base: &str, pieces: &[Result<&str, Range<u8>>]) -> (String, Vec<Range<u32>>) {
        let Applied { text, changed } = delta(base.as_bytes(), pieces);
        let lines = lines(&text, &changed);
        (String::from_utf8(text).unwrap(), lines)
    }

    #[test]
    fn lines_that_are_copied_whole_are_not_changed() {
        let base = "one\ntwo\nthree\n";
        assert_eq!(changed(base, &[Err(0..14)]), (base.to_owned(), vec![]));
        assert_eq!(changed(base, &[Err(0..4), Ok("new\n"), Err(4..14)]).1, [2..3]);
        assert_eq!(changed(base, &[Err(4..8), Err(0..4)]), ("two\none\n".to_owned(), vec![]));
    }

    #[test]
    fn a_line_that_is_put_together_is_changed() {
        let base = "one\ntwo\nthree\n";
        assert_eq!(changed(base, &[Err(0..2), Err(6..14)]), ("ono\nthree\n".to_owned(), vec![1..2]));
        assert_eq!(changed(base, &[Err(0..4), Err(5..14)]), ("one\nwo\nthree\n".to_owned(), vec![2..3]));
        assert_eq!(changed(base, &[Err(0..6)]), ("one\ntw".to_owned(), vec![2..3]));
        assert_eq!(changed(base, &[Err(0..6), Ok("x"), Err(7..14)]), ("one\ntwx\nthree\n".to_owned(), vec![2..3]));
        assert_eq!(changed(base, &[Err(0..13), Ok("!\n")]), ("one\ntwo\nthree!\n".to_owned(), vec![3..4]));
    }

    #[test]
    fn a_broken_delta_is_none() {
        for bytes in [&[3, 1, 0][..], &[3, 1], &[3, 9, 0x91, 0, 9], &[2, 1, 1, b'x'], &[3, 2, 1, b'x'], &[]] {
            assert_eq!(apply(b"abc", bytes), None, "{bytes:?}");
        }
    }
}
