//! What a person, a project and a run have decided about keys, layer upon layer, and where each decision comes from.

mod allow;
mod baseline;
mod edit;
mod form;
pub mod import;
mod layers;
mod names;
mod placement;

pub use allow::Allow;
pub use baseline::Baseline;
pub use edit::{add, allow_fingerprint};
pub use layers::{Layer, Layers, Origin, Overrides, home};
pub use names::nearest;
pub use placement::{Placement, Store};

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use regex::bytes::RegexBuilder;

use crate::rules::syntax::KeyForm;
use crate::rules::{self, Prefilter, Rule, Severity};
use form::{AllowForm, ConfigForm, DisableForm};

/// The file's name, at the top of the work tree.
pub const FILE: &str = ".keystop.toml";
/// Provider of the rules that a configuration brings.
pub const CUSTOM: &str = "custom";

/// Something that was decided, and where.
#[derive(Default)]
pub struct Sourced<T> {
    pub value: T,
    pub origin: Origin,
}

/// A rule that is switched off, and why.
pub struct Disabled {
    pub rule: String,
    pub reason: String,
}

/// The decisions, ready to be asked.
#[derive(Default)]
pub struct Config {
    pub allow: Vec<Sourced<Allow>>,
    pub disabled: Vec<Sourced<Disabled>>,
    pub forms: Vec<Sourced<KeyForm>>,
    pub rules: Vec<Rule>,
    pub prefilter: Option<Prefilter>,
    pub baseline: Baseline,
    /// Where the team keeps its secrets.
    pub placement: Sourced<Placement>,
    /// What the team adds to what is said: whom to tell, where its process is written.
    pub message_footer: Option<Sourced<String>>,
    /// Keys of a lower severity are told and stop nothing.
    pub stop_from: Option<Sourced<Severity>>,
}

impl Config {
    /// The configuration that holds in `folder`.
    ///
    /// # Errors
    /// A file is there and is not right: one line that names it and what is wrong.
    pub fn find(folder: &Path) -> Result<Self> {
        Self::load(folder, &Overrides::default())
    }

    /// The same, with what was said on the command line.
    ///
    /// # Errors
    /// The same.
    pub fn load(folder: &Path, flags: &Overrides) -> Result<Self> {
        Self::of(&Layers::of(folder, flags)?)
    }

    /// The configuration of a server: its own files, never what was pushed or what the one who pushes has set.
    ///
    /// # Errors
    /// The same.
    pub fn of_server(git_dir: &Path) -> Result<Self> {
        Self::of(&Layers::of_server(git_dir))
    }

    /// # Errors
    /// The same.
    pub fn of(layers: &Layers) -> Result<Self> {
        let mut written = Vec::new();
        for (layer, file) in layers.files.iter().filter(|(_, file)| file.exists()) {
            let source = std::fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))?;
            written.push((*layer, file.as_path(), form::parse(&source, file)?, source));
        }
        let mut config = Self::default();
        // The rules of all layers first: an entry may name any of them.
        for (layer, file, form, source) in &mut written {
            for rule in std::mem::take(&mut form.rule) {
                let origin = Origin::in_file(*layer, file, source, rule.span());
                let checked = config.add_rule(rule.into_inner(), origin.clone());
                checked.with_context(|| origin.to_string())?;
            }
        }
        config.compile()?;
        for (layer, file, form, source) in written {
            config.add_entries(form, file, &|span| Origin::in_file(layer, file, &source, span))?;
        }
        for (rule, origin) in &layers.disable {
            let form = DisableForm { rule: rule.clone(), reason: origin.to_string() };
            config.disable(form, origin.clone()).with_context(|| origin.to_string())?;
        }
        config.baseline = Baseline::read(&layers.baseline(&config.baseline))?;
        Ok(config)
    }

    fn add_rule(&mut self, form: KeyForm, origin: Origin) -> Result<()> {
        if self.is_rule(&form.id) {
            bail!("rule `{}`: there is a rule of this id already", form.id);
        }
        self.forms.push(Sourced { value: form, origin });
        Ok(())
    }

    fn compile(&mut self) -> Result<()> {
        let mut needles = Vec::new();
        for Sourced { value: form, origin } in &self.forms {
            let index = u16::try_from(self.rules.len()).context("too many rules")?;
            let compiled = Rule::compile(form, CUSTOM, false, index).and_then(|compiled| {
                let size = RegexBuilder::new(compiled.0.shape.regex()).unicode(false).build();
                size.map(|_| compiled).map_err(|error| error.to_string().replace('\n', " "))
            });
            let (rule, woken_by) = compiled.map_err(|why| anyhow!("{origin}: rule `{}`: {why}", form.id))?;
            self.rules.push(rule);
            needles.extend(woken_by);
        }
        self.prefilter = (!self.rules.is_empty()).then(|| Prefilter::build(needles));
        Ok(())
    }

    fn add_entries(&mut self, form: ConfigForm, file: &Path, at: &dyn Fn(Range<usize>) -> Origin) -> Result<()> {
        for entry in form.disable {
            let origin = at(entry.span());
            self.disable(entry.into_inner(), origin.clone()).with_context(|| origin.to_string())?;
        }
        for entry in form.allow {
            let origin = at(entry.span());
            let checked = self.allow(entry.into_inner()).with_context(|| origin.to_string())?;
            self.allow.push(Sourced { value: checked, origin });
        }
        if let Some(store) = form.store {
            self.placement = Sourced { origin: at(store.span()), value: store.into_inner() };
        }
        if let Some(least) = form.stop_from {
            self.stop_from = Some(Sourced { origin: at(least.span()), value: least.into_inner() });
        }
        if let Some(footer) = form.message_footer {
            self.message_footer = Some(Sourced { origin: at(footer.span()), value: footer.into_inner() });
        }
        if let Some(named) = form.baseline {
            let origin = at(named.span());
            self.baseline = Baseline { file: file.with_file_name(named.into_inner()), origin, ..Baseline::default() };
        }
        Ok(())
    }

    fn disable(&mut self, form: DisableForm, origin: Origin) -> Result<()> {
        if form.reason.trim().is_empty() {
            bail!("a rule is switched off without a reason");
        }
        self.known(&form.rule)?;
        self.disabled.push(Sourced { value: Disabled { rule: form.rule, reason: form.reason }, origin });
        Ok(())
    }

    fn allow(&self, form: AllowForm) -> Result<Allow> {
        form.rules.iter().try_for_each(|rule| self.known(rule))?;
        Allow::check(form)
    }

    fn is_rule(&self, id: &str) -> bool {
        all_rules().any(|rule| rule == id) || self.forms.iter().any(|form| form.value.id == id)
    }

    /// Fails unless there is a rule of this id.
    fn known(&self, id: &str) -> Result<()> {
        let builtin = all_rules().map(|id| -> &str { id });
        let all = builtin.chain(self.forms.iter().map(|form| form.value.id.as_str()));
        if self.is_rule(id) { Ok(()) } else { Err(anyhow!(names::unknown("there is no rule", id, all))) }
    }
}

