//! A rule as it is written: the serde form of a catalogue file and the checks every rule must pass.
//!
//! The build script compiles this file too, so a bad rule of the catalogue stops the build by file and id, and a custom
//! rule of `.keystop.toml` is held to the same checks.

use serde::Deserialize;

use super::checksum::Checksum;
use super::example;
use super::literal::{self, Literals, Opens};

/// One catalogue file: who issues the keys, and each kind of key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderFile {
    pub provider: ProviderForm,
    #[serde(rename = "key", default)]
    pub keys: Vec<KeyForm>,
}

/// Who issued the key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderForm {
    /// The vendor's own spelling.
    pub name: String,
    /// Stem of variable names.
    pub env: String,
    /// The vendor's page about its keys.
    pub docs: String,
    /// API hosts, without scheme.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Any vendor's key may look like these: a vendor's own rule goes first.
    #[serde(default)]
    pub generic: bool,
    /// Official client libraries, `registry:name`.
    #[serde(default)]
    pub packages: Vec<String>,
}

/// How bad a leak of this kind is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// How sure a match of this rule is. `Low` is told and does not stop a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    Low,
    Medium,
    High,
}

impl Confidence {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// An inner structure that can be verified offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Structure {
    Jwt,
    Pem,
    UrlPassword,
    BasicAuth,
    Base64,
    Base64Json,
    DiscordBot,
    Pypi,
    AwsKeyId,
    AzureStorage,
}

/// What a telling name announces: see [`KeyForm::assigned`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Announced {
    /// What a person chose: short, with any characters.
    Password,
    /// What a machine made: random.
    Token,
}

/// Words of which one must stand near the key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NearForm {
    pub words: Vec<String>,
    #[serde(default = "default_lines")]
    pub lines: u32,
}

/// A companion value of the same credential, such as the id that belongs to a secret.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartForm {
    pub name: String,
    pub value: String,
    #[serde(default)]
    pub names: Vec<String>,
    #[serde(default = "default_lines")]
    pub lines: u32,
}

fn default_lines() -> u32 {
    5
}

fn yes() -> bool {
    true
}

/// One kind of key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyForm {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub about: String,
    #[serde(default)]
    pub allows: String,
    pub severity: Severity,
    #[serde(default = "high")]
    pub confidence: Confidence,
    #[serde(default = "yes")]
    pub secret: bool,
    pub regex: Option<String>,
    pub value: Option<String>,
    /// In place of `regex` and `value`: whatever stands under a name that holds one of `keywords`.
    pub assigned: Option<Announced>,
    #[serde(default)]
    pub keywords: Vec<String>,
    pub near: Option<NearForm>,
    #[serde(default)]
    pub names: Vec<String>,
    #[serde(default)]
    pub entropy: f32,
    pub checksum: Option<Checksum>,
    pub structure: Option<Structure>,
    #[serde(default)]
    pub paths: Vec<String>,
    #[serde(default)]
    pub overlaps: Vec<String>,
    #[serde(default, rename = "part")]
    pub parts: Vec<PartForm>,
    #[serde(default)]
    pub examples: Vec<String>,
    #[serde(default)]
    pub non_examples: Vec<String>,
    #[serde(default)]
    pub sources: Vec<String>,
    pub remedy: Option<RemedyForm>,
}

fn high() -> Confidence {
    Confidence::High
}

/// What to do about a leaked key of this kind: the facts of its page.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemedyForm {
    pub env_var: String,
    pub create: String,
    pub revoke: Vec<String>,
    pub revoke_url: String,
    pub overlap: String,
    #[serde(default)]
    pub audit: String,
    pub audit_url: Option<String>,
    pub narrower: Option<String>,
    pub notes: Option<String>,
    pub certainty: Certainty,
    pub live: Option<LiveForm>,
}

/// How the steps were established.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// Checked against the vendor's text.
    Documented,
    /// Firm general knowledge.
    Known,
    /// Inferred from similar consoles.
    Guess,
}

impl Certainty {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Known => "known",
            Self::Guess => "guess",
        }
    }
}

