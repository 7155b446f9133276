//! `keystop scan`: files and folders, what is staged, what commits have added, or the whole history.

use anyhow::Result;

use super::session::Session;
use super::{history, hook};
use crate::advice::Stage;
use crate::cli::ScanArgs;
use crate::config::Config;
use crate::exit::Exit;
use crate::files::{self, Ignored};
use crate::git::{self, Coverage, Merge, Ownership, Range, Repository, Unscanned};
use crate::workers;

pub fn run(args: &ScanArgs) -> Result<Exit> {
    if args.staged {
        return hook::staged(Ownership::Checked, Merge::Concluded, args.format);
    }
    let config = Config::find(&std::env::current_dir()?)?;
    let mut session = Session::new(&config);
    if let Some(revisions) = &args.range {
        let repository = hook::open(Ownership::Checked)?;
        let range = Range { revisions, max_count: args.max_count, no_merges: args.no_merges };
        let walked = git::range(&repository, &range, workers::jobs(args.jobs), &|hunk| Ok(session.judge(&hunk)))?;
        let coverage = session.keep_walked(walked, Repository::head)?;
        return session.finish(Stage::History, args.format, coverage);
    }
    if args.history {
        let coverage = history::scan(&mut session, &hook::open(Ownership::Checked)?, workers::jobs(args.jobs))?;
        return session.finish(Stage::History, args.format, coverage);
    }
    let ignored = if args.no_ignore { Ignored::Read } else { Ignored::LeftOut };
    let jobs = workers::jobs(args.jobs);
    let (read, judged) = files::read(files::list(&args.paths, ignored, jobs)?, jobs, &|hunk| session.judge(&hunk))?;
    session.keep(judged);
    let unscanned = read.unreadable.into_iter().map(|(path, reason)| Unscanned { path, reason });
    let coverage = Coverage { files: read.files, unscanned: unscanned.collect() };
    session.finish(Stage::File, args.format, coverage)
}
