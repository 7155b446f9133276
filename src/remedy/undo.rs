//! How to undo a commit that holds a key, by where in the history it stands. Each command was tried as it is printed.

use super::language::{Kind, Language, Names};
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
pub fn commits(group: &Group, language: &Language, names: &Names, commits: &Commits) -> Vec<Step> {
    let first = group.first();
    let known = |finding: &&Finding| id(finding).and_then(|id| commits.get(id));
    let mut holders: Vec<&Commit> = group.places.iter().filter_map(known).collect();
    holders.sort_by_key(|commit| commit.age);
    holders.dedup();
    let mut steps = match (holders.as_slice(), &first.origin) {
        ([], Origin::Message(tag)) => vec![tag_again(tag)],
        ([], _) => Vec::new(),
        ([commit], Origin::Message(_)) => vec![message_of(commit)],
        // A rebase would stop at each later change of such a file, and take it off the disk.
        ([commit], _) if commit.is_head || !is_whole(language) => vec![content_of(commit, first, language)],
        (several, _) => in_several(several, group, language, names),
    };
    steps.push(Step::new("Then push again."));
    steps
}

/// Every commit since the oldest is written anew, on every branch and tag that has it.
fn in_several(commits: &[&Commit], group: &Group, language: &Language, names: &Names) -> Vec<Step> {
    let first = group.first();
    let in_files = group.places.iter().filter(|place| matches!(place.origin, Origin::Commit(_)));
    let mut files: Vec<String> = in_files.map(|place| shell_quote(&place.path)).collect();
    files.sort();
    files.dedup();
    let whole = is_whole(language);
    let mut steps = Vec::new();
    if !files.is_empty() {
        let (text, change, message) = if whole {
            (
                "Take the file out of git, where it is still there:",
                untracked(first),
                "Ignore a file of secrets".to_owned(),
            )
        } else {
            let message = format!("Read {} from the environment", names.env);
            ("Take it out of the files that still have it:", format!("git add -- {}", files.join(" ")), message)
        };
        steps.push(Step::new(text).with(change).with(format!("git commit -m '{message}'")));
    }
    let held = match commits {
        [only] => format!("It is in {}; write it and what follows anew", only.id),
        several => format!("It is in {} commits; write them anew", several.len()),
    };
    let text = if whole { format!("{held} without the file:") } else { format!("{held} with x in its place:") };
    steps.push(written_anew(Step::new(text), commits, whole.then_some(&first.path), "refs/heads refs/tags"));
    steps
}

/// Writes commits and all that follows them anew, with as many x in place of the key, or without a file of secrets: what
/// filter tools do, with what git brings along. The newest of the commits comes first.
pub(super) fn written_anew(step: Step, commits: &[&Commit], without: Option<&Vec<u8>>, folders: &str) -> Step {
    let since = match commits.last() {
        Some(oldest) if !oldest.is_root => format!(" '^{}^'", oldest.id),
        _ => String::new(),
    };
    let step = if without.is_some() { step } else { step.with("printf 'key: '; IFS= read -rs KEY; export KEY; echo") };
    let mut step = step
        .with("git fast-export --signed-tags=strip --reencode=no \\")
        .with("  --tag-of-filtered-object=rewrite --reference-excluded-parents \\")
        .with("  $(git for-each-ref --format='%(refname)' \\");
    for two in commits.chunks(2) {
        let contains: Vec<String> = two.iter().map(|commit| format!("--contains {}", commit.id)).collect();
        step = step.with(format!("    {} \\", contains.join(" ")));
    }
    step = step.with(format!("    {folders}){since} |"));
    if let Some(path) = without {
        return step
            .with(format!("  perl -ne 'print unless m(^M \\d+ \\S+ \"?{}\"?$)' |", pattern(path)))
            .with("  git fast-import --force --quiet");
    }
    step.with("  perl -pe 's/\\Q$ENV{KEY}/\"x\" x length $ENV{KEY}/ge' |")
        .with("  git fast-import --force --quiet; unset KEY")
}

/// A path as a pattern for Perl, between single quotes of a shell.
fn pattern(path: &[u8]) -> String {
    let path = String::from_utf8_lossy(path);
    let one = |c: char| if c.is_ascii_alphanumeric() || "/_-".contains(c) { c } else { '.' };
    path.chars().map(one).collect()
}

/// A file that is nothing but secrets.
fn is_whole(language: &Language) -> bool {
    matches!(language.kind, Kind::Dotenv | Kind::Keyfile)
}

/// Takes such a file out of git and leaves it on the disk.
fn untracked(finding: &Finding) -> String {
    let path = shell_quote(&finding.path);
    let rule = path.trim_matches('\'');
    format!("git rm --cached -- {path} && echo '/{rule}' >> .gitignore && git add .gitignore")
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
    let whole = is_whole(language);
    let change = if whole { untracked(finding) } else { format!("git add -- {path}") };
    if commit.is_head {
        let text = if whole { "Take the file out of the commit:" } else { "Take it out of the file and the commit:" };
        return amend(text, change, whole);
    }
    let text = format!("Take it out of the file, and fold that into {}:", commit.id);
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
