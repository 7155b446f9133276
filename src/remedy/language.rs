//! Languages: which one a file is written in, and how that one reads a secret from a store.
//!
//! All of it is data, in `languages.toml`; it is read when there is something to say.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use globset::{GlobBuilder, GlobMatcher};
use serde::Deserialize;

use super::naming;
use super::rewrite::Rewrite;
use crate::config::{Placement, Store};
use crate::rules::Page;

/// How identifiers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Case {
    Snake,
    Camel,
    Pascal,
    Screaming,
    Kebab,
}

/// What a file of this language is, as far as a secret in it is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A program that can read the environment.
    Code,
    /// Data that something else reads.
    Config,
    /// A file of variables that is not to be tracked.
    Dotenv,
    /// Prose, logs, recordings.
    Text,
    /// A file that is a key.
    Keyfile,
}

/// One language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub aliases: Vec<String>,
    #[serde(default)]
    extensions: Vec<String>,
    #[serde(default)]
    files: Vec<String>,
    /// Opening and closing of a comment in a line; empty where there is none.
    #[serde(default)]
    pub comment: Vec<String>,
    case: Case,
    pub kind: Kind,
    /// What the lines of `read` need at the top of the file.
    #[serde(default)]
    head: BTreeMap<Store, Vec<String>>,
    #[serde(default)]
    read: BTreeMap<Store, Vec<String>>,
    /// What the snippet of a store needs first, one line.
    #[serde(default)]
    needs: BTreeMap<Store, String>,
    /// How a literal becomes a read of the environment; none where that is not known well enough.
    pub rewrite: Option<Rewrite>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Languages {
    language: Vec<Language>,
}

static LANGUAGES: LazyLock<Vec<(Language, Vec<GlobMatcher>)>> = LazyLock::new(|| {
    let read: Languages = toml::from_str(include_str!("languages.toml")).expect("a test reads this file");
    read.language.into_iter().map(|language| (language.clone(), globs(&language.files))).collect()
});

fn globs(patterns: &[String]) -> Vec<GlobMatcher> {
    let glob = |pattern: &String| {
        let anywhere = if pattern.contains('/') { format!("{{**/,}}{pattern}") } else { format!("**/{pattern}") };
        let glob = GlobBuilder::new(&anywhere).case_insensitive(true).literal_separator(true).build();
        glob.expect("a test builds these globs").compile_matcher()
    };
    patterns.iter().map(glob).collect()
}

impl Language {
    /// The language of a file: by its name first, then by its ending; the first that fits.
    pub fn of(path: &[u8]) -> Self {
        let path = String::from_utf8_lossy(path).into_owned();
        let named = LANGUAGES.iter().find(|(_, globs)| globs.iter().any(|glob| glob.is_match(&path)));
        let extension = std::path::Path::new(&path).extension().unwrap_or_default().to_ascii_lowercase();
        let extension = extension.to_string_lossy();
        let by_ending = || LANGUAGES.iter().find(|(language, _)| language.extensions.iter().any(|e| *e == extension));
        named
            .or_else(by_ending)
            .map_or_else(|| Self::by_name("text"), |(language, _)| Some(language.clone()))
            .unwrap_or_else(Self::plain)
    }

    /// The language that a person calls by this word.
    pub fn by_name(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        let called = |language: &Language| {
            language.id == word || language.name.to_ascii_lowercase() == word || language.aliases.contains(&word)
        };
        LANGUAGES.iter().map(|(language, _)| language).find(|language| called(language)).cloned()
    }

    /// The ids of all languages.
    pub fn ids() -> impl Iterator<Item = &'static str> {
        LANGUAGES.iter().map(|(language, _)| language.id.as_str())
    }

    fn plain() -> Self {
        Self {
            id: "text".into(),
            name: "Text".into(),
            aliases: Vec::new(),
            extensions: Vec::new(),
            files: Vec::new(),
            comment: Vec::new(),
            case: Case::Snake,
            kind: Kind::Text,
            head: BTreeMap::new(),
            read: BTreeMap::new(),
            needs: BTreeMap::new(),
            rewrite: None,
        }
    }

    /// The lines that read the secret from `store`; none where this language has no snippet for it.
    pub fn lines(&self, store: Store, names: &Names) -> Option<Vec<String>> {
        Some(self.read.get(&store)?.iter().map(|line| names.fill(line)).collect())
    }

    /// What those lines need at the top of the file.
    pub fn head(&self, store: Store) -> &[String] {
        self.head.get(&store).map_or(&[], Vec::as_slice)
    }

    /// What the snippet of a store needs first.
    pub fn needs(&self, store: Store) -> Option<&str> {
        self.needs.get(&store).map(String::as_str)
    }
}

