//! Threads that share the work of a scan, and how far they are.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::Result;

/// How many threads work, and who watches them.
#[derive(Debug, Clone)]
pub struct Workers {
    pub jobs: usize,
    pub watch: Arc<Watch>,
}

impl Workers {
    /// As many threads as were asked for, or as the machine runs at once.
    pub fn new(jobs: Option<usize>) -> Self {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        Self { jobs: jobs.unwrap_or_else(cores).max(1), watch: Arc::default() }
    }

    /// Works through the items `0..count`, each thread with a state of its own, and returns what was made of them in the
    /// order of items, so that the answer does not depend on the number of threads. Once it is to stop, no other item
    /// is begun, and the answer is shorter.
    ///
    /// # Errors
    /// The first error by order of items; after one, no other item is begun.
    pub fn map<State, Made: Send>(
        &self,
        count: usize,
        start: impl Fn() -> State + Sync,
        work: impl Fn(&mut State, usize) -> Result<Made> + Sync,
    ) -> Result<Vec<Made>> {
        let next = AtomicUsize::new(0);
        let made = Mutex::new(Vec::new());
        let thread = || {
            let mut state = start();
            let mut mine = Vec::new();
            while !self.watch.is_stopped() {
                let item = next.fetch_add(1, Ordering::Relaxed);
                if item >= count {
                    break;
                }
                let result = work(&mut state, item);
                if result.is_err() {
                    next.store(count, Ordering::Relaxed);
                }
                mine.push((item, result));
            }
            made.lock().expect("no thread panics: a panic ends the process").append(&mut mine);
        };
        std::thread::scope(|scope| {
            for _ in 1..self.jobs.min(count) {
                scope.spawn(thread);
            }
            thread();
        });
        let mut made = made.into_inner().expect("no thread panics: a panic ends the process");
        made.sort_by_key(|(item, _)| *item);
        made.into_iter().map(|(_, result)| result).collect()
    }
}

/// How far the work is, for whoever watches it and may stop it.
#[derive(Debug, Default)]
pub struct Watch {
    part: Mutex<Part>,
    done: AtomicUsize,
    stopped: AtomicBool,
}

/// A part of the work: so many of something.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub unit: &'static str,
    pub total: usize,
}

impl Watch {
    /// The next part begins.
    pub fn begin(&self, unit: &'static str, total: usize) {
        *self.part.lock().expect("no thread panics: a panic ends the process") = Part { unit, total };
        self.done.store(0, Ordering::Relaxed);
    }

    /// So much more is done.
    pub fn step(&self, count: usize) {
        self.done.fetch_add(count, Ordering::Relaxed);
    }

    /// What is being done, and how much of it is.
    pub fn state(&self) -> (Part, usize) {
        let part = *self.part.lock().expect("no thread panics: a panic ends the process");
        (part, self.done.load(Ordering::Relaxed))
    }

    /// What has begun is finished, and nothing else is begun.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_is_in_the_order_of_items_whatever_the_number_of_threads() {
        for jobs in [1, 2, 7] {
            let made = Workers::new(Some(jobs)).map(100, || (), |(), item| Ok(item * 2)).unwrap();
            assert_eq!(made, (0..100).map(|item| item * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_first_error_is_told() {
        let work = |(): &mut (), item| if item == 3 { anyhow::bail!("third") } else { Ok(item) };
        assert_eq!(Workers::new(Some(2)).map(9, || (), work).unwrap_err().to_string(), "third");
    }

    #[test]
    fn nothing_is_begun_after_a_stop() {
        let workers = Workers::new(Some(1));
        let work = |(): &mut (), item| {
            if item == 3 {
                workers.watch.stop();
            }
            Ok(item)
        };
        assert_eq!(workers.map(9, || (), work).unwrap(), [0, 1, 2, 3]);
    }
}
