//! `keystop ci`: the commits that a pipeline is about, judged, and told in the platform's own form.

use std::fs;

use anyhow::{Result, anyhow};

use super::hook;
use super::session::Session;
use crate::advice::Stage;
use crate::ci::{Base, Environment, Platform, Run, Target};
use crate::cli::CiArgs;
use crate::config::Config;
use crate::exit::Exit;
use crate::git::{self, Id, Known, LocalClone, Ownership, Update};
use crate::report::{self, Format};

pub fn run(args: &CiArgs) -> Result<Exit> {
    let run = told()?;
    let repository = hook::open(Ownership::Checked)?;
    let clone = LocalClone::read()?;
    let scope = Scope::of(&run, &clone, args.base.as_deref())?;
    if let Some(id) = git::cut_off(&scope.update, &scope.known, &clone)? {
        let error =
            anyhow!("this clone is shallow: what came before {} is not in it, and would not be judged", short(id));
        return Err(report::hint(&error, run.platform.deep()));
    }
    report::note(&format!("{}, {}: {}", run.platform.name(), run.event, scope.said));
    let config = Config::find(&std::env::current_dir()?)?;
    let mut session = Session::new(&config);
    for (format, file) in &args.report {
        session.report_to(*format, file);
    }
    let walked = git::pushed(&repository, &[scope.update], &scope.known, &|hunk| Ok(session.judge(&hunk)))?;
    let coverage = session.keep_walked(walked, || Ok(Some(scope.head)))?;
    if !coverage.unscanned.is_empty() && clone.is_partial {
        report::note(&format!("this clone lacks files of earlier commits; to have them: {}", run.platform.deep()));
    }
    session.finish(Stage::Pipeline, args.format.unwrap_or_else(|| format(run.platform)), coverage)
}

/// What the environment says.
fn told() -> Result<Run> {
    let variable = |name: &str| std::env::var(name).ok();
    let payload = variable("GITHUB_EVENT_PATH").and_then(|file| fs::read(file).ok());
    let payload = payload.and_then(|payload| serde_json::from_slice(&payload).ok());
    let environment = Environment { variable: &variable, payload };
    Run::of(&environment)
        .map_err(|error| report::hint(&error, "to say what is new yourself: keystop scan --range A..B"))
}

/// What a platform shows by itself beside the log.
fn format(platform: Platform) -> Format {
    match platform {
        Platform::GithubActions => Format::Github,
        Platform::Azure => Format::Azure,
        _ => Format::Human,
    }
}

/// The commits of a run, found in the clone.
struct Scope {
    head: Id,
    update: Update,
    known: Known,
    said: String,
}

impl Scope {
    fn of(run: &Run, clone: &LocalClone, base: Option<&str>) -> Result<Self> {
        let lacks = |what: &str| {
            let error = anyhow!("{}, {}: {what} is not in this clone", run.platform.name(), run.event);
            report::hint(&error, run.platform.deep())
        };
        let head = run.heads.iter().find_map(|head| clone.commit(head));
        let head = head.ok_or_else(|| lacks(&format!("commit {}", run.heads[0])))?;
        let known = match (base.filter(|base| !base.trim().is_empty()), &run.base) {
            (Some(base), _) => {
                vec![clone.commit(base).ok_or_else(|| lacks("what `--base` names"))?]
            }
            (None, Base::Target { commits, branch }) => {
                let mut known: Vec<Id> = commits.iter().filter_map(|commit| clone.commit(commit)).collect();
                known.extend(branch.iter().flat_map(|branch| clone.branches_named(branch)));
                if known.is_empty() {
                    let target = branch.as_ref().or(commits.first()).map_or("the target", |name| name.as_str());
                    return Err(lacks(&format!("`{target}`, which the change is proposed for,")));
                }
                known
            }
            (None, Base::Before(before)) => match clone.commit(before) {
                Some(before) => vec![before],
                None if clone.is_shallow => return Err(lacks(&format!("commit {before}, which was there before,"))),
                None => {
                    report::note("what was there before is gone: the push was forced");
                    of_default_branch(run, clone, None)
                }
            },
            (None, Base::Default(name)) => of_default_branch(run, clone, name.as_deref()),
        };
        let tag = match &run.target {
            Target::Tag(tag) => clone.object(&format!("refs/tags/{tag}")).map(|id| (id, format!("refs/tags/{tag}"))),
            Target::Branch(_) | Target::Commit => None,
        };
        let (new, name) = tag.unwrap_or_else(|| (head, String::new()));
        let without = known.iter().map(|id| short(*id)).collect::<Vec<_>>().join(", ");
        let without =
            if known.is_empty() { "all that leads to it".to_owned() } else { format!("without what is in {without}") };
        Ok(Self {
            head,
            update: Update { new: Some(new), old: None, name },
            known: Known::Commits(known),
            said: format!("commit {}, {without}", short(head)),
        })
    }
}

/// What the main branch has is judged by its own pipelines; its own have nothing to go by but all of it.
fn of_default_branch(run: &Run, clone: &LocalClone, told: Option<&str>) -> Vec<Id> {
    let own = match &run.target {
        Target::Branch(name) => Some(name.as_str()),
        Target::Tag(_) | Target::Commit => None,
    };
    let default = told.or(clone.default_branch.as_deref()).filter(|default| Some(*default) != own);
    default.map_or_else(Vec::new, |default| clone.branches_named(default).collect())
}

fn short(id: Id) -> String {
    id.to_string()[..10].to_owned()
}
