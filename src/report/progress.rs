//! How far a long scan is: a line that is drawn again on a terminal, plain lines elsewhere.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::workers::{Part, Watch};

/// What takes less needs no progress.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often a terminal is drawn on, and how often a log gets a line.
const REDRAWN: Duration = Duration::from_millis(100);
const LOGGED: Duration = Duration::from_secs(10);
/// Columns of the bar.
const BAR: usize = 24;

/// Tells on standard error until it is dropped.
pub struct Progress {
    ended: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    pub fn start(watch: &Arc<Watch>) -> Self {
        let (ended, end) = mpsc::channel();
        let watch = Arc::clone(watch);
        let thread = std::thread::spawn(move || {
            if end.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let terminal = io::stderr().is_terminal();
            let mut since = Since::now(watch.state().0);
            while end.recv_timeout(if terminal { REDRAWN } else { LOGGED }) == Err(RecvTimeoutError::Timeout) {
                let (part, done) = watch.state();
                if part != since.part {
                    since = Since::now(part);
                }
                since.tell(done, terminal);
            }
            if terminal {
                // The line makes room for what comes.
                let _ = write!(io::stderr().lock(), "\r\x1b[K");
            }
        });
        Self { ended: Some(ended), thread: Some(thread) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.ended.take());
        if let Some(thread) = self.thread.take() {
            // It has nothing to say that would matter now.
            let _ = thread.join();
        }
    }
}

/// A part of the work, and when it began.
struct Since {
    part: Part,
    start: Instant,
}

impl Since {
    fn now(part: Part) -> Self {
        Self { part, start: Instant::now() }
    }

    fn tell(&self, done: usize, terminal: bool) {
        if self.part.total == 0 {
            return;
        }
        let line = line(self.part, done, self.start.elapsed());
        let mut err = io::stderr().lock();
        // A closed stream changes nothing.
        let _ = if terminal {
            write!(err, "\r{} {line}\x1b[K", bar(done, self.part.total)).and_then(|()| err.flush())
        } else {
            writeln!(err, "keystop: {line}")
        };
    }
}

fn bar(done: usize, total: usize) -> String {
    let full = (BAR * done / total).min(BAR);
    format!("[{}{}]", "#".repeat(full), "-".repeat(BAR - full))
}

/// `1200 of 39490 commits, 410/s, 1:33 left`
fn line(part: Part, done: usize, elapsed: Duration) -> String {
    let Part { unit, total } = part;
    let seconds = elapsed.as_secs().max(1);
    let rate = done as u64 / seconds;
    let left = (total.saturating_sub(done) as u64).checked_div(rate);
    let left = left.map_or_else(String::new, |left| format!(", {}:{:02} left", left / 60, left % 60));
    format!("{done} of {total} {unit}, {rate}/s{left}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_rate_and_the_time_left() {
        let part = Part { unit: "commits", total: 1000 };
        assert_eq!(line(part, 200, Duration::from_secs(2)), "200 of 1000 commits, 100/s, 0:08 left");
        assert_eq!(line(part, 0, Duration::from_secs(2)), "0 of 1000 commits, 0/s");
        assert_eq!(bar(500, 1000), "[############------------]");
    }
}
