//! What to do about a key: the short advice of a hook's message, and the page.

pub mod forms;
mod image;
mod imports;
pub mod keeping;
pub mod language;
mod literals;
pub mod live;
pub mod mentions;
mod naming;
mod page;
pub mod rewrite;
pub mod services;
pub mod storing;
mod undo;
mod unfit;

pub use page::{Options, page, plan};

use crate::advice::{Advice, Commits, Stage, Step};
use crate::config::Store;
use crate::finding::{Finding, Group};
use crate::hunk::STDIN;
use crate::rules::Page;
use language::{Kind, Language, Names};

/// Columns of a terminal that remain for the text of a step.
const COLUMNS: usize = 78;
/// The same beside "Not a key?".
const SENTENCE: usize = 67;

/// The advice for one secret, in the language of the file it was first found in.
///
/// `page` is none for rules of a configuration: then the rule's own name is all that is known.
pub fn advise(group: &Group, page: Option<&Page>, name: &str, stage: Stage, commits: &Commits) -> Advice {
    let finding = group.first();
    let language = Language::of(&finding.path);
    let names = Names::new(page, finding.assigned.as_deref(), &language);
    let allows = page.map(|page| page.key.allows.as_str()).filter(|allows| !allows.is_empty());
    let verb = if finding.is_secret { "Whoever holds it can" } else { "Made to be public. It allows one to" };
    Advice {
        name: page.map_or(name, |page| page.key.name.as_str()).to_owned(),
        allows: allows.map_or_else(String::new, |allows| format!("{verb} {}.", allows.trim_end_matches('.'))),
        steps: if finding.is_secret { steps(group, &language, &names, stage, commits) } else { Vec::new() },
        more: format!("keystop explain {}", more(finding, stage)),
        not_a_key: not_a_key(&language, finding, stage),
    }
}

/// A page of this very key, wherever it will be found again; what was piped in or lies in an archive will not be.
fn more(finding: &Finding, stage: Stage) -> &str {
    let is_found_again = stage != Stage::Image && finding.path != STDIN && !finding.is_in_archive();
    if is_found_again { finding.fingerprint.as_str() } else { &finding.rule }
}

fn steps(group: &Group, language: &Language, names: &Names, stage: Stage, commits: &Commits) -> Vec<Step> {
    let path = shell_quote(&group.first().path);
    let again = match stage {
        Stage::Staged => Some(format!("git add -- {path} && git commit")),
        Stage::File | Stage::History | Stage::Pipeline => None,
        Stage::Image => return image::again(group.first(), names),
        Stage::Message => return undo::message_again(),
        Stage::Pushing | Stage::Receiving => return undo::commits(group, language, names, commits),
    };
    let in_archive = group.first().is_in_archive();
    let made_again = Step::new("Take it out of what the archive is made from, and make it again.");
    if in_archive && matches!(language.kind, Kind::Dotenv | Kind::Keyfile) {
        return vec![made_again];
    }
    if matches!(language.kind, Kind::Dotenv | Kind::Keyfile) {
        return keep_untracked(&path, language, stage);
    }
    let read = Step {
        text: if language.kind == Kind::Text {
            "Write a placeholder in its place:".into()
        } else {
            keep_and_read(language, names)
        },
        code: language.lines(Store::Env, names).unwrap_or_default(),
    };
    let mut steps: Vec<Step> = in_archive.then_some(made_again).into_iter().collect();
    steps.push(read);
    steps.extend(again.map(|command| Step::new("Then commit again:").with(command)));
    steps
}

/// What goes without saying is left out where the line would not fit a terminal.
fn keep_and_read(language: &Language, names: &Names) -> String {
    let needs = match language.head(Store::Env) {
        [line] => format!(" ({})", line.trim_end_matches(';')),
        _ => String::new(),
    };
    let said = |place: &str, needs: &str| format!("Keep the value in {}{place}, and read it{needs}:", names.env);
    let all = [said(" outside the repository", &needs), said("", &needs)];
    all.into_iter().find(|text| text.len() <= COLUMNS).unwrap_or_else(|| said("", ""))
}

/// A file that is nothing but secrets is not to be tracked at all.
fn keep_untracked(path: &str, language: &Language, stage: Stage) -> Vec<Step> {
    let text = match language.kind {
        Kind::Dotenv => "This file stays on your disk and out of git:",
        _ => "A key file stays on your disk, outside the work tree or ignored:",
    };
    let mut step = Step::new(text);
    if stage == Stage::Staged {
        step = step.with(format!("git rm --cached -- {path}"));
    }
    let rule = path.trim_matches('\'');
    vec![step.with(format!("echo '/{rule}' >> .gitignore && git add .gitignore && git commit"))]
}

/// A comment, where one can still be written and is short enough to be shown on one line; else the configuration, which
/// holds for old commits too.
fn not_a_key(language: &Language, finding: &Finding, stage: Stage) -> String {
    if stage == Stage::Receiving {
        // What is pushed has no say on a server.
        return format!("Ask for {} in the server's own .keystop.toml", finding.fingerprint.as_str());
    }
    let comment = match language.comment.as_slice() {
        [open, close] if matches!(stage, Stage::Staged | Stage::File) && !finding.is_in_archive() => {
            Some(format!("End the line with {open}keystop:allow {} WHY{close}", finding.rule))
        }
        _ => None,
    };
    comment
        .filter(|comment| comment.len() <= SENTENCE)
        .unwrap_or_else(|| format!("keystop allow {} --reason WHY", finding.fingerprint.as_str()))
}

/// A path as a POSIX shell reads it back; control characters cannot be copied from a terminal and become `?`.
pub fn shell_quote(path: &[u8]) -> String {
    let text = String::from_utf8_lossy(path);
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,@%=:".contains(c);
    // Zsh has its own idea of a word that begins with an equals sign.
    if !text.is_empty() && text.chars().all(plain) && !text.starts_with('=') {
        return text.into_owned();
    }
    let shown: String = text.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    format!("'{}'", shown.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_for_a_shell() {
        assert_eq!(shell_quote(b"src/a.ts"), "src/a.ts");
        assert_eq!(shell_quote(b"a b'c"), "'a b'\\''c'");
        assert_eq!(shell_quote(b"a\nb"), "'a?b'");
    }
}
