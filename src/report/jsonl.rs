//! One JSON object a line: the findings of `json`, each with a `type`, then what could not be scanned, then a summary.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Report, json as document};

pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let output = serde_json::to_value(document::output(report))?;
    for (list, kind) in [("findings", "finding"), ("errors", "error")] {
        for value in output[list].as_array().into_iter().flatten() {
            let mut line = json!({"type": kind});
            if let (Value::Object(line), Value::Object(value)) = (&mut line, value) {
                line.extend(value.clone());
            }
            writeln!(out, "{line}")?;
        }
    }
    writeln!(out, "{}", json!({"type": "summary", "version": output["version"], "complete": output["complete"]}))
}
