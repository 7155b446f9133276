//! Names that are not known: the nearest one is told, and what was written only where it cannot be a secret.

/// `; did you mean ...?`, where something is near enough.
pub fn nearest<'a>(word: &str, among: impl Iterator<Item = &'a str>) -> String {
    near(word, among).map_or_else(String::new, |other| format!("; did you mean `{other}`?"))
}

/// A name that is not known. It is repeated only if it is nearly a known one: somebody may have pasted a secret.
pub fn unknown<'a>(what: &str, word: &str, among: impl Iterator<Item = &'a str>) -> String {
    match near(word, among) {
        Some(other) => format!("{what} `{word}`; did you mean `{other}`?"),
        None => format!("{what} of this name"),
    }
}

fn near<'a>(word: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let best = among.map(|other| (strsim::damerau_levenshtein(word, other), other)).min();
    best.filter(|(distance, _)| *distance <= 2 + word.len() / 4).map(|(_, other)| other)
}
