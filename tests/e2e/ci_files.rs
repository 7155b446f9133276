//! The ready files for pipelines: each is parsed, and every call of keystop in it is one that keystop takes.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use keystop::ci::Platform;
use keystop::cli::Cli;
use saphyr::{LoadableYamlNode, YamlOwned};

/// What a shell runs, by the names that the platforms give it.
const SCRIPTS: [&str; 6] = ["run", "script", "command", "commands", "bash", "install"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of `docs/ci` and the action, but for the text about them.
pub fn files() -> Vec<PathBuf> {
    let mut found = vec![root().join("action.yml")];
    let mut folders = vec![root().join("docs/ci")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("it can be read").path()) {
            match entry.is_dir() {
                true => folders.push(entry),
                false => found.push(entry),
            }
        }
    }
    found.retain(|file| !file.ends_with("README.md"));
    found.sort();
    found
}

fn yaml(file: &Path) -> Option<Vec<YamlOwned>> {
    let is_yaml = file.extension().is_some_and(|ending| ending == "yml");
    let text = fs::read_to_string(file).expect("it is text");
    is_yaml.then(|| YamlOwned::load_from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display())))
}

/// Every text that a shell runs.
fn scripts(node: &YamlOwned, runs: bool, found: &mut Vec<String>) {
    if let Some(text) = node.as_str() {
        found.extend(runs.then(|| text.to_owned()));
    }
    for item in node.as_sequence().into_iter().flatten() {
        scripts(item, runs, found);
    }
    for (name, member) in node.as_mapping().into_iter().flatten() {
        scripts(member, name.as_str().is_some_and(|name| SCRIPTS.contains(&name)), found);
    }
}

/// What a ready file has a shell run, in its order: the texts of YAML under their names, of Groovy those of `sh`.
pub fn shell(file: &str) -> Vec<String> {
    let file = root().join(file);
    let mut found = Vec::new();
    match yaml(&file) {
        Some(documents) => documents.iter().for_each(|document| scripts(document, false, &mut found)),
        None => {
            let text = fs::read_to_string(&file).expect("it is text");
            let calls = text.lines().filter_map(|line| line.trim().strip_prefix("sh '")?.strip_suffix('\''));
            found.extend(calls.map(str::to_owned));
        }
    }
    found
}

/// Calls of keystop in shell text, as words; what the platform fills in is one word.
fn calls(script: &str) -> Vec<Vec<String>> {
    let lines = script.lines().flat_map(|line| line.split("&&")).map(str::trim);
    let calls = lines.filter_map(|line| line.find("keystop ci").map(|at| &line[at..]));
    calls.map(words).collect()
}

fn words(line: &str) -> Vec<String> {
    let (mut words, mut is_quoted, mut word) = (vec![], false, String::new());
    // What stands alone may be any number of words, none among them; in quotes it is one.
    let mut keep = |word: String| words.extend((!word.is_empty() && !word.starts_with('$')).then_some(word));
    for c in line.replace("[[ ", "[[").replace(" ]]", "]]").chars() {
        match c {
            '"' => {
                is_quoted = !is_quoted;
                word.push('"');
            }
            '\'' => break,
            ' ' if !is_quoted => keep(std::mem::take(&mut word)),
            _ => word.push(c),
        }
    }
    keep(word);
    words.into_iter().map(|word| word.replace('"', "")).collect()
}

#[test]
fn every_file_is_parsed_and_calls_keystop_as_it_is() {
    let files = files();
    assert!(files.len() >= 14, "{files:?}");
    for file in files {
        let mut found = Vec::new();
        match yaml(&file) {
            Some(documents) => documents.iter().for_each(|document| scripts(document, false, &mut found)),
            None => {
                let text = fs::read_to_string(&file).expect("it is text");
                assert_balanced(&file, &text);
                found.push(text);
            }
        }
        let calls: Vec<_> = found.iter().flat_map(|script| calls(script)).collect();
        // The library's step is what a Jenkinsfile calls.
        assert!(!calls.is_empty() || file.ends_with("Jenkinsfile"), "{} does not call keystop", file.display());
        for call in calls {
            let parsed = Cli::try_parse_from(&call);
            assert!(
                parsed.is_ok(),
                "{}: {call:?}: {}",
                file.display(),
                parsed.err().map_or_else(String::new, |e| e.to_string())
            );
        }
    }
}

