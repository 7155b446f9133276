//! A literal becomes a read of the environment: in one literal, on one line, or not at all and with the reason.

use std::ops::Range;

use serde::Deserialize;

use super::language::{Kind, Language};
use super::literals::{Token, TokenKind, tokens};

/// How a language writes literals, and reads the environment in their place.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rewrite {
    /// What stands in the literal's place.
    pub expression: String,
    /// It has operators, and needs brackets where something binds tighter.
    #[serde(default)]
    pub compound: bool,
    /// Joins it with what is left of a literal; empty where such a literal is left alone.
    #[serde(default)]
    pub join: String,
    /// What it needs once in a file.
    pub import: Option<Import>,
    /// What opens and closes a literal.
    pub quotes: Vec<String>,
    /// The same, for literals that may go over lines and are left alone.
    #[serde(default)]
    pub blocks: Vec<String>,
    /// Letters before a quote that do not change what the literal's value is.
    #[serde(default)]
    pub prefixes: String,
    #[serde(default)]
    pub line_comments: Vec<String>,
    #[serde(default)]
    pub block_comments: Vec<[String; 2]>,
    /// Declarations that only take constants, and what they become.
    #[serde(default)]
    pub declarations: Vec<[String; 2]>,
    /// Beginnings of lines in which only a constant may stand.
    #[serde(default)]
    pub constants: Vec<String>,
    /// What opens the code in a file that is text otherwise.
    pub opening: Option<String>,
    /// Words and quotes of a shell: variables stand inside of literals.
    #[serde(default)]
    pub shell: bool,
}

/// A line that makes the expression's name known.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Import {
    pub line: String,
    /// A list of imports, and the line of it in there.
    pub list: Option<[String; 2]>,
    /// The line after which imports stand.
    pub after: Option<String>,
}

/// Why a literal is left alone.
pub type Refusal = String;

/// `text` with every occurrence of `secret` read from the variable `env`.
///
/// # Errors
/// The reason why this file cannot be rewritten and still be right.
pub fn rewrite(path: &[u8], text: &[u8], secret: &[u8], env: &str) -> Result<Vec<u8>, Refusal> {
    let language = Language::of(path);
    let known = language.rewrite.as_ref().ok_or_else(|| unknown(&language))?;
    misplaced(path, text)?;
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let all = tokens(text, known);
    for at in memchr::memmem::find_iter(text, secret) {
        let place = Place { text, known, tokens: &all, secret: at..at + secret.len(), env };
        let edit = if known.shell { place.in_shell()? } else { place.in_literal()? };
        edits.extend(place.declaration()?);
        edits.push(edit);
    }
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    edits.dedup();
    if edits.windows(2).any(|pair| pair[1].0.end > pair[0].0.start) {
        return Err("one literal holds the key twice".into());
    }
    let mut rewritten = text.to_vec();
    for (range, with) in edits {
        rewritten.splice(range, with.into_bytes());
    }
    if let Some(import) = &known.import {
        add_import(&mut rewritten, import, known)?;
    }
    Ok(rewritten)
}

fn unknown(language: &Language) -> Refusal {
    match language.kind {
        Kind::Code => format!("how {} would read it here is not known well enough to change code", language.name),
        Kind::Config => format!("{} reads no environment by itself: what loads the file has to", language.name),
        Kind::Dotenv => "it is a file of variables already: keep it out of git".into(),
        Kind::Text => "it is text: write a placeholder in its place".into(),
        Kind::Keyfile => "the file is the key: keep it out of git".into(),
    }
}

/// Where an environment variable is not the answer.
fn misplaced(path: &[u8], text: &[u8]) -> Result<(), Refusal> {
    let path = String::from_utf8_lossy(path).to_ascii_lowercase();
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let folder = |among: &[&str]| folders.split('/').any(|folder| among.contains(&folder));
    let tests = ["test", "tests", "__tests__", "spec", "specs", "fixtures", "testdata", "cassettes", "__snapshots__"];
    let test_name = ["_test.", ".test.", ".spec.", "_spec."].iter().any(|part| name.contains(part));
    if folder(&tests) || test_name || name.starts_with("test_") || name == "conftest.py" {
        return Err("a test needs no real key: put a made-up value there, and revoke this one".into());
    }
    let has = |word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
    let client =
        ["\"use client\"", "'use client'", "import.meta.env", "document.getElementById", "ReactDOM", "import android."];
    let ending = [".jsx", ".tsx", ".vue", ".svelte"].iter().any(|ending| name.ends_with(ending));
    if folder(&["public", "static", "www", "assets", "components"]) || ending || client.iter().any(|word| has(word)) {
        return Err("this code runs at its users: a build would carry the value; call your own server there".into());
    }
    Ok(())
}

