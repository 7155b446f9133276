//! What an image's configuration tells: variables, instructions with their build arguments, labels and commands.

use serde_json::Value;

use super::manifest::Image;
use super::{Judge, inside};
use crate::hunk::{Hunk, Origin, Part};

/// Judges the configuration: `config/Env` a variable a line, `config/history` an instruction a line, and the rest.
pub fn judge<Made>(image: &Image, name: &[u8], judge: &Judge<Made>) -> Vec<Made> {
    let instructions: Vec<&str> = image.instructions().map(|(text, _)| text).collect();
    let variables = image.config["config"]["Env"].as_array().map_or(&[][..], Vec::as_slice);
    let variables = variables.iter().filter_map(Value::as_str);
    let variables = variables.map(|variable| (variable, set_by(variable, &instructions)));
    let mut made = listed(image, &inside(name, b"config/Env"), variables, judge);
    let history = instructions.iter().map(|text| (*text, Some(*text)));
    made.extend(listed(image, &inside(name, b"config/history"), history, judge));
    let mut rest = image.config.clone();
    if let Some(settings) = rest.as_object_mut() {
        settings.remove("history");
        settings.get_mut("config").and_then(Value::as_object_mut).map(|config| config.remove("Env"));
    }
    let path = inside(name, b"config.json");
    made.extend(listed(image, &path, [(format!("{rest:#}").as_str(), None)].into_iter(), judge));
    made
}

/// The last instruction that names a variable with a value.
fn set_by<'i>(variable: &str, instructions: &[&'i str]) -> Option<&'i str> {
    let name = variable.split('=').next().unwrap_or_default();
    let names = |text: &&&str| text.contains(&format!("{name}=")) || text.contains(&format!("{name} "));
    instructions.iter().rev().find(names).copied()
}

/// Texts one below the other; a finding is told with the instruction of its text.
fn listed<'t, Made>(
    image: &Image,
    path: &[u8],
    texts: impl Iterator<Item = (&'t str, Option<&'t str>)>,
    judge: &Judge<Made>,
) -> Vec<Made> {
    let (mut whole, mut by_line) = (String::new(), Vec::new());
    for (text, instruction) in texts {
        whole.push_str(text);
        whole.push('\n');
        by_line.resize(whole.matches('\n').count(), instruction);
    }
    let part = |instruction: Option<&str>| {
        Origin::Image(Part { image: image.label.clone(), layer: None, instruction: instruction.map(judge.shown) })
    };
    let mut made = (judge.judge)(Hunk::whole(path.to_vec(), part(None), whole.into_bytes()));
    for found in made.iter_mut().map(judge.finding) {
        found.origin = part(by_line.get(found.start.line as usize - 1).copied().flatten());
    }
    made
}
