//! How much may come out of one file: what a bomb meets.

use std::cell::Cell;
use std::io::{self, Read};

use crate::workers::Watch;

/// How many times its own size a file may unpack to; what is small may always grow to `SMALL`.
const RATIO: u64 = 250;
const SMALL: u64 = 64 << 20;
/// Bytes that are unpacked of one file, at most, and files in it.
const MOST: u64 = 16 << 30;
const MOST_FILES: u64 = 1_000_000;
/// Bytes that may stand between two files of an archive: names that are held in memory.
const BETWEEN: u64 = 1 << 20;

/// What may still come out of one file, archives in archives included: whatever is read on the way is counted.
pub struct Budget<'w> {
    bytes: u64,
    left: Cell<u64>,
    files: Cell<u64>,
    watch: &'w Watch,
}

impl<'w> Budget<'w> {
    /// For a file of `size` bytes.
    pub fn of(size: u64, watch: &'w Watch) -> Self {
        let bytes = size.saturating_mul(RATIO).clamp(SMALL, MOST).max(size.saturating_mul(4));
        Self { bytes, left: Cell::new(bytes), files: Cell::new(MOST_FILES), watch }
    }

    /// A reader whose bytes are counted.
    pub fn bound<R: Read>(&self, source: R) -> Bounded<'_, R> {
        Bounded { source, budget: self }
    }

    /// Counts a file.
    ///
    /// # Errors
    /// There are too many.
    pub fn file(&self) -> io::Result<()> {
        let left = self.files.get().checked_sub(1);
        self.files.set(left.ok_or_else(|| io::Error::other(format!("it holds more than {MOST_FILES} files")))?);
        Ok(())
    }

    /// Goes on to the next file of an archive, of which the last one was read to its end.
    pub fn between<T>(&self, next: impl FnOnce() -> T) -> T {
        let left = self.left.get();
        let narrow = left.min(BETWEEN);
        self.left.set(narrow);
        let made = next();
        self.left.set(left - (narrow - self.left.get()));
        made
    }

    /// Whether nothing more can be read.
    pub fn is_spent(&self) -> bool {
        self.left.get() == 0 || self.files.get() == 0 || self.watch.is_stopped()
    }

    fn take(&self, count: u64) -> io::Result<()> {
        if self.watch.is_stopped() {
            return Err(io::Error::other("stopped before its end"));
        }
        let left = self.left.get().checked_sub(count);
        self.left.set(left.unwrap_or_default());
        left.map(|_| ()).ok_or_else(|| io::Error::other(format!("it unpacks to more than {} MiB", self.bytes >> 20)))
    }
}

/// A reader that ends in an error where it gives too much.
pub struct Bounded<'a, R> {
    source: R,
    budget: &'a Budget<'a>,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.budget.take(count as u64)?;
        Ok(count)
    }
}