/// One occurrence of the secret.
struct Place<'a> {
    text: &'a [u8],
    known: &'a Rewrite,
    tokens: &'a [Token],
    secret: Range<usize>,
    env: &'a str,
}

impl Place<'_> {
    fn token(&self) -> Option<&Token> {
        self.tokens.iter().find(|token| token.whole.start <= self.secret.start && self.secret.end <= token.whole.end)
    }

    fn expression(&self) -> String {
        self.known.expression.replace("{env}", self.env)
    }

    fn in_literal(&self) -> Result<(Range<usize>, String), Refusal> {
        let token = self.token().ok_or("the key does not stand in a literal of its own")?;
        match token.kind {
            TokenKind::Comment => return Err("it stands in a comment: take it out there".into()),
            TokenKind::Block => return Err("its literal may go over lines".into()),
            TokenKind::Literal => {}
        }
        self.inside_code()?;
        let (before, after) = (self.before(token.whole.start), self.after(token.whole.end));
        let prefix = &self.text[token.whole.start..token.body.start];
        let (prefix, quote) = prefix.split_at(prefix.len() - 1);
        if prefix.iter().any(|letter| !self.known.prefixes.as_bytes().contains(letter)) {
            return Err("the letters before the quote change what the literal is".into());
        }
        if matches!(before, Some(b'"' | b'\'' | b'`')) || matches!(after, Some(b'"' | b'\'' | b'`')) {
            return Err("it stands beside another literal".into());
        }
        let piece = |range: Range<usize>| {
            let body = &self.text[range];
            let whole = [prefix, quote, body, quote].concat();
            (!body.is_empty()).then(|| String::from_utf8_lossy(&whole).into_owned())
        };
        let (head, tail) = (piece(token.body.start..self.secret.start), piece(self.secret.end..token.body.end));
        let alone = head.is_none() && tail.is_none();
        if !alone && self.known.join.is_empty() {
            return Err("it is only a part of its literal".into());
        }
        let bracket = self.known.compound && !(alone && stands_alone(before, after));
        let expression = if bracket { format!("({})", self.expression()) } else { self.expression() };
        let joined: Vec<String> = [head, Some(expression), tail].into_iter().flatten().collect();
        let joined = joined.join(&format!(" {} ", self.known.join));
        let bracket = !alone && !stands_alone(before, after);
        Ok((token.whole.clone(), if bracket { format!("({joined})") } else { joined }))
    }

    /// A shell puts variables into words: quotes decide how.
    fn in_shell(&self) -> Result<(Range<usize>, String), Refusal> {
        let read = self.expression();
        let Some(token) = self.token() else {
            if memchr::memmem::find(self.text, b"<<").is_some() {
                return Err("a here-document is in this file, and the key could be in it".into());
            }
            return Ok((self.secret.clone(), format!("\"{read}\"")));
        };
        let single = self.text[token.body.start - 1] == b'\'';
        match token.kind {
            TokenKind::Comment => Err("it stands in a comment: take it out there".into()),
            TokenKind::Block => Err("its literal may go over lines".into()),
            TokenKind::Literal if !single => Ok((self.secret.clone(), read)),
            TokenKind::Literal if token.body == self.secret => Ok((token.whole.clone(), format!("\"{read}\""))),
            TokenKind::Literal => Ok((self.secret.clone(), format!("'\"{read}\"'"))),
        }
    }

    /// In a page with code in it, only what the code holds.
    fn inside_code(&self) -> Result<(), Refusal> {
        let Some(opening) = &self.known.opening else { return Ok(()) };
        let before = &self.text[..self.secret.start];
        let opened = memchr::memmem::rfind(before, opening.as_bytes());
        let closed = memchr::memmem::rfind(before, b"?>");
        if opened.is_some() && closed < opened { Ok(()) } else { Err("it stands outside of the code".into()) }
    }

    /// What has to become of the declaration, so that it may read something.
    fn declaration(&self) -> Result<Option<(Range<usize>, String)>, Refusal> {
        let start = memchr::memrchr(b'\n', &self.text[..self.secret.start]).map_or(0, |at| at + 1);
        let line = &self.text[start..self.secret.start];
        let indent = line.len() - line.trim_ascii_start().len();
        let begins = |word: &String| line[indent..].starts_with(word.as_bytes());
        if let Some([from, to]) = self.known.declarations.iter().find(|[from, _]| begins(from)) {
            return Ok(Some((start + indent..start + indent + from.len(), to.clone())));
        }
        let in_constants = || {
            let list = memchr::memmem::rfind(&self.text[..start], b"\nconst (")?;
            memchr::memmem::find(&self.text[list..start], b"\n)").is_none().then_some(())
        };
        if !self.known.declarations.is_empty() && in_constants().is_some() {
            return Err("in a list of constants only a constant may stand".into());
        }
        match self.known.constants.iter().find(|word| begins(word)) {
            Some(word) => Err(format!("after `{}` only a constant may stand", word.trim_end())),
            None => Ok(None),
        }
    }

    fn before(&self, at: usize) -> Option<u8> {
        self.text[..at].trim_ascii_end().last().copied()
    }

    fn after(&self, at: usize) -> Option<u8> {
        self.text[at..].trim_ascii_start().first().copied()
    }
}

