//! How to undo a commit that holds a key, by where in the history it stands. Each command was tried as it is printed.

use super::language::{Kind, Language};
use super::shell_quote;
use crate::advice::{Commit, Commits, Step};
use crate::finding::{Finding, Group};
use crate::hunk::Origin;

/// The message was refused and is kept by git.
pub fn message_again() -> Vec<Step> {
    let again = Step::new("Take it out of the message and commit again:");
    vec![again.with("git commit -e -F \"$(git rev-parse --git-path COMMIT_EDITMSG)\"")]
}

/// Out of the commits that are pushed.
pub fn commits(group: &Group, language: &Language, commits: &Commits) -> Vec<Step> {
    let first = group.first();
    let known = |finding: &&Finding| id(finding).and_then(|id| commits.get(id));
    let mut holders: Vec<&Commit> = group.places.iter().filter_map(known).collect();
    holders.sort_by_key(|commit| commit.age);
    holders.dedup();
    let mut steps = match (holders.as_slice(), &first.origin) {
        ([], Origin::Message(tag)) => vec![tag_again(tag)],
        ([], _) => Vec::new(),
        ([commit], Origin::Message(_)) => vec![message_of(commit)],
        ([commit], _) => vec![content_of(commit, first, language)],
        (several, _) => {
            vec![Step::new(format!(
                "It is in {} commits; the page has the commands that write them anew.",
                several.len()
            ))]
        }
    };
    steps.push(Step::new("Then push again."));
    steps
}

fn id(finding: &Finding) -> Option<&str> {
    match &finding.origin {
        Origin::Commit(id) | Origin::Message(id) => Some(id),
        Origin::Staged | Origin::File | Origin::Image(_) => None,
    }
}

fn tag_again(name: &str) -> Step {
    let short = name.strip_prefix("refs/tags/").unwrap_or(name);
    let (tag, target) = (shell_quote(short.as_bytes()), shell_quote(format!("{short}^{{}}").as_bytes()));
    Step::new("Write the tag's message again:").with(format!("git tag -f -a {tag} {target}"))
}

fn message_of(commit: &Commit) -> Step {
    if commit.is_head {
        return Step::new("Write the commit's message again:").with("git commit --amend");
    }
    let text = format!("Write the message again: `reword` instead of `pick` before {}", commit.id);
    Step::new(text).with(format!("git rebase -i --autostash{} {}", merges(commit), base(commit)))
}

/// A file that is nothing but secrets leaves the commit and stays on the disk; another file is written anew.
fn content_of(commit: &Commit, finding: &Finding, language: &Language) -> Step {
    let path = shell_quote(&finding.path);
    let whole = matches!(language.kind, Kind::Dotenv | Kind::Keyfile);
    let change = if whole {
        let rule = path.trim_matches('\'');
        format!("git rm --cached -- {path} && echo '/{rule}' >> .gitignore && git add .gitignore")
    } else {
        format!("git add -- {path}")
    };
    if commit.is_head {
        let text = if whole { "Take the file out of the commit:" } else { "Take it out of the file and the commit:" };
        return amend(text, change, whole);
    }
    let text = if whole {
        "Copy the file out of the work tree (the rebase takes it away), then:".to_owned()
    } else {
        format!("Take it out of the file, and fold that into {}:", commit.id)
    };
    let step = Step::new(text).with(format!("{change} && git commit --fixup={}", commit.id));
    let merges = merges(commit);
    step.with(format!("GIT_SEQUENCE_EDITOR=: git rebase -i --autosquash --autostash{merges} {}", base(commit)))
}

fn amend(text: &str, change: String, on_two_lines: bool) -> Step {
    let amend = "git commit --amend --no-edit";
    if on_two_lines {
        Step::new(text).with(change).with(amend)
    } else {
        Step::new(text).with(format!("{change} && {amend}"))
    }
}

/// What a rebase starts from.
fn base(commit: &Commit) -> String {
    if commit.is_root { "--root".to_owned() } else { format!("{}^", commit.id) }
}

/// A rebase flattens merges unless told.
fn merges(commit: &Commit) -> &'static str {
    if commit.has_merges { " --rebase-merges" } else { "" }
}
