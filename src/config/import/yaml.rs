//! YAML and JSON as one kind of value.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::Value;

/// The document; none if it is neither.
pub fn read(source: &str) -> Option<Value> {
    if let Ok(value) = serde_json::from_str(source) {
        return Some(value);
    }
    Some(value(Yaml::load_from_str(source).ok()?.first()?))
}

fn value(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Value(Scalar::String(text)) => Value::String(text.to_string()),
        Yaml::Value(Scalar::Integer(number)) => Value::from(*number),
        Yaml::Value(Scalar::Boolean(switch)) => Value::Bool(*switch),
        Yaml::Sequence(list) => list.iter().map(value).collect(),
        Yaml::Mapping(map) => Value::Object(
            map.iter().map(|(key, held)| (key.as_str().unwrap_or_default().to_owned(), value(held))).collect(),
        ),
        _ => Value::Null,
    }
}

/// The texts of a list; a text by itself is a list of one.
pub fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
