//! `keystop scan`: files and folders, a stream, a container image, what is staged, what commits have added, or the whole history.

use std::sync::Arc;

use anyhow::{Context, Result};

use super::session::Session;
use super::{history, hook};
use crate::advice::Stage;
use crate::cli::ScanArgs;
use crate::config::Config;
use crate::exit::Exit;
use crate::files::image::{self, Judge};
use crate::files::{self, Archives, Ignored, Read};
use crate::git::{self, Coverage, Merge, Ownership, Range, Repository, Unscanned};
use crate::hunk::{Origin, STDIN};
use crate::pieces;
use crate::report::Progress;
use crate::workers::{Watch, Workers};

pub fn run(args: &ScanArgs) -> Result<Exit> {
    let config = Config::load(&std::env::current_dir()?, &args.settings.overrides())?;
    if args.staged {
        return hook::staged(Ownership::Checked, Merge::Concluded, &config, args.format);
    }
    let mut session = Session::new(&config);
    session.quiet = args.quiet;
    let workers = Workers::new(args.jobs);
    // Standard input has no end that could be waited for.
    if !args.stdin {
        let watch = Arc::clone(&workers.watch);
        ctrlc::set_handler(move || interrupted(&watch)).context("cannot wait for Ctrl-C")?;
    }
    let progress = (!args.quiet).then(|| Progress::start(&workers.watch));
    let (stage, mut coverage) = read(args, &mut session, &workers)?;
    drop(progress);
    coverage.unscanned.extend(stopped(&workers));
    session.finish(stage, args.format, coverage)
}

fn read(args: &ScanArgs, session: &mut Session, workers: &Workers) -> Result<(Stage, Coverage)> {
    if let Some(revisions) = &args.range {
        let repository = hook::open(Ownership::Checked)?;
        let range = Range { revisions, max_count: args.max_count, no_merges: args.no_merges };
        let walked = git::range(&repository, &range, workers, &|hunk| Ok(session.judge(&hunk)))?;
        return Ok((Stage::History, session.keep_walked(walked, Repository::head)?));
    }
    if args.history {
        return Ok((Stage::History, history::scan(session, &hook::open(Ownership::Checked)?, workers)?));
    }
    if args.stdin {
        return Ok((Stage::File, stdin(session)?));
    }
    if let Some(image) = &args.image {
        let (judge, shown) = (|hunk| session.judge(&hunk), |text: &str| session.shown(text));
        let judge = Judge { judge: &judge, finding: |judged| &mut judged.1, shown: &shown };
        let (read, judged) = image::read(image, workers, &judge)?;
        session.keep(judged);
        return Ok((Stage::Image, coverage(read)));
    }
    let ignored = if args.no_ignore { Ignored::Read } else { Ignored::LeftOut };
    let listing = files::list(&args.paths, ignored, workers.jobs)?;
    let archives = if args.no_archives { Archives::Closed } else { Archives::Opened };
    let (read, judged) = files::read(listing, archives, workers, &|hunk| session.judge(&hunk))?;
    session.keep(judged);
    Ok((Stage::File, coverage(read)))
}

fn coverage(read: Read) -> Coverage {
    let unscanned = read.unreadable.into_iter().map(|(path, reason)| Unscanned { path, reason });
    Coverage { files: read.files, unscanned: unscanned.collect() }
}

fn stdin(session: &mut Session) -> Result<Coverage> {
    let read = pieces::read(STDIN, &Origin::File, &mut std::io::stdin().lock(), &mut |hunk| {
        session.take(&hunk);
        Ok(())
    });
    read.context("cannot read standard input")?;
    Ok(Coverage { files: 1, ..Coverage::default() })
}

/// The first Ctrl-C ends the work in order, and what was found is told; the second ends it at once. Nothing is ever left
/// behind, since a scan writes nothing.
fn interrupted(watch: &Watch) {
    if watch.is_stopped() {
        std::process::exit(130);
    }
    watch.stop();
}

/// What was not read because somebody has stopped it.
fn stopped(workers: &Workers) -> Option<Unscanned> {
    let (part, done) = workers.watch.state();
    let reason = format!("stopped after {done} of {} {}", part.total, part.unit);
    workers.watch.is_stopped().then(|| Unscanned { path: b"the rest".to_vec(), reason })
}
