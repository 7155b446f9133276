//! `keystop scan`: files and folders, what is staged, or what commits have added.

use anyhow::Result;

use super::hook;
use super::session::Session;
use super::workers;
use crate::advice::Stage;
use crate::cli::ScanArgs;
use crate::config::Config;
use crate::exit::Exit;
use crate::files;
use crate::git::{self, Coverage, Merge, Ownership, Range, Repository, Unscanned};
use crate::report;

pub fn run(args: &ScanArgs) -> Result<Exit> {
    if args.staged {
        return hook::staged(Ownership::Checked, Merge::Concluded, args.format);
    }
    let config = Config::find(&std::env::current_dir()?)?;
    let mut session = Session::new(&config);
    if let Some(revisions) = &args.range {
        let range = Range { revisions, max_count: args.max_count, no_merges: args.no_merges };
        let coverage = commits(&mut session, &range, workers::jobs(args.jobs))?;
        return session.finish(Stage::History, args.format, coverage);
    }
    let read = files::walk(&args.paths, &mut |hunk| session.take(&hunk))?;
    let unscanned = read.unreadable.into_iter().map(|(path, reason)| Unscanned { path, reason });
    let coverage = Coverage { files: read.files, unscanned: unscanned.collect() };
    session.finish(Stage::File, args.format, coverage)
}

/// Scans what each commit of a range adds.
fn commits(session: &mut Session, range: &Range, jobs: usize) -> Result<Coverage> {
    open()?;
    let listed = git::range(range)?;
    let read = |repository: &mut Repository, item: usize| {
        let (mut judged, mut coverage) = (Vec::new(), Coverage::default());
        let commit = git::commit(repository, &listed[item], &mut coverage, &mut |hunk| {
            judged.extend(session.judge(&hunk));
            Ok(())
        })?;
        Ok((judged, coverage, commit))
    };
    let made = workers::map(jobs, listed.len(), Repository::reopen, read, || true)
        .map_err(|error| report::hint(&error, "git fsck tells what is broken"))?;
    let (mut coverage, mut found) = (Coverage::default(), Vec::new());
    for (judged, read, commit) in made {
        coverage.add(read);
        found.extend((!judged.is_empty()).then_some(commit));
        session.keep(judged);
    }
    let head = Repository::head()?;
    session.found_in(|id| hook::described(&found, head, id));
    Ok(coverage)
}

/// The repository a person means.
fn open() -> Result<Repository> {
    Repository::open(Ownership::Checked)
        .map_err(|error| report::hint(&error, "run it inside a repository; files outside of one: keystop scan PATH"))
}
