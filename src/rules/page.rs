//! A key's page: the facts of its catalogue file, read when a finding has to be explained.

use super::syntax::{KeyForm, ProviderFile, ProviderForm};

/// One kind of key with all that is known of it.
#[derive(Debug)]
pub struct Page {
    /// Stem of the catalogue file.
    pub stem: String,
    pub provider: ProviderForm,
    pub key: KeyForm,
}

impl Page {
    /// The page of a built-in rule.
    pub fn of(provider: &str, id: &str) -> Option<Self> {
        let (stem, source) = super::embedded().iter().find(|(stem, _)| *stem == provider)?;
        read(stem, source).into_iter().find(|page| page.key.id == id)
    }

    /// The page of a rule that a team has written itself.
    pub fn of_team(stem: &str, key: &KeyForm) -> Self {
        let provider = ProviderForm {
            name: "your team".into(),
            env: String::new(),
            docs: String::new(),
            hosts: Vec::new(),
            generic: false,
            packages: Vec::new(),
        };
        Self { stem: stem.to_owned(), provider, key: key.clone() }
    }
}

/// The pages of all built-in rules, in the order of the catalogue.
pub fn pages() -> Vec<Page> {
    super::embedded().iter().flat_map(|(stem, source)| read(stem, source)).collect()
}

fn read(stem: &str, source: &str) -> Vec<Page> {
    let file: ProviderFile = toml::from_str(source).expect("the build script has read this file");
    let pages = file.keys.into_iter().map(|key| Page { stem: stem.to_owned(), provider: file.provider.clone(), key });
    pages.collect()
}
