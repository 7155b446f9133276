//! `keystop scan`: files and folders, or what is staged.

use anyhow::Result;

use super::hook;
use super::session::Session;
use crate::advice::Stage;
use crate::cli::ScanArgs;
use crate::config::Config;
use crate::exit::Exit;
use crate::files;
use crate::git::{Coverage, Merge, Ownership, Unscanned};

pub fn run(args: &ScanArgs) -> Result<Exit> {
    let config = Config::load(&std::env::current_dir()?, &args.settings.overrides())?;
    if args.staged {
        return hook::staged(Ownership::Checked, Merge::Concluded, &config, args.format);
    }
    let mut session = Session::new(&config);
    let read = files::walk(&args.paths, &mut |hunk| session.take(&hunk))?;
    let unscanned = read.unreadable.into_iter().map(|(path, reason)| Unscanned { path, reason });
    let coverage = Coverage { files: read.files, unscanned: unscanned.collect() };
    session.finish(Stage::File, args.format, coverage)
}