fn all_rules() -> impl Iterator<Item = &'static str> {
    rules::builtin().0.iter().map(|rule| &*rule.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(source: &str) -> Result<Config> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        std::fs::write(&file, source).unwrap();
        Config::of(&Layers::only(file))
    }

    fn fault(source: &str) -> String {
        parse(source).err().map(|error| format!("{error:#}")).unwrap_or_default()
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        assert!(fault("[[alow]]\n").ends_with("/.keystop.toml` line 1: unknown field `alow`; did you mean `allow`?"));
        assert!(
            fault("\n[[allow]]\nreason = 'x'\npath = ['a']\n")
                .contains("line 4: unknown field `path`; did you mean `paths`?")
        );
        assert!(fault("[[allow]]\nreason = 'x'\n").contains("line 1: name `paths`, `values` or `fingerprints`"));
        assert!(fault("\n[[disable]]\nrule = 'no-such'\nreason = 'x'\n").contains("line 2: there is no rule"));
    }

    #[test]
    fn what_is_unknown_is_repeated_only_if_it_is_nearly_a_known_name() {
        for source in [
            "hunter2hunter2 = 1\n",
            "[[allow]]\nhunter2hunter2 = 'x'\n",
            "[[disable]]\nrule = 'hunter2hunter2'\nreason = 'x'\n",
            "[[allow]]\nreason = 'x'\npaths = 'hunter2hunter2'\n",
            "[[allow]]\nreason = 'x'\npaths = ['{hunter2hunter2']\n",
            "[[allow]]\nreason = 'x'\npaths = ['a']\nexpires = 'hunter2hunter2'\n",
            "[[rule]]\nid = 'a-b'\nname = 'x'\nseverity = 'hunter2hunter2'\nregex = 'x'\n",
            "baseline = ['hunter2hunter2']\n",
            "hunter2hunter2 = 1\nhunter2hunter2 = 2\n",
            "a = hunter2hunter2\n",
            "hunter2hunter2\n",
        ] {
            let said = fault(source);
            assert!(!said.is_empty() && !said.contains("hunter2"), "{source}{said}");
        }
    }

    #[test]
    fn custom_rules_are_held_to_the_same_checks() {
        let rule =
            |regex: &str| fault(&format!("[[rule]]\nid='acme-key'\nname='Acme'\nseverity='high'\nregex='{regex}'\n"));
        assert_eq!(rule(r"\b(acme_[0-9a-f]{32})\b"), "");
        assert!(rule(r"\bacme_[0-9a-f]{32}\b").contains("has 0 capture groups"));
        assert!(rule(r"\b([0-9a-f]{32})\b").contains("name `keywords`"));
        assert!(rule(r"\b(acme_[0-9a-f{32})\b").contains("is not a regex"));
    }

    #[test]
    fn a_value_pattern_speaks_of_the_whole_secret() {
        let config = parse("[[allow]]\nreason='t'\nvalues=['false']\n").unwrap();
        assert!(config.allow[0].value.values[0].is_match(b"false"));
        assert!(!config.allow[0].value.values[0].is_match(b"x7falseK2"));
    }
}