/// Whether nothing beside a literal could bind tighter than an operator in its place.
fn stands_alone(before: Option<u8>, after: Option<u8>) -> bool {
    matches!(before, Some(b'=' | b'(' | b',' | b'[' | b'{')) && matches!(after, Some(b';' | b')' | b',' | b']' | b'}'))
}

/// Adds the import where the language has its imports, unless it is there.
fn add_import(text: &mut Vec<u8>, import: &Import, known: &Rewrite) -> Result<(), Refusal> {
    let source = String::from_utf8_lossy(text).into_owned();
    let lines: Vec<&str> = source.split_inclusive('\n').collect();
    let listed = import.list.as_ref().map_or("", |[_, entry]| entry.as_str());
    let is_it = |line: &&str| [import.line.as_str(), listed].contains(&line.trim()) && !line.trim().is_empty();
    if lines.iter().any(is_it) {
        return Ok(());
    }
    if source.len() != text.len() {
        return Err("the file is not UTF-8".into());
    }
    let ending = if lines.first().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
    let (at, line) = match &import.list {
        Some([open, entry]) if lines.iter().any(|line| line.trim() == open) => {
            let opened = lines.iter().position(|line| line.trim() == open).unwrap_or(0);
            let smaller = |line: &&&str| line.trim().starts_with('"') && line.trim() < entry.as_str();
            (opened + 1 + lines[opened + 1..].iter().take_while(smaller).count(), format!("\t{entry}{ending}"))
        }
        _ => (import_line(&lines, import, text, known), format!("{}{ending}", import.line)),
    };
    let offset: usize = lines[..at].iter().map(|line| line.len()).sum();
    text.splice(offset..offset, line.into_bytes());
    Ok(())
}

/// Before the first import, else after the line that imports follow, else after the head of the file.
fn import_line(lines: &[&str], import: &Import, text: &[u8], known: &Rewrite) -> usize {
    let is_import = |line: &&str| {
        line.starts_with("import ") || (line.starts_with("from ") && !line.starts_with("from __future__"))
    };
    if let Some(first) = lines.iter().position(is_import) {
        return first;
    }
    let after = |line: &&str| import.after.as_ref().is_some_and(|word| line.starts_with(word.as_str()));
    if let Some(last) = lines.iter().rposition(after) {
        return last + 1;
    }
    if let Some(last) = lines.iter().rposition(|line| line.starts_with("from __future__")) {
        return last + 1;
    }
    // A text at the very beginning says what the file is, and must stay first.
    let head = |line: &&&str| line.starts_with('#') || line.trim().is_empty();
    let first = lines.iter().take_while(head).count();
    let offset: usize = lines[..first].iter().map(|line| line.len()).sum();
    let doc = tokens(text, known).into_iter().find(|token| token.whole.start == offset);
    doc.map_or(first, |doc| memchr::memchr_iter(b'\n', &text[..doc.whole.end]).count() + 1).min(lines.len())
}
