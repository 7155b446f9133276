//! `keystop verify [FINDING | --stdin]`: is the key gone, from every object and from every file?

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use serde_json::{Value, json};

use super::find;
use super::search::{self, Ground};
use crate::cli::{Listing, VerifyArgs};
use crate::config::Config;
use crate::exit::Exit;
use crate::files;
use crate::git::{self, Held, ObjectKind, Ownership, Repository, Store};
use crate::remedy::forms::{Form, Forms};
use crate::remedy::language::{Kind, Language};
use crate::report::{self, escape};

/// Digits of an id that are shown; `--format json` has them all.
const SHOWN: usize = 12;

pub fn run(args: &VerifyArgs) -> Result<Exit> {
    let repository = Repository::open(Ownership::Checked)?;
    let Some(forms) = wanted(args)? else {
        let said = "gone: no object and no file here holds a key with this fingerprint";
        let note = "encoded forms of it can only be told with the value itself: keystop verify --stdin";
        match args.format {
            Listing::Json => print_json(&Answer::default(), None, said)?,
            _ => report::lines(&[format!("keystop: {said}"), note.to_owned()], &mut io::stdout().lock())?,
        }
        return Ok(Exit::Clean);
    };
    let answer = Answer::of(&repository, &forms)?;
    let summary = answer.summary();
    match args.format {
        Listing::Json => print_json(&answer, Some(&forms), &summary)?,
        _ => report::lines(&answer.lines(&forms, &summary), &mut io::stdout().lock())?,
    }
    Ok(match () {
        () if !answer.places.is_empty() => Exit::Found,
        () if !answer.unreadable.is_empty() => Exit::Failed,
        () => Exit::Clean,
    })
}

/// The value to look for; none if a fingerprint names nothing that is here.
fn wanted(args: &VerifyArgs) -> Result<Option<Forms>> {
    let (secret, preview) = match &args.finding {
        Some(word) => {
            let config = Config::find(&std::env::current_dir()?)?;
            let places = find::search(&config, word)?;
            let Some(found) = places.into_iter().next() else {
                return if find::is_fingerprint(word) { Ok(None) } else { find::find(&config, word).map(|_| None) };
            };
            (found.secret, found.preview)
        }
        None => {
            let secret = super::secret_from_stdin()?;
            let preview = format!("({} bytes)", secret.len());
            (secret, preview)
        }
    };
    let short = || {
        let error = anyhow!("a value of {} bytes stands in too many places by chance", secret.len());
        report::hint(&error, "write the whole key to standard input: keystop verify --stdin < FILE")
    };
    Forms::of(&secret, &preview).ok_or_else(short).map(Some)
}

/// One place that still has it.
struct Place {
    form: Form,
    held: Held,
    what: What,
}

enum What {
    Object { store: Option<PathBuf>, trace: git::Trace },
    GitFile(Vec<u8>),
    WorkTreeFile(Vec<u8>),
}

#[derive(Default)]
struct Answer {
    places: Vec<Place>,
    /// Ignored files of variables: where a key is meant to be.
    kept: Vec<Vec<u8>>,
    unreadable: Vec<(Vec<u8>, String)>,
    notes: Vec<String>,
    counts: [usize; 3],
}

