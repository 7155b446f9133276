//! Where a team keeps its secrets.

use serde::{Deserialize, Deserializer, de};

/// Where a secret can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Store {
    Env,
    Aws,
    Vault,
    Conjur,
    #[serde(rename = "1password")]
    OnePassword,
    Doppler,
    Sops,
    Google,
    Azure,
}

impl Store {
    pub const ALL: [Self; 9] = [
        Self::Env,
        Self::Aws,
        Self::Vault,
        Self::Conjur,
        Self::OnePassword,
        Self::Doppler,
        Self::Sops,
        Self::Google,
        Self::Azure,
    ];

    /// The word for `--store` and for the configuration.
    pub fn id(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::Aws => "aws",
            Self::Vault => "vault",
            Self::Conjur => "conjur",
            Self::OnePassword => "1password",
            Self::Doppler => "doppler",
            Self::Sops => "sops",
            Self::Google => "google",
            Self::Azure => "azure",
        }
    }

    pub fn by_id(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|store| store.id() == word)
    }
}

/// Where the team keeps its secrets; what is not said is printed as the store's usual.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Placement {
    /// The store that is shown first.
    #[serde(rename = "use")]
    pub store: Option<Store>,
    #[serde(deserialize_with = "plain")]
    pub mount: Option<String>,
    #[serde(deserialize_with = "plain")]
    pub path: Option<String>,
    #[serde(deserialize_with = "plain")]
    pub field: Option<String>,
    #[serde(deserialize_with = "plain")]
    pub namespace: Option<String>,
    #[serde(deserialize_with = "plain")]
    pub region: Option<String>,
}

/// What stands in commands that a person copies and in commands that are run: nothing a shell or a program could take
/// for anything but a name.
fn plain<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let is_name = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_./@:+-".contains(c));
    if is_name {
        Ok(Some(text))
    } else {
        Err(de::Error::custom("a name in a store has letters, digits and _ . / @ : + -"))
    }
}