/// The names that snippets are filled with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    pub env: String,
    pub var: String,
    /// Path of the secret in a store.
    pub path: String,
    /// Its field there.
    pub field: String,
    /// Its name in stores that have no paths.
    id: String,
    mount: String,
    region: String,
}

impl Names {
    /// The environment variable is what the file calls it, where that is telling, else what the provider calls it.
    pub fn new(page: Option<&Page>, assigned: Option<&str>, language: &Language) -> Self {
        let usual = page.and_then(|page| Some(page.key.remedy.as_ref()?.env_var.clone()));
        let own = assigned.filter(|name| naming::is_environment_name(name)).map(str::to_owned);
        let env = own.or(usual).unwrap_or_else(|| {
            let words = naming::words(assigned.unwrap_or("api_key"));
            naming::write(&words, Case::Screaming)
        });
        Self::of(env, page, language)
    }

    /// The names that go with an environment variable's.
    pub fn of(env: String, page: Option<&Page>, language: &Language) -> Self {
        let stem = page.map_or("app", |page| page.stem.as_str());
        let words = naming::words(&env);
        let own_words = words.strip_prefix(naming::words(stem).as_slice()).filter(|rest| !rest.is_empty());
        Self {
            var: naming::write(&words, language.case),
            path: format!("prod/{stem}"),
            field: own_words.unwrap_or(&words).join("_"),
            id: naming::write(&words, Case::Kebab),
            mount: "secret".into(),
            region: "eu-west-1".into(),
            env,
        }
    }

    /// The same, where a store has its own usual.
    #[must_use]
    pub fn usual(mut self, mount: Option<&str>, path: Option<&str>) -> Self {
        for (part, usual) in [(&mut self.mount, mount), (&mut self.path, path)] {
            if let Some(usual) = usual {
                usual.clone_into(part);
            }
        }
        self
    }

    /// The same, where the team has said how its store is laid out.
    #[must_use]
    pub fn placed(mut self, placement: &Placement) -> Self {
        for (part, wanted) in [
            (&mut self.path, &placement.path),
            (&mut self.field, &placement.field),
            (&mut self.mount, &placement.mount),
            (&mut self.region, &placement.region),
        ] {
            if let Some(wanted) = wanted {
                part.clone_from(wanted);
            }
        }
        self
    }

    /// Replaces `{env}` and its like; `{{` and `}}` are braces.
    pub fn fill(&self, line: &str) -> String {
        let named = [
            ("{env}", self.env.as_str()),
            ("{var}", &self.var),
            ("{path}", &self.path),
            ("{field}", &self.field),
            ("{id}", &self.id),
            ("{mount}", &self.mount),
            ("{region}", &self.region),
        ];
        let mut filled = String::with_capacity(line.len());
        let mut rest = line;
        while let Some(at) = rest.find(['{', '}']) {
            filled.push_str(&rest[..at]);
            rest = &rest[at..];
            let doubled = rest.starts_with("{{") || rest.starts_with("}}");
            if doubled {
                filled.push_str(&rest[..1]);
                rest = &rest[2..];
            } else if let Some((name, value)) = named.iter().find(|(name, _)| rest.starts_with(name)) {
                filled.push_str(value);
                rest = &rest[name.len()..];
            } else {
                filled.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
        filled + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_can_say_how_to_read_the_environment() {
        for (language, _) in LANGUAGES.iter() {
            assert!(matches!(language.comment.len(), 0 | 2), "{}", language.id);
            let names = Names::new(None, Some("STRIPE_SECRET_KEY"), language);
            let own_snippet = !matches!(language.kind, Kind::Dotenv | Kind::Keyfile);
            let lines = language.lines(Store::Env, &names).unwrap_or_default();
            assert!(!own_snippet || (1..=2).contains(&lines.len()), "{}: {lines:?}", language.id);
            assert!(lines.iter().all(|line| line.len() <= 76), "{}: {lines:?}", language.id);
            assert!(lines.iter().all(|line| !line.contains("{env}") && !line.contains("{var}")), "{}", language.id);
        }
    }

    #[test]
    fn files_are_told_by_name_then_by_ending() {
        for (path, id) in [
            ("src/a.py", "python"),
            ("a.test.ts", "typescript"),
            (".env", "dotenv"),
            ("deploy/.env.production", "dotenv"),
            ("Dockerfile", "dockerfile"),
            (".github/workflows/ci.yml", "github-actions"),
            ("x/docker-compose.yml", "compose"),
            ("lib/a.rb", "ruby"),
            ("a/Main.java", "java"),
            ("main.tf", "terraform"),
        ] {
            assert_eq!(Language::of(path.as_bytes()).id, id, "{path}");
        }
    }
}
