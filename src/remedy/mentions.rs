//! What speaks of a key in a text: its value in any form, its variable, its provider's client library or host.

use memchr::memmem::Finder;

use super::forms::{Form, Forms};
use super::naming;
use crate::rules::Page;

/// One thing that was found in a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mention {
    Value(Form),
    Sets(String),
    Reads(String),
    Library(String),
    Host(String),
}

impl Mention {
    /// The word for reports.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Value(_) => "holds the value",
            Self::Sets(_) => "sets",
            Self::Reads(_) => "reads",
            Self::Library(_) => "client library",
            Self::Host(_) => "host",
        }
    }

    /// What of it: the form, the variable, the library, the host.
    pub fn what(&self) -> &str {
        match self {
            Self::Value(form) => form.as_str(),
            Self::Sets(name) | Self::Reads(name) | Self::Library(name) | Self::Host(name) => name,
        }
    }
}

/// A word to look for, and its searcher.
struct Word {
    text: String,
    finder: Finder<'static>,
}

impl Word {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), finder: Finder::new(text).into_owned() }
    }

    /// Where it stands as a word of its own: `STRIPE_KEY` is not in `OLD_STRIPE_KEY_2`.
    fn places<'t>(&'t self, text: &'t [u8]) -> impl Iterator<Item = usize> + 't {
        let of_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
        self.finder.find_iter(text).filter(move |at| {
            let before = at.checked_sub(1).and_then(|at| text.get(at));
            !before.is_some_and(of_word) && !text.get(at + self.text.len()).is_some_and(of_word)
        })
    }
}

/// All that speaks of one key.
pub struct Wanted<'f> {
    forms: &'f Forms,
    variables: Vec<Word>,
    libraries: Vec<Word>,
    hosts: Vec<Word>,
}

impl<'f> Wanted<'f> {
    /// `assigned` are the names that the value has in its places.
    pub fn new(forms: &'f Forms, page: Option<&Page>, assigned: &[&str]) -> Self {
        let mut variables: Vec<&str> = assigned.iter().copied().filter(|n| naming::is_environment_name(n)).collect();
        variables.extend(page.and_then(|page| Some(page.key.remedy.as_ref()?.env_var.as_str())));
        variables.sort_unstable();
        variables.dedup();
        let (packages, hosts) =
            page.map_or((&[][..], &[][..]), |page| (&page.provider.packages[..], &page.provider.hosts[..]));
        let mut libraries: Vec<String> = packages.iter().flat_map(|package| spellings(package)).collect();
        libraries.sort();
        libraries.dedup();
        Self {
            forms,
            variables: variables.into_iter().map(Word::new).collect(),
            libraries: libraries.iter().map(|name| Word::new(name)).collect(),
            hosts: hosts.iter().map(|host| Word::new(host)).collect(),
        }
    }

    /// Every mention in a text, by line; each once a line.
    pub fn find(&self, text: &[u8], is_manifest: bool) -> Vec<(u32, Mention)> {
        let mut found: Vec<(usize, Mention)> =
            self.forms.find_all(text).into_iter().map(|(form, at)| (at, Mention::Value(form))).collect();
        for word in &self.variables {
            found.extend(word.places(text).map(|at| {
                let sets = is_set(text, at + word.text.len());
                (at, if sets { Mention::Sets(word.text.clone()) } else { Mention::Reads(word.text.clone()) })
            }));
        }
        for word in &self.libraries {
            let uses = word.places(text).filter(|at| is_manifest || is_import(line_at(text, *at)));
            found.extend(uses.map(|at| (at, Mention::Library(word.text.clone()))));
        }
        for word in &self.hosts {
            found.extend(word.places(text).map(|at| (at, Mention::Host(word.text.clone()))));
        }
        number(text, found)
    }
}

