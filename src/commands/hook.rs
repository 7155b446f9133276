//! `keystop hook NAME`: what git calls.

use std::ffi::OsString;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use super::assistant;
use super::session::Session;
use crate::advice::Stage;
use crate::cli::{Called, HookArgs};
use crate::config::Config;
use crate::exit::Exit;
use crate::git::hooks::Hook;
use crate::git::{self, Coverage, Known, Merge, Ownership, Repository, Update};
use crate::report::{self, Format};

pub fn run(args: &HookArgs) -> Result<Exit> {
    // On a server it is not for the one who pushes to say what is skipped, and never for an assistant.
    let is_skippable = matches!(args.hook, Called::ByGit(hook) if !hook.is_server());
    if let Some(reason) = skipped().filter(|_| is_skippable) {
        report::note(&format!("skipped: {reason}"));
        return Ok(Exit::Clean);
    }
    match args.hook {
        Called::ByGit(hook) => git_hook(hook, args),
        Called::ByAssistant => assistant::run(),
    }
}

fn git_hook(hook: Hook, args: &HookArgs) -> Result<Exit> {
    match hook {
        Hook::PreCommit | Hook::PreMergeCommit => {
            let [] = given(hook, args)?;
            let merge = if hook == Hook::PreCommit { Merge::Concluded } else { Merge::Made };
            staged(Ownership::JudgedByGit, merge, &config(Stage::Staged)?, Format::Human)
        }
        Hook::CommitMsg => {
            let [file] = given(hook, args)?;
            message(Path::new(&file))
        }
        Hook::PrePush if args.args.is_empty() && variable(FRAMEWORK).is_some() => push_of_framework(),
        Hook::PrePush => {
            let [remote, address] = given(hook, args)?;
            push(&remote.to_string_lossy(), &address.to_string_lossy())
        }
        Hook::PreReceive => {
            let [] = given(hook, args)?;
            receive(&lines()?.iter().map(|line| Update::from_pre_receive(line)).collect::<Result<Vec<_>>>()?)
        }
        Hook::Update => {
            let [name, old, new] = given(hook, args)?.map(|word| word.to_string_lossy().into_owned());
            receive(&[Update::new(&old, &new, &name)?])
        }
    }
}

/// The arguments, if git would hand over as many.
fn given<const COUNT: usize>(hook: Hook, args: &HookArgs) -> Result<[OsString; COUNT]> {
    let name = hook.name();
    let count = args.args.len();
    args.args.clone().try_into().map_err(|_| {
        let error = anyhow!("git hands {COUNT} arguments to {name}, and here are {count}");
        report::hint(&error, "git calls this; to look at what is staged: keystop scan --staged")
    })
}

/// What git writes to the hook.
fn lines() -> Result<Vec<String>> {
    let mut text = Vec::new();
    std::io::stdin().read_to_end(&mut text).context("cannot read what git hands over")?;
    Ok(String::from_utf8_lossy(&text).lines().map(str::to_owned).collect())
}

/// The configuration where git starts hooks: the top of the work tree, or a bare repository on a server.
fn config(stage: Stage) -> Result<Config> {
    let here = Path::new(".").canonicalize()?;
    let config = if stage == Stage::Receiving { Config::of_server(&here) } else { Config::find(&here) };
    config.map_err(|error| report::hint(&error, "keystop config check tells when it is right again"))
}

/// The repository that is meant.
pub fn open(ownership: Ownership) -> Result<Repository> {
    Repository::open(ownership)
        .map_err(|error| report::hint(&error, "run it inside a repository; files outside of one: keystop scan PATH"))
}

/// Scans what is staged.
pub fn staged(ownership: Ownership, merge: Merge, config: &Config, format: Format) -> Result<Exit> {
    let repository = open(ownership)?;
    let mut session = Session::new(config);
    let coverage = git::staged(&repository, merge, &mut |hunk| {
        session.take(&hunk);
        Ok(())
    })
    .map_err(|error| report::hint(&error, "git fsck tells what is broken"))?;
    session.finish(Stage::Staged, format, coverage)
}

/// Scans the message of the commit that is being made.
fn message(file: &Path) -> Result<Exit> {
    let config = config(Stage::Message)?;
    let mut session = Session::new(&config);
    session.take(&git::message(file)?);
    session.finish(Stage::Message, Format::Human, Coverage { files: 1, ..Coverage::default() })
}

/// Scans what is about to be sent.
fn push(remote: &str, address: &str) -> Result<Exit> {
    let updates = lines()?.iter().map(|line| Update::from_pre_push(line)).collect::<Result<Vec<_>>>()?;
    let known = if remote == address { Known::AnyRemote } else { Known::Remote(remote.to_owned()) };
    pushed(Stage::Pushing, &updates, &known, None)
}

