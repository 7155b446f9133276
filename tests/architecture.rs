//! The shape of the source, held by a test: layers, who may do what, and how long a function may be.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A module imports only from lower layers; inside a layer modules do not know each other, but for `SIBLINGS`.
const LAYERS: [&[&str]; 5] = [
    &["secret", "hunk", "text", "workers", "rules"],
    &["finding", "pieces", "config", "advice"],
    &["git", "files", "scan", "allow", "remedy", "assistant", "ci", "report", "network"],
    &["commands"],
    &["main", "lib", "cli", "exit"],
];

/// Imports that the layers alone would forbid: what was typed and how a run ended are plain data.
const SIBLINGS: [(&str, &str); 2] = [("commands", "cli"), ("commands", "exit")];

/// Files that may look at the bytes of a secret.
const EXPOSING: [&str; 11] = [
    "secret.rs",
    "finding.rs",
    "scan/mod.rs",
    "allow/mod.rs",
    "remedy/forms.rs",
    "remedy/keeping.rs",
    "commands/fix/mod.rs",
    "commands/fix/dotenv.rs",
    "commands/fix/store.rs",
    "remedy/live.rs",
    "network.rs",
];

/// Lines of the longest function.
const LONGEST: usize = 100;

/// A file of `src`: its path there, and its source without the unit tests at its foot.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn all() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in
                fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("it can be read").path())
            {
                if entry.is_dir() {
                    folders.push(entry);
                } else if entry.extension().is_some_and(|ending| ending == "rs") {
                    files.push(Self::read(&root, &entry));
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }

    fn read(root: &Path, file: &Path) -> Self {
        let text = fs::read_to_string(file).expect("sources are text");
        let text = text.split("\n#[cfg(test)]\n").next().unwrap_or_default().to_owned();
        Self { path: file.strip_prefix(root).expect("it was found there").to_string_lossy().into_owned(), text }
    }

    /// The top-level module a file belongs to.
    fn module(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap_or_default()
    }

    /// Lines of code, with their numbers; comments are not code.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(at, line)| (at + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// Every line of code that holds one of `words`, as `path:line`.
    fn holding(&self, words: &[&str]) -> Vec<String> {
        let held = self.code().filter(|(_, line)| words.iter().any(|word| line.contains(word)));
        held.map(|(number, line)| format!("src/{}:{number}: {}", self.path, line.trim())).collect()
    }

    /// The top-level modules that a file names after `crate::`, the library's own name, or in a nested `use`.
    fn imports(&self) -> BTreeSet<String> {
        let code: String = self.code().map(|(_, line)| format!("{line}\n")).collect();
        let mut found = BTreeSet::new();
        for lead in ["crate::", "keystop::"] {
            for (at, _) in code.match_indices(lead) {
                let rest = &code[at + lead.len()..];
                match rest.strip_prefix('{') {
                    None => drop(found.insert(word(rest))),
                    Some(list) => found.extend(outermost(list).into_iter().map(word)),
                }
            }
        }
        found
    }
}

fn word(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The items of a `{...}` list, up to its closing brace; what is nested further stays inside its item.
fn outermost(list: &str) -> Vec<&str> {
    let (mut items, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                items.push(&list[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

#[track_caller]
fn assert_none(what: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{what}:\n{}", faults.join("\n"));
}

#[test]
fn every_module_stands_in_a_layer() {
    let homeless = Source::all().into_iter().filter(|file| layer(file.module()).is_none());
    assert_none("no layer holds", &homeless.map(|file| file.path).collect::<Vec<_>>());
}

#[test]
fn a_module_imports_only_from_lower_layers() {
    let mut faults = Vec::new();
    for file in Source::all() {
        let module = file.module();
        for import in file.imports() {
            let (Some(own), Some(other)) = (layer(module), layer(&import)) else { continue };
            let known = SIBLINGS.contains(&(module, import.as_str()));
            // The binary and the module list stand above everything.
            let top = matches!(module, "main" | "lib");
            if import != module && other >= own && !known && !top {
                faults.push(format!("src/{} imports `{import}`", file.path));
            }
        }
    }
    assert_none("arrows point downwards", &faults);
}

#[test]
fn only_git_names_libgit2() {
    let others = Source::all().into_iter().filter(|file| file.module() != "git");
    let faults: Vec<String> = others.flat_map(|file| file.holding(&["git2::", "gix_index::"])).collect();
    assert_none("libgit2 outside of `git`", &faults);
}

#[test]
fn only_report_prints() {
    let others: Vec<Source> =
        Source::all().into_iter().filter(|file| file.module() != "report" && file.path != "rules/build.rs").collect();
    let macros = ["println!", "eprintln!", "print!(", "eprint!("];
    let printed: Vec<String> = others.iter().flat_map(|file| file.holding(&macros)).collect();
    assert_none("printed outside of `report`", &printed);
    // A command hands its stream to `report`.
    let below = others.iter().filter(|file| file.module() != "commands");
    let streams: Vec<String> = below.flat_map(|file| file.holding(&["stdout()", "stderr()"])).collect();
    assert_none("a stream outside of `report` and `commands`", &streams);
}

#[test]
fn only_a_few_files_look_at_secrets() {
    let others = Source::all().into_iter().filter(|file| !EXPOSING.contains(&file.path.as_str()));
    let faults: Vec<String> = others.flat_map(|file| file.holding(&[".expose()"])).collect();
    assert_none("secrets are looked at", &faults);
}

#[test]
fn every_file_says_first_what_it_is_for() {
    let silent = Source::all().into_iter().filter(|file| !file.text.starts_with("//! "));
    assert_none("no `//!` line at the top", &silent.map(|file| file.path).collect::<Vec<_>>());
}

#[test]
fn no_function_is_longer_than_a_hundred_lines() {
    let mut faults = Vec::new();
    for file in Source::all() {
        let lines: Vec<&str> = file.text.lines().collect();
        for (start, line) in lines.iter().enumerate().filter(|(_, line)| is_function(line)) {
            let indent = line.len() - line.trim_start().len();
            // Formatted code closes a function at its own indentation.
            let closing = format!("{}}}", " ".repeat(indent));
            let length = lines[start..].iter().position(|line| *line == closing).map_or(1, |end| end + 1);
            if length > LONGEST {
                faults.push(format!("src/{}:{}: {length} lines", file.path, start + 1));
            }
        }
    }
    assert_none("functions that do not fit", &faults);
}

fn is_function(line: &str) -> bool {
    let line = line.trim_start();
    let line = line.strip_prefix("pub(super) ").or(line.strip_prefix("pub(crate) ")).unwrap_or(line);
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let line = line.strip_prefix("const ").unwrap_or(line);
    line.starts_with("fn ") || line.starts_with("unsafe fn ")
}

#[test]
fn only_network_reaches_a_network() {
    let others = Source::all().into_iter().filter(|file| file.path != "network.rs");
    let faults: Vec<String> = others.flat_map(|file| file.holding(&["ureq", "std::net", "TcpStream"])).collect();
    assert_none("a network outside of `network`", &faults);
    let hook = Source::all().into_iter().filter(|file| file.path == "commands/hook.rs");
    assert_none("a hook asks", &hook.flat_map(|file| file.holding(&["network", "check::"])).collect::<Vec<_>>());
}