impl Answer {
    fn of(repository: &Repository, forms: &Forms) -> Result<Self> {
        let here = std::env::current_dir()?.canonicalize()?;
        let mut answer = Self::default();
        let mut ground = Ground::of(repository)?;
        // First, because repositories nested in a work tree are met there.
        let work = ground.work_tree_files(forms);
        for (dir, store) in ground.stores() {
            let (count, held) = search::objects(&store, forms)?;
            answer.counts[0] += count;
            let label = (store != Store::Here).then(|| shorten(&dir, &here));
            answer.places.extend(held.into_iter().map(|held| Place {
                form: held.form,
                held: held.trace.held,
                what: What::Object { store: label.clone(), trace: held.trace },
            }));
            answer.notes.extend(incomplete(&store, label.as_deref())?);
        }
        let plain = ground.git_dir_files(forms);
        let of_git = plain.hits.iter().map(|hit| (hit.form, What::GitFile(files::bytes(&shorten(&hit.path, &here)))));
        answer.places.extend(of_git.map(|(form, what)| Place { form, held: Held::Refs, what }));
        for hit in &work.hits {
            let path = files::bytes(&shorten(&hit.path, &here));
            let top = ground.work_trees.iter().find(|top| hit.path.starts_with(top));
            let ignored = top.is_some_and(|top| git::is_ignored(top, &hit.path));
            if ignored && Language::of(&path).kind == Kind::Dotenv {
                answer.kept.push(path);
            } else {
                answer.places.push(Place { form: hit.form, held: Held::Refs, what: What::WorkTreeFile(path) });
            }
        }
        answer.counts[1] = plain.read;
        answer.counts[2] = work.read;
        answer.unreadable.extend(plain.unreadable.into_iter().chain(work.unreadable));
        for file in ground.leftovers() {
            let why = "left by a git that was cut off: git gc --prune=now, or git index-pack for a pack without index";
            answer.unreadable.push((files::bytes(&shorten(&file, &here)), why.to_owned()));
        }
        let packed: Vec<String> =
            plain.packed.iter().chain(&work.packed).map(|path| shown_path(path, &here, forms)).collect();
        if !packed.is_empty() {
            answer.notes.push(format!("compressed, and not looked into: {}", some(packed)));
        }
        Ok(answer)
    }

    fn summary(&self) -> String {
        match self.places.len() {
            0 if !self.unreadable.is_empty() => "not every file could be read: it may still be there".into(),
            0 => {
                let [objects, plain, work] = self.counts;
                format!(
                    "gone: none of {objects} objects, {plain} files of git and {work} files of the work tree has it"
                )
            }
            1 => "still there, in 1 place".into(),
            count => format!("still there, in {count} places"),
        }
    }

    fn lines(&self, forms: &Forms, summary: &str) -> Vec<String> {
        let shown = |bytes: &[u8]| escape(&forms.hide(bytes));
        let mut lines = vec![format!("keystop: {summary}")];
        for place in &self.places {
            let form = place.form.as_str();
            match &place.what {
                What::Object { store, trace } => {
                    let inside = store.as_ref().map_or_else(String::new, |dir| format!(" in {}", dir.display()));
                    let path = trace.path.as_deref().map_or_else(String::new, |path| format!(" {}", shown(path)));
                    lines.push(format!("  {} {}{path} ({form}){inside}", trace.kind.as_str(), short(&trace.id)));
                    lines.push(format!("      {}", held(trace, &shown)));
                }
                What::GitFile(path) => lines.push(format!("  file {} ({form})", shown(path))),
                What::WorkTreeFile(path) => lines.push(format!("  file {} ({form}), in the work tree", shown(path))),
            }
        }
        lines.extend(self.unreadable.iter().map(|(path, why)| format!("keystop: not read: {}: {why}", shown(path))));
        let kept =
            |path: &Vec<u8>| format!("note: {} has it, and git ignores that file: it may stay there", shown(path));
        lines.extend(self.kept.iter().map(kept));
        lines.extend(self.notes.iter().map(|note| format!("note: {note}")));
        lines.extend(self.hint().map(|hint| format!("hint: {hint}")));
        lines
    }

    /// What removes the first of what is left.
    fn hint(&self) -> Option<&'static str> {
        let objects = self.places.iter().filter(|place| matches!(place.what, What::Object { .. }));
        let worst = objects.map(|place| place.held).min();
        let in_files = self.places.iter().any(|place| matches!(place.what, What::WorkTreeFile(_)));
        match worst {
            _ if in_files => Some("take it out of the files first; keystop fix FINDING moves it to the environment"),
            Some(Held::Refs) => {
                Some("a ref still reaches it: keystop explain FINDING says how to take it out of commits")
            }
            Some(Held::Index) => Some("it is staged: git add the file again without it"),
            Some(Held::Reflog) => Some(
                "git reflog expire --expire-unreachable=now HEAD $(git for-each-ref --format='%(refname)' refs/heads refs/remotes) && git gc --prune=now",
            ),
            Some(Held::Nothing) => {
                Some("nothing reaches it any more: git gc --prune=now removes it, and every other unreachable object")
            }
            None => None,
        }
    }
}