/// Offsets to lines, in one pass.
fn number(text: &[u8], mut found: Vec<(usize, Mention)>) -> Vec<(u32, Mention)> {
    found.sort();
    let (mut line, mut at) = (1_u32, 0);
    let mut numbered: Vec<(u32, Mention)> = Vec::with_capacity(found.len());
    for (offset, mention) in found {
        let breaks = memchr::memchr_iter(b'\n', &text[at..offset]).count();
        line = line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
        at = offset;
        numbered.push((line, mention));
    }
    numbered.sort();
    numbered.dedup();
    numbered
}

/// How a package is written where it is used: `pypi:google-cloud` is imported as `google_cloud`, Maven's by its group.
fn spellings(package: &str) -> Vec<String> {
    let (registry, name) = package.split_once(':').unwrap_or(("", package));
    match registry {
        "pypi" | "crates" | "cargo" => vec![name.to_owned(), name.replace('-', "_")],
        "maven" => name.split(':').filter(|part| part.len() > 3).map(str::to_owned).collect(),
        _ => vec![name.to_owned()],
    }
}

/// Whether what follows a variable's name gives it a value: `=`, `:` and what closes before them.
fn is_set(text: &[u8], end: usize) -> bool {
    let closing = |b: &&u8| matches!(b, b'"' | b'\'' | b']' | b')' | b' ' | b'\t');
    let rest: Vec<u8> = text[end..].iter().skip_while(closing).take(2).copied().collect();
    match rest.as_slice() {
        [b'=', next] => !matches!(next, b'=' | b'>' | b'~'),
        [b':', next] => !matches!(next, b':' | b'-' | b'?' | b'+' | b'='),
        [b'='] | [b':'] => true,
        _ => false,
    }
}

fn line_at(text: &[u8], at: usize) -> &[u8] {
    let start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |at| at + 1);
    let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |end| at + end);
    &text[start..end]
}

/// Whether a line names what it builds on; Go lists imports as quoted paths alone on their lines.
fn is_import(line: &[u8]) -> bool {
    const WORDS: [&[u8]; 7] = [b"import", b"require", b"from ", b"use ", b"using ", b"include", b"extern crate"];
    let line = line.trim_ascii();
    let quoted = line.ends_with(b"\"") && line.iter().filter(|b| **b == b'"').count() == 2 && !line.contains(&b'=');
    quoted || WORDS.iter().any(|word| memchr::memmem::find(line, word).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::pages;
    use crate::secret::Secret;

    fn mentions(text: &str) -> Vec<String> {
        let forms = Forms::of(&Secret::new(b"no-such-value-here"), "").unwrap();
        let page = pages().into_iter().find(|page| page.key.id == "customerio-app-api-key").unwrap();
        let found = Wanted::new(&forms, Some(&page), &["CIO_KEY"]).find(text.as_bytes(), false);
        found.iter().map(|(line, mention)| format!("{line} {} {}", mention.kind(), mention.what())).collect()
    }

    #[test]
    fn a_variable_is_set_or_read() {
        for (text, said) in [
            ("CIO_KEY=x", "1 sets CIO_KEY"),
            ("  CIO_KEY: ${CIO_KEY:?}", "1 sets CIO_KEY"),
            ("os.environ[\"CIO_KEY\"] = x", "1 sets CIO_KEY"),
            ("\nif os.environ['CIO_KEY'] == 1", "2 reads CIO_KEY"),
            ("echo ${CIO_KEY:-}", "1 reads CIO_KEY"),
            ("process.env.CIO_KEY", "1 reads CIO_KEY"),
        ] {
            assert_eq!(mentions(text).first().map(String::as_str), Some(said), "{text}");
        }
        assert_eq!(mentions("OLD_CIO_KEY=1\nCIO_KEY2=1"), Vec::<String>::new());
    }

    #[test]
    fn libraries_are_told_from_prose() {
        assert_eq!(mentions("import customerio"), ["1 client library customerio"]);
        assert_eq!(mentions("const c = require('customerio-node')").len(), 2);
        assert_eq!(mentions("we like customerio a lot"), Vec::<String>::new());
        assert_eq!(mentions("x\nhttps://api.customer.io/v1"), ["2 host api.customer.io"]);
    }
}