/// Brackets of Groovy close as they open, texts and comments aside.
fn assert_balanced(file: &Path, text: &str) {
    let (mut open, mut quote, mut before) = (Vec::new(), None, ' ');
    for line in text.lines().map(|line| line.split("// ").next().unwrap_or_default()) {
        for c in line.chars() {
            match (quote, c) {
                (Some(q), c) if c == q && before != '\\' => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(c),
                (None, '(' | '[' | '{') => open.push(c),
                (None, ')' | ']' | '}') => {
                    let expected = match c {
                        ')' => '(',
                        ']' => '[',
                        _ => '{',
                    };
                    assert_eq!(open.pop(), Some(expected), "{}: {line}", file.display());
                }
                _ => {}
            }
            before = c;
        }
        assert_eq!(quote, None, "{}: {line}", file.display());
    }
    assert!(open.is_empty(), "{}: {open:?} is not closed", file.display());
}

#[test]
fn every_file_makes_its_clone_whole_by_the_setting_that_keystop_names() {
    for (file, setting) in [
        ("docs/ci/github-actions.yml", "fetch-depth: 0"),
        ("docs/ci/gitlab-ci.yml", "GIT_DEPTH: \"0\""),
        ("docs/ci/gitlab-component/templates/keystop.yml", "GIT_DEPTH: \"0\""),
        ("docs/ci/circleci-config.yml", "method: full"),
        ("docs/ci/circleci-orb.yml", "method: full"),
        ("docs/ci/travis.yml", "depth: false"),
        ("docs/ci/bitbucket-pipelines.yml", "depth: full"),
        ("docs/ci/azure-pipelines.yml", "fetchDepth: \"0\""),
        ("docs/ci/woodpecker.yml", "partial: false"),
        ("docs/ci/Jenkinsfile", "cloneOption(shallow: false, noTags: false"),
        ("docs/ci/buildkite-pipeline.yml", "BUILDKITE_GIT_CLONE_FLAGS"),
    ] {
        let text = fs::read_to_string(root().join(file)).expect("it is there");
        assert!(text.contains(setting), "{file} lacks {setting}");
        let plain = |text: &str| text.replace(['`', '{', '}', '"', ':', ' '], "");
        let named = Platform::ALL.iter().any(|platform| plain(platform.deep()).contains(&plain(setting)));
        assert!(named, "no message names {setting}");
    }
}

#[test]
fn the_component_and_the_action_declare_what_they_use() {
    let component = yaml(&root().join("docs/ci/gitlab-component/templates/keystop.yml")).expect("it is YAML");
    assert_eq!(component.len(), 2, "a component is its inputs and its jobs");
    let text = fs::read_to_string(root().join("docs/ci/gitlab-component/templates/keystop.yml")).expect("it is there");
    for used in text.split("$[[ inputs.").skip(1).filter_map(|rest| rest.split_once(" ]]")) {
        let declared = component[0]["spec"]["inputs"].as_mapping().expect("there are some");
        assert!(declared.iter().any(|(name, _)| name.as_str() == Some(used.0)), "{} is not declared", used.0);
    }
    let action = &yaml(&root().join("action.yml")).expect("it is YAML")[0];
    assert_eq!(action["runs"]["using"].as_str(), Some("composite"));
    let text = fs::read_to_string(root().join("action.yml")).expect("it is there");
    for used in text.split("${{ inputs.").skip(1).filter_map(|rest| rest.split_once(" }}")) {
        let declared = action["inputs"].as_mapping().expect("there are some");
        assert!(declared.iter().any(|(name, _)| name.as_str() == Some(used.0)), "{} is not declared", used.0);
    }
    let steps = action["runs"]["steps"].as_sequence().expect("there are some");
    let scripts = steps.iter().filter_map(|step| step["run"].as_str());
    scripts
        .for_each(|script| assert!(!script.contains("${{"), "what a workflow says is no part of a script: {script}"));
}

#[test]
fn workflows_are_parsed() {
    let folder = root().join(".github/workflows");
    let files: Vec<_> =
        fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("it can be read").path()).collect();
    assert!(files.len() >= 2);
    for file in files {
        let documents = yaml(&file).expect("it is YAML");
        let jobs = documents[0]["jobs"].as_mapping().expect("there are jobs");
        for (name, job) in jobs {
            for needed in
                job.as_mapping_get("needs").into_iter().flat_map(|needs| needs.as_sequence().into_iter().flatten())
            {
                assert!(jobs.iter().any(|(other, _)| other == needed), "{}: {name:?} needs {needed:?}", file.display());
            }
        }
    }
}