/// One read-only request that tells whether a key is alive.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveForm {
    pub method: String,
    pub url: String,
    /// The same question to other regions, asked while the answer is that the key is dead.
    #[serde(default)]
    pub elsewhere: Vec<String>,
    /// `bearer V`, `basic USER:PASSWORD`, `header NAME: V`, or `query`, where the address holds the key.
    pub auth: String,
    /// Further headers, `NAME: V`.
    #[serde(default)]
    pub headers: Vec<String>,
    pub alive: Vec<u16>,
    pub dead: Vec<u16>,
    /// A field of the answer that is true for a live key, where the status is the same for all.
    pub truth: Option<String>,
    /// Fields of the answer that may be shown.
    #[serde(default)]
    pub show: Vec<String>,
}

impl LiveForm {
    /// The host of an address, and what follows it.
    pub fn split(url: &str) -> Option<(&str, &str)> {
        let rest = url.strip_prefix("https://")?;
        Some(rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())))
    }

    /// What a question must be to be asked at all.
    fn check(&self) -> Result<(), String> {
        if self.method != "GET" {
            return Err("`live` asks with GET: it changes nothing".into());
        }
        for url in std::iter::once(&self.url).chain(&self.elsewhere) {
            let Some((host, _)) = Self::split(url) else { return Err("`live` goes to an https address".into()) };
            // A key goes to its provider's own domain; only what stands before that may be filled in.
            let own = host.rsplit('.').take(2).filter(|label| !label.is_empty() && !label.contains(['{', '@', ':']));
            if own.count() < 2 {
                return Err(format!("`live` must name its host: `{host}` could be anywhere"));
            }
        }
        let fills = match self.auth.split_once(' ').map_or(self.auth.as_str(), |(kind, _)| kind) {
            "bearer" | "basic" | "header" => self.auth.contains("{secret}"),
            "query" => self.url.contains("{secret}"),
            _ => false,
        };
        if !fills {
            return Err("`live.auth` is one of bearer, basic, header and query, and holds {secret}".into());
        }
        if self.alive.is_empty() || self.alive.iter().any(|status| self.dead.contains(status)) {
            return Err("`live.alive` and `live.dead` are statuses of their own".into());
        }
        Ok(())
    }
}

/// What the engine derives from a rule's regex once, at build time or when the configuration is read.
#[derive(Debug)]
pub struct Derived {
    /// Of which one stands in every match.
    pub literals: Literals,
    /// What may be shown of the secret.
    pub prefixes: Vec<String>,
    /// The key can hold a line break.
    pub multiline: bool,
    /// Longest match in bytes, where there is one.
    pub reach: Option<u32>,
    /// What [`literal::shortest_run`] says.
    pub run: u32,
    /// What [`literal::opens`] says: what begins with a literal, and whether a word does.
    pub opens: (Opens, bool),
}

impl KeyForm {
    /// Checks the form and derives what the engine needs.
    ///
    /// # Errors
    /// One sentence that names what is wrong with the rule.
    pub fn derive(&self) -> Result<Derived, String> {
        self.check_words()?;
        let derived = match (&self.regex, &self.value, self.assigned) {
            (Some(regex), None, None) => self.derive_pattern(regex)?,
            (None, Some(value), None) => self.derive_value(value)?,
            (None, None, Some(_)) => self.derive_assigned()?,
            _ => return Err("give one of `regex`, `value` and `assigned`".into()),
        };
        if let Some(short) = derived.literals.iter().find(|literal| literal.bytes.len() < 3) {
            let text = String::from_utf8_lossy(&short.bytes);
            return Err(format!("`{text}` is too short to look for: name `keywords` of at least 3 bytes"));
        }
        Ok(derived)
    }

    fn derive_pattern(&self, regex: &str) -> Result<Derived, String> {
        let hir = literal::parse(regex)?;
        let groups = hir.properties().explicit_captures_len();
        if groups != 1 {
            return Err(format!("`regex` has {groups} capture groups and needs exactly one: the secret"));
        }
        let literals = match literal::required(&hir) {
            Some(literals) if self.keywords.is_empty() => literals,
            Some(_) => return Err("`keywords` are not needed: the regex has literals of its own".into()),
            None if !self.keywords.is_empty() => literal::folded(&self.keywords),
            None => return Err("no literal of 3 bytes stands in every match: name `keywords`".into()),
        };
        Ok(Derived {
            opens: literal::opens(&hir, &literals),
            literals,
            prefixes: literal::prefixes(&hir),
            multiline: literal::spans_lines(&hir),
            reach: hir.properties().maximum_len().and_then(|len| u32::try_from(len).ok()),
            run: literal::shortest_run(&hir),
        })
    }

