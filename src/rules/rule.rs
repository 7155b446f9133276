//! A rule as the scanner reads it.

use std::borrow::Cow;

use super::checksum::Checksum;
use super::literal::Opens;
use super::prefilter::{Needle, Stands};
use super::syntax::{Announced, Confidence, KeyForm, Severity, Structure, spellings};

type Text = Cow<'static, str>;
type Texts = Cow<'static, [Text]>;

/// One kind of key.
#[derive(Debug)]
pub struct Rule {
    pub id: Text,
    /// Stem of the provider's catalogue file; `custom` for rules of a configuration.
    pub provider: Text,
    /// Any vendor's key may look like this: a vendor's own rule goes first.
    pub generic: bool,
    pub severity: Severity,
    pub confidence: Confidence,
    /// False for keys that are made to be public: told, never blocked.
    pub secret: bool,
    pub shape: Shape,
    /// Bytes without a blank or a quote that every secret has in a row; 0 where that is not known.
    pub run: u32,
    pub near: Option<Near>,
    /// Normalised words of which the assigned name must hold one; empty for any name.
    pub names: Texts,
    /// Least Shannon entropy of the secret, in bits per byte.
    pub entropy: f32,
    pub checksum: Option<Checksum>,
    pub structure: Option<Structure>,
    /// Globs; empty for any path.
    pub paths: Texts,
    /// Rules that yield where both match the same place.
    pub overlaps: Texts,
    pub parts: Cow<'static, [Part]>,
    /// Literal beginnings of the secret, longest first: all that may be shown of it.
    pub prefixes: Texts,
}

/// How a key is told.
#[derive(Debug)]
pub enum Shape {
    /// By its own form: group 1 of the regex is the secret.
    Pattern {
        regex: Text,
        /// A match can reach over a line break.
        multiline: bool,
        /// Longest match in bytes, where there is one.
        reach: Option<u32>,
        /// What begins with the literal.
        opens: Opens,
    },
    /// By its surroundings: the bare value has this form, and the words of `near` do the rest.
    Value { regex: Text },
    /// By the name it is given, in the syntax of the file's language, and by how it reads.
    Assigned { announced: Announced },
}

impl Shape {
    #[allow(dead_code, reason = "the build script has no use for it")]
    pub fn regex(&self) -> &str {
        match self {
            Self::Pattern { regex, .. } | Self::Value { regex } => regex,
            Self::Assigned { .. } => "",
        }
    }
}

/// A condition: one of these words stands within so many lines of the key.
#[derive(Debug)]
pub struct Near {
    /// Every spelling, lower case.
    pub words: Texts,
    pub lines: u32,
}

/// A companion value of the same credential.
#[derive(Debug, Clone)]
pub struct Part {
    pub name: Text,
    pub value: Text,
    pub names: Texts,
    pub lines: u32,
}

impl Rule {
    /// The rule of a checked form, and the needles that wake it (their rule number is `index`).
    ///
    /// # Errors
    /// What [`KeyForm::derive`] says.
    pub fn compile(form: &KeyForm, provider: &str, generic: bool, index: u16) -> Result<(Self, Vec<Needle>), String> {
        let derived = form.derive()?;
        let shape = match (&form.regex, &form.value, form.assigned) {
            (_, _, Some(announced)) => Shape::Assigned { announced },
            (Some(regex), ..) => Shape::Pattern {
                regex: text(regex),
                multiline: derived.multiline,
                reach: derived.reach,
                opens: derived.opens.0,
            },
            (None, value, _) => Shape::Value { regex: text(value.as_deref().unwrap_or_default()) },
        };
        let near = form.near.as_ref().map(|near| Near {
            words: near.words.iter().flat_map(|word| spellings(word)).map(Cow::Owned).collect(),
            lines: near.lines,
        });
        let parts = form.parts.iter().map(|part| Part {
            name: text(&part.name),
            value: text(&part.value),
            names: texts(&part.names),
            lines: part.lines,
        });
        let rule = Self {
            id: text(&form.id),
            provider: text(provider),
            generic,
            severity: form.severity,
            confidence: form.confidence,
            secret: form.secret,
            shape,
            run: derived.run,
            near,
            names: texts(&form.names),
            entropy: form.entropy,
            checksum: form.checksum,
            structure: form.structure,
            paths: texts(&form.paths),
            overlaps: texts(&form.overlaps),
            parts: parts.collect(),
            prefixes: texts(&derived.prefixes),
        };
        let stands = match &rule.shape {
            Shape::Value { .. } => Stands::Word,
            _ if derived.opens.1 => Stands::Unjoined,
            _ => Stands::Anywhere,
        };
        let needles = derived.literals.into_iter().map(|literal| Needle {
            bytes: literal.bytes,
            fold: literal.fold,
            stands,
            rule: index,
        });
        Ok((rule, needles.collect()))
    }
}

fn text(value: &str) -> Text {
    Cow::Owned(value.to_owned())
}

fn texts(values: &[String]) -> Texts {
    values.iter().map(|value| text(value)).collect()
}