/// Set by pre-commit and prek at a push: they read git's lines themselves and hand over variables, of one ref.
const FRAMEWORK: &str = "PRE_COMMIT_REMOTE_NAME";

fn push_of_framework() -> Result<Exit> {
    let set = |name| variable(name).with_context(|| format!("`{name}` is not set"));
    let (remote, address) = (set(FRAMEWORK)?, set("PRE_COMMIT_REMOTE_URL")?);
    // Without a range everything is pushed, up to the branch.
    let tip = variable("PRE_COMMIT_TO_REF").or_else(|| variable("PRE_COMMIT_LOCAL_BRANCH"));
    let tip = Repository::resolve(&tip.unwrap_or_else(|| "HEAD".to_owned()))?;
    let name = variable("PRE_COMMIT_REMOTE_BRANCH").unwrap_or_default();
    let known = if remote == address { Known::AnyRemote } else { Known::Remote(remote) };
    pushed(Stage::Pushing, &[Update { new: Some(tip), old: None, name }], &known, None)
}

/// Scans what was sent here.
fn receive(updates: &[Update]) -> Result<Exit> {
    let server = Server::read()?;
    if let Some(reason) = server.skipped {
        report::note(&format!("skipped, as this server allows: {reason}"));
        return Ok(Exit::Clean);
    }
    pushed(Stage::Receiving, updates, &Known::Here, Some(&server))
}

fn pushed(stage: Stage, updates: &[Update], known: &Known, server: Option<&Server>) -> Result<Exit> {
    if updates.iter().all(|update| update.new.is_none()) {
        return Ok(Exit::Clean);
    }
    let start = Instant::now();
    let repository = open(Ownership::JudgedByGit)?;
    let config = config(stage)?;
    let mut session = Session::new(&config);
    if server.is_some_and(|server| !server.hears_comments) {
        session = session.without_comments();
    }
    let walked = git::pushed(&repository, updates, known, &|hunk| {
        let judged = session.judge(&hunk);
        match server {
            Some(server) if start.elapsed() > server.time_limit => Err(over(server.time_limit)),
            _ => Ok(judged),
        }
    })?;
    let sent = || updates.iter().find_map(|update| update.new);
    let tip = || if stage == Stage::Receiving { Ok(sent()) } else { Repository::head() };
    let coverage = session.keep_walked(walked, tip)?;
    session.finish(stage, Format::Human, coverage)
}

/// What was not looked at within the time is not let in.
fn over(limit: Duration) -> anyhow::Error {
    let error = anyhow!("not all of this push could be checked in {} s, so it is refused", limit.as_secs_f64());
    report::hint(&error, "push it in parts, or ask for a longer keystop.timeLimit in the server's git config")
}

/// What the server's own git config says; what is pushed has no say.
struct Server {
    time_limit: Duration,
    /// Whether `keystop:allow` in what is pushed counts.
    hears_comments: bool,
    /// Why nothing is checked, if the one who pushes asks for it and may.
    skipped: Option<String>,
}

/// Seconds that a push may take to be checked.
const TIME_LIMIT: f64 = 60.0;

impl Server {
    fn read() -> Result<Self> {
        let limit = git::config("keystop.timeLimit")?;
        let seconds = limit.as_deref().map_or(Ok(TIME_LIMIT), str::parse).ok();
        let time_limit = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let time_limit = time_limit.context("keystop.timeLimit is a number of seconds")?;
        let skipped = push_options().find_map(|option| Some(option.strip_prefix("keystop.skip=")?.trim().to_owned()));
        let skipped = skipped.filter(|reason| !reason.is_empty());
        let may = skipped.is_some() && git::config_switch("keystop.allowSkip")?;
        let hears_comments = git::config_switch("keystop.allowComments")?;
        Ok(Self { time_limit, hears_comments, skipped: skipped.filter(|_| may) })
    }
}

/// What the one who pushes has said with `git push -o`.
fn push_options() -> impl Iterator<Item = String> {
    let count = std::env::var("GIT_PUSH_OPTION_COUNT").ok().and_then(|count| count.parse::<usize>().ok());
    (0..count.unwrap_or(0)).filter_map(|number| std::env::var(format!("GIT_PUSH_OPTION_{number}")).ok())
}

/// Why this run is to be skipped, if somebody said so: `KEYSTOP_SKIP=reason`, or `SKIP=keystop` as pre-commit has it.
fn skipped() -> Option<String> {
    let listed = || variable("SKIP").filter(|hooks| hooks.split(',').any(|hook| hook.trim() == "keystop"));
    variable("KEYSTOP_SKIP").or_else(|| listed().map(|_| "SKIP names keystop".to_owned()))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}