/// Who holds an object, in words.
fn held(trace: &git::Trace, shown: &dyn Fn(&[u8]) -> String) -> String {
    let by = match trace.held {
        Held::Refs if trace.refs.is_empty() => "reachable".into(),
        Held::Refs => format!("held by {}", some(trace.refs.iter().map(|name| shown(name)).collect())),
        Held::Reflog => "held by a reflog or a detached HEAD".into(),
        Held::Index => "held by the index: it is staged".into(),
        Held::Nothing => "held by nothing: not reachable any more".into(),
    };
    if trace.kind == ObjectKind::Blob && !trace.commits.is_empty() {
        return format!("commit {}, {by}", some(trace.commits.iter().map(short).collect()));
    }
    by
}

/// The first few of many.
fn some(all: Vec<String>) -> String {
    const FEW: usize = 4;
    let more = all.len().saturating_sub(FEW);
    let listed = all.into_iter().take(FEW).collect::<Vec<_>>().join(", ");
    if more == 0 { listed } else { format!("{listed} and {more} more") }
}

fn short(id: &git::Id) -> String {
    id.to_string()[..SHOWN].to_owned()
}

/// Objects that a shallow or partial clone lacks cannot be searched here.
fn incomplete(store: &Store, label: Option<&Path>) -> Result<Option<String>> {
    let shallow = store.run(&["rev-parse", "--is-shallow-repository"])?.starts_with(b"true");
    let partial = store.run(&["config", "--get-regexp", r"^remote\..*\.promisor$"]).is_ok();
    let kind = match (shallow, partial) {
        (true, _) => "shallow",
        (_, true) => "partial",
        _ => return Ok(None),
    };
    let whose = label.map_or_else(|| "this".to_owned(), |dir| dir.display().to_string());
    Ok(Some(format!("{whose} is a {kind} clone: what is not here was not searched, the server may still have it")))
}

fn shown_path(path: &Path, here: &Path, forms: &Forms) -> String {
    escape(&forms.hide(&files::bytes(&shorten(path, here))))
}

/// A path as seen from here, where it is below.
fn shorten(path: &Path, here: &Path) -> PathBuf {
    path.strip_prefix(here).map_or_else(|_| path.to_owned(), Path::to_owned)
}

fn print_json(answer: &Answer, forms: Option<&Forms>, summary: &str) -> Result<()> {
    let text = |bytes: &[u8]| {
        let hidden = forms.map_or_else(|| bytes.to_vec(), |forms| forms.hide(bytes));
        String::from_utf8_lossy(&hidden).into_owned()
    };
    let place = |place: &Place| -> Value {
        let form = place.form.as_str();
        match &place.what {
            What::Object { store, trace } => json!({
                "kind": "object", "form": form, "id": trace.id.to_string(), "type": trace.kind.as_str(),
                "store": store, "path": trace.path.as_deref().map(text),
                "commits": trace.commits.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "refs": trace.refs.iter().map(|name| text(name)).collect::<Vec<_>>(),
                "held": held_word(trace.held),
            }),
            What::GitFile(path) => json!({"kind": "git file", "form": form, "path": text(path)}),
            What::WorkTreeFile(path) => json!({"kind": "work tree", "form": form, "path": text(path)}),
        }
    };
    let errors = answer.unreadable.iter().map(|(path, why)| json!({"path": text(path), "message": why}));
    let kept: BTreeSet<String> = answer.kept.iter().map(|path| text(path)).collect();
    let value = json!({
        "version": 1, "gone": answer.places.is_empty() && answer.unreadable.is_empty(), "summary": summary,
        "places": answer.places.iter().map(place).collect::<Vec<_>>(), "kept": kept, "notes": answer.notes,
        "errors": errors.collect::<Vec<_>>(),
    });
    report::value(&value, &mut io::stdout().lock())?;
    Ok(())
}

fn held_word(held: Held) -> &'static str {
    match held {
        Held::Refs => "refs",
        Held::Reflog => "reflog",
        Held::Index => "index",
        Held::Nothing => "nothing",
    }
}
