//! A value put into a store by the store's own command: its words, and what it reads. The value is never one of them.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::language::Names;
use super::unfit::Refusal;
use crate::secret::Secret;

/// The commands of a store, as `stores.toml` has them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keep {
    read: Vec<String>,
    fields: Option<String>,
    create: Vec<String>,
    #[serde(default)]
    update: Vec<String>,
    input: String,
}

/// The same, for one value.
pub struct Keeping {
    /// Prints what is there.
    pub read: Vec<String>,
    create: Vec<String>,
    update: Vec<String>,
    input: String,
    /// Where in what is read the fields stand; none where a secret holds one value.
    fields: Option<String>,
    field: String,
    /// Vault's, which its command takes from the environment.
    pub namespace: Option<String>,
}

/// What is in the store already.
pub enum There {
    Nothing,
    /// The very value.
    Same,
    /// Another value in its place.
    Other,
    /// Other fields of the same secret.
    Beside(Map<String, Value>),
}

impl Keep {
    pub(super) fn filled(&self, names: &Names, namespace: Option<String>) -> Keeping {
        let filled = |words: &[String]| words.iter().map(|word| names.fill(word)).collect();
        Keeping {
            read: filled(&self.read),
            create: filled(&self.create),
            update: filled(&self.update),
            input: names.fill(&self.input),
            fields: self.fields.clone(),
            field: names.field.clone(),
            namespace,
        }
    }
}

impl Keeping {
    /// What an answer of `read` says; none if it failed, as it does where nothing is.
    ///
    /// # Errors
    /// Something is there that has no fields.
    pub fn there(&self, answer: Option<&Secret>, value: &Secret) -> Result<There, Refusal> {
        let Some(answer) = answer else { return Ok(There::Nothing) };
        let Some(pointer) = &self.fields else {
            let text = answer.expose();
            let text = text.strip_suffix(b"\n").unwrap_or(text);
            return Ok(if text == value.expose() { There::Same } else { There::Other });
        };
        let read: Value = serde_json::from_slice(answer.expose())
            .map_err(|_| "what is there has no fields: `path` in [store] can name another secret".to_owned())?;
        let Some(Value::Object(fields)) = read.pointer(pointer) else { return Ok(There::Nothing) };
        Ok(match fields.get(&self.field) {
            None => There::Beside(fields.clone()),
            Some(Value::String(text)) if text.as_bytes() == value.expose() => There::Same,
            Some(_) => There::Other,
        })
    }

    /// The command that puts the value there.
    pub fn command(&self, there: &There) -> &[String] {
        if matches!(there, There::Beside(_)) { &self.update } else { &self.create }
    }

    /// What that command reads.
    ///
    /// # Errors
    /// The value is no text.
    pub fn input(&self, there: There, value: &Secret) -> Result<Secret, Refusal> {
        let text = std::str::from_utf8(value.expose()).map_err(|_| "the value is no text".to_owned())?;
        let whole = match self.input.as_str() {
            "{value}" => text.to_owned(),
            "{fields}" => {
                let mut fields = if let There::Beside(fields) = there { fields } else { Map::new() };
                fields.insert(self.field.clone(), text.into());
                Value::Object(fields).to_string()
            }
            template => template.replace("{quoted}", &Value::from(text).to_string()),
        };
        Ok(Secret::from(whole.into_bytes()))
    }
}