    fn derive_value(&self, value: &str) -> Result<Derived, String> {
        let Some(near) = &self.near else {
            return Err("`value` has no shape of its own and needs `near`".into());
        };
        let hir = literal::parse(value)?;
        if hir.properties().explicit_captures_len() != 0 {
            return Err("`value` is the whole value and has no capture group".into());
        }
        if !self.keywords.is_empty() {
            return Err("`keywords` are not needed: the words of `near` serve".into());
        }
        let words: Vec<String> = near.words.iter().flat_map(|word| spellings(word)).collect();
        Ok(Derived {
            literals: literal::folded(&words),
            opens: (Opens::Nothing, false),
            prefixes: literal::prefixes(&hir),
            multiline: false,
            reach: hir.properties().maximum_len().and_then(|len| u32::try_from(len).ok()),
            run: literal::shortest_run(&hir),
        })
    }

    fn derive_assigned(&self) -> Result<Derived, String> {
        if self.keywords.is_empty() {
            return Err("`assigned` needs `keywords`: the words of telling names".into());
        }
        Ok(Derived {
            literals: literal::folded(&self.keywords),
            opens: (Opens::Nothing, false),
            prefixes: Vec::new(),
            multiline: false,
            reach: None,
            run: 0,
        })
    }

    /// What of a match is verified without asking anybody, by name.
    pub fn verified_by(&self) -> Vec<String> {
        let checksum = self.checksum.map(|name| format!("checksum {}", format!("{name:?}").to_lowercase()));
        let structure = self.structure.map(|name| kebab(&format!("{name:?}")));
        checksum.into_iter().chain(structure).collect()
    }

    fn check_words(&self) -> Result<(), String> {
        let near = self.near.iter().flat_map(|near| &near.words);
        for word in near.chain(&self.keywords) {
            if word.len() < 3 || word.chars().any(|c| c.is_ascii_uppercase()) {
                return Err(format!("`{word}` must be lower case and at least 3 bytes"));
            }
        }
        for part in &self.parts {
            literal::parse(&part.value).map_err(|why| format!("part `{}`: {why}", part.name))?;
        }
        Ok(())
    }

    /// What only the catalogue must have: examples, a page and its sources.
    ///
    /// # Errors
    /// One sentence that names what is missing.
    pub fn check_page(&self, stem: &str) -> Result<(), String> {
        if self.id != stem && !self.id.strip_prefix(stem).is_some_and(|rest| rest.starts_with('-')) {
            return Err(format!("the id must start with `{stem}-`"));
        }
        if !self.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return Err("the id must be kebab-case".into());
        }
        if self.examples.len() < 2 || self.non_examples.is_empty() {
            return Err("two `examples` and one of `non_examples` are the least".into());
        }
        if self.about.is_empty() || self.allows.is_empty() || self.sources.is_empty() {
            return Err("`about`, `allows` and `sources` must be filled".into());
        }
        if self.allows.len() > 160 {
            return Err("`allows` is longer than 160 bytes: it must fit two lines of a terminal".into());
        }
        let Some(remedy) = &self.remedy else { return Err("`[key.remedy]` is missing".into()) };
        if remedy.revoke.is_empty() || !remedy.revoke_url.starts_with("https://") {
            return Err("`revoke` needs a step and `revoke_url` an https address".into());
        }
        remedy.live.as_ref().map_or(Ok(()), LiveForm::check)?;
        for text in self.examples.iter().chain(&self.non_examples) {
            example::expand(text, 1)?;
        }
        Ok(())
    }
}

/// `UrlPassword` as catalogue files write it: `url-password`.
fn kebab(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}

/// The spellings of a `near` word: each `-` stands for any one separator or none.
pub fn spellings(word: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for c in word.chars() {
        let forms: &[&str] = if c == '-' { &["", "-", "_", ".", " "] } else { &[] };
        if forms.is_empty() {
            for spelling in &mut all {
                spelling.push(c);
            }
        } else {
            all = all.iter().flat_map(|head| forms.iter().map(move |form| format!("{head}{form}"))).collect();
        }
    }
    all
}
