//! `keystop scan`: files and folders, what is staged, or what commits have added.

use anyhow::Result;

use super::hook;
use super::session::Session;
use crate::advice::Stage;
use crate::cli::ScanArgs;
use crate::config::Config;
use crate::exit::Exit;
use crate::files;
use crate::git::{self, Coverage, Merge, Ownership, Range, Repository, Unscanned};
use crate::workers;

pub fn run(args: &ScanArgs) -> Result<Exit> {
    let config = Config::load(&std::env::current_dir()?, &args.settings.overrides())?;
    if args.staged {
        return hook::staged(Ownership::Checked, Merge::Concluded, &config, args.format);
    }
    let mut session = Session::new(&config);
    if let Some(revisions) = &args.range {
        let repository = hook::open(Ownership::Checked)?;
        let range = Range { revisions, max_count: args.max_count, no_merges: args.no_merges };
        let walked = git::range(&repository, &range, workers::jobs(args.jobs), &|hunk| Ok(session.judge(&hunk)))?;
        let coverage = session.keep_walked(walked, Repository::head)?;
        return session.finish(Stage::History, args.format, coverage);
    }
    let read = files::walk(&args.paths, &mut |hunk| session.take(&hunk))?;
    let unscanned = read.unreadable.into_iter().map(|(path, reason)| Unscanned { path, reason });
    let coverage = Coverage { files: read.files, unscanned: unscanned.collect() };
    session.finish(Stage::File, args.format, coverage)
}
