//! Pipelines: which commits a run is about, told by the environment that its platform sets.
//!
//! Nothing here asks git or reads a file: an [`Environment`] goes in, a [`Run`] comes out. Which of its commits are in the
//! clone, and whether the clone is deep enough, is found out by the command.

mod platform;

pub use platform::Platform;

use anyhow::{Result, anyhow, bail};
use serde_json::Value;

/// What a platform has set.
pub struct Environment<'e> {
    pub variable: &'e dyn Fn(&str) -> Option<String>,
    /// The event's own JSON, where a variable names its file.
    pub payload: Option<Value>,
}

/// What a pipeline is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub platform: Platform,
    /// In words: "pull request", "push to main".
    pub event: String,
    /// The commit that it is about, by the names it may have in the clone, the best one first.
    pub heads: Vec<String>,
    pub base: Base,
    /// The branch or tag that it is for.
    pub target: Target,
}

/// What was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// A change is proposed: what its target has is not new. One of these must be in the clone.
    Target { commits: Vec<String>, branch: Option<String> },
    /// A branch was here; if it is not in the clone, the push was forced.
    Before(String),
    /// Nothing: a new branch, a tag, a run that nobody's push has started. What the default branch has is not new.
    Default(Option<String>),
}

/// The ref that a pipeline runs for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Branch(String),
    /// A tag has a message of its own.
    Tag(String),
    /// A proposed change, or a commit by itself.
    Commit,
}

impl Run {
    /// The run that the environment describes.
    ///
    /// # Errors
    /// It describes none, or one whose commits it does not tell.
    pub fn of(environment: &Environment) -> Result<Self> {
        let Some(platform) = Platform::ALL.into_iter().find(|platform| platform.is_at_work(environment)) else {
            let known: Vec<&str> = Platform::ALL.iter().map(|platform| platform.name()).collect();
            bail!("this is no pipeline of {}", known.join(", "));
        };
        let run = platform.run(environment)?;
        let named = run.heads.iter().chain(match &run.base {
            Base::Target { commits, .. } => commits.as_slice(),
            Base::Before(commit) => std::slice::from_ref(commit),
            Base::Default(_) => &[],
        });
        for commit in named {
            if !is_id(commit) && commit != "HEAD" {
                bail!("{} names a commit in a form that is no commit's id", platform.name());
            }
        }
        if run.heads.is_empty() {
            return Err(platform.untold("the commit it runs for"));
        }
        Ok(run)
    }
}

/// Whether a text has the form of a commit's id, short or long.
fn is_id(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

impl Environment<'_> {
    fn get(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.get(name).is_some_and(|set| set.eq_ignore_ascii_case(value))
    }

    /// A commit's id; git's "no commit" is none.
    fn commit(&self, name: &str) -> Option<String> {
        self.get(name).filter(|id| !is_zero(id))
    }

    /// A text of the event's JSON.
    fn told(&self, pointer: &str) -> Option<String> {
        let text = self.payload.as_ref()?.pointer(pointer)?.as_str()?;
        Some(text.to_owned()).filter(|text| !is_zero(text))
    }
}

fn is_zero(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b == b'0')
}

impl Platform {
    fn untold(self, what: &str) -> anyhow::Error {
        anyhow!("{} does not tell {what}", self.name())
    }
}
