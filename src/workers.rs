//! Threads that share the work of a scan.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;

/// Works through the items `0..count` on `jobs` threads, each with a state of its own, and returns what was made of
/// them in the order of items, so that the answer does not depend on the number of threads.
///
/// # Errors
/// The first error by order of items; after one, no other item is begun.
pub fn map<State, Made: Send>(
    jobs: usize,
    count: usize,
    start: impl Fn() -> State + Sync,
    work: impl Fn(&mut State, usize) -> Result<Made> + Sync,
) -> Result<Vec<Made>> {
    let next = AtomicUsize::new(0);
    let made = Mutex::new(Vec::new());
    let thread = || {
        let mut state = start();
        let mut mine = Vec::new();
        loop {
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
        for _ in 1..jobs.min(count) {
            scope.spawn(thread);
        }
        thread();
    });
    let mut made = made.into_inner().expect("no thread panics: a panic ends the process");
    made.sort_by_key(|(item, _)| *item);
    made.into_iter().map(|(_, result)| result).collect()
}

/// As many threads as were asked for, or as the machine runs at once.
pub fn jobs(wanted: Option<usize>) -> usize {
    wanted.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_is_in_the_order_of_items_whatever_the_number_of_threads() {
        for jobs in [1, 2, 7] {
            let made = map(jobs, 100, || (), |(), item| Ok(item * 2)).unwrap();
            assert_eq!(made, (0..100).map(|item| item * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_first_error_is_told() {
        let made = map(2, 9, || (), |(), item| if item == 3 { anyhow::bail!("third") } else { Ok(item) });
        assert_eq!(made.unwrap_err().to_string(), "third");
    }
}
