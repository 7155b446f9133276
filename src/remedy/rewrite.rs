//! A literal becomes a read of the environment: in one literal, on one line, or not at all and with the reason.

use std::ops::Range;

use regex::bytes::Regex;
use serde::Deserialize;

use super::imports::{Import, with_import};
use super::language::Language;
use super::literals::{Token, tokens};
use super::unfit::{self, Refusal, Surroundings};

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
    /// Types that only a literal has.
    #[serde(default)]
    pub literal_types: Vec<String>,
    /// Beginnings of lines after which it is so, up to a line that begins with the other.
    #[serde(default)]
    pub enclosures: Vec<[String; 2]>,
    /// What begins an annotation.
    pub annotation: Option<String>,
    /// Parameters have constants as their default values.
    #[serde(default)]
    pub constant_defaults: bool,
    /// A literal before a colon is a name.
    #[serde(default)]
    pub bare_names: bool,
    #[serde(default)]
    pub here_documents: bool,
    /// What opens code in a literal.
    #[serde(default)]
    pub interpolations: Vec<String>,
    pub guard: Option<Guard>,
    /// What opens the code in a file that is text otherwise.
    pub opening: Option<String>,
    /// Words and quotes of a shell: variables stand inside of literals.
    #[serde(default)]
    pub shell: bool,
}

/// Where a literal is given to a name by itself, the line below sees to it that there is a value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guard {
    /// What stands before the literal in its line: a regex whose group is the name.
    pub before: String,
    pub expression: String,
    pub lines: Vec<String>,
}

/// What stands in a range of the text from now on.
type Edit = (Range<usize>, String);

/// `text` with every occurrence of `secret` read from the variable `env`.
///
/// # Errors
/// The reason why this file cannot be rewritten and still be right.
pub fn rewrite(path: &[u8], text: &[u8], secret: &[u8], env: &str) -> Result<Vec<u8>, Refusal> {
    let language = Language::of(path);
    let known = language.rewrite.as_ref().ok_or_else(|| unfit::unknown(&language))?;
    unfit::misplaced(path, text)?;
    let mut edits: Vec<Edit> = Vec::new();
    let all = tokens(text, known);
    for at in memchr::memmem::find_iter(text, secret) {
        let place = Place { text, known, tokens: &all, secret: at..at + secret.len(), env };
        edits.extend(if known.shell { place.in_shell()? } else { place.in_literal()? });
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
    Ok(known.import.as_ref().map_or(rewritten.clone(), |import| with_import(&rewritten, import, known, env)))
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

    /// A template filled; `quote` is the one that the literal has, and lines go on below the first as it stands.
    fn fill(&self, template: &str, quote: u8) -> String {
        let line = self.text[..self.secret.start].rsplit(|b| *b == b'\n').next().unwrap_or_default();
        let indent = &line[..line.len() - line.trim_ascii_start().len()];
        let below = format!("{}{}", self.ending(), String::from_utf8_lossy(indent));
        let quote = char::from(quote).to_string();
        template.replace("{env}", self.env).replace("{quote}", &quote).replace('\n', &below)
    }

    fn ending(&self) -> &'static str {
        let first = memchr::memchr(b'\n', self.text).unwrap_or(0);
        if self.text[..first].ends_with(b"\r") { "\r\n" } else { "\n" }
    }

    fn in_literal(&self) -> Result<Vec<Edit>, Refusal> {
        let token = self.token().ok_or("the key does not stand in a literal of its own")?;
        unfit::plain(self.text, self.known, token)?;
        let around = self.around(token.whole.clone());
        let (before, after) = (around.before(), around.after());
        let prefix = &self.text[token.whole.start..token.body.start];
        let (prefix, quote) = prefix.split_at(prefix.len() - 1);
        if prefix.iter().any(|letter| !self.known.prefixes.as_bytes().contains(letter)) {
            return Err("the letters before the quote change what the literal is".into());
        }
        if matches!(before, Some(b'"' | b'\'' | b'`')) || matches!(after, Some(b'"' | b'\'' | b'`')) {
            return Err("it stands beside another literal".into());
        }
        around.check()?;
        let alone = token.body == self.secret;
        if let Some(edits) = self.guarded(token, quote[0]).filter(|_| alone) {
            return Ok(edits);
        }
        let piece = |range: Range<usize>| {
            let body = &self.text[range];
            let whole = [prefix, quote, body, quote].concat();
            (!body.is_empty()).then(|| String::from_utf8_lossy(&whole).into_owned())
        };
        let (head, tail) = (piece(token.body.start..self.secret.start), piece(self.secret.end..token.body.end));
        if !alone && self.known.join.is_empty() {
            return Err("it is only a part of its literal".into());
        }
        let expression = self.fill(&self.known.expression, quote[0]);
        let stands_alone = self.stands_alone(before, token.whole.end);
        let bracket = self.known.compound && !(alone && stands_alone);
        let expression = if bracket { format!("({expression})") } else { expression };
        let joined: Vec<String> = [head, Some(expression), tail].into_iter().flatten().collect();
        let joined = joined.join(&format!(" {} ", self.known.join));
        let joined = if alone || stands_alone { joined } else { format!("({joined})") };
        Ok(self.declaration().into_iter().chain([(token.whole.clone(), joined)]).collect())
    }

    /// A name is given the literal and nothing else: the read stands as simply, and a line below looks at it.
    fn guarded(&self, token: &Token, quote: u8) -> Option<Vec<Edit>> {
        let guard = self.known.guard.as_ref()?;
        let start = memchr::memrchr(b'\n', &self.text[..token.whole.start]).map_or(0, |at| at + 1);
        let end = memchr::memchr(b'\n', &self.text[start..]).map_or(self.text.len(), |at| start + at);
        let end = start + self.text[start..end].trim_ascii_end().len();
        let pattern = Regex::new(&guard.before).expect("a test compiles it");
        let name = pattern.captures(&self.text[start..token.whole.start])?.get(1)?.as_bytes();
        let rest = &self.text[token.whole.end..end];
        let closed = rest.starts_with(b";");
        let bare = rest.strip_prefix(b";").unwrap_or(rest).trim_ascii_start();
        let commented = self.known.line_comments.iter().any(|open| bare.starts_with(open.as_bytes()));
        if !(bare.is_empty() || commented) || !(closed || self.statement_ends(end)) {
            return None;
        }
        let lines = guard.lines.iter().map(|line| {
            let line = if closed { line } else { line.trim_end_matches(';') };
            self.fill(&format!("\n{}", line.replace("{name}", &String::from_utf8_lossy(name))), quote)
        });
        let read = (token.whole.clone(), self.fill(&guard.expression, quote));
        Some(vec![read, (end..end, lines.collect())])
    }

    /// A shell puts variables into words: quotes decide how.
    fn in_shell(&self) -> Result<Vec<Edit>, Refusal> {
        let read = self.fill(&self.known.expression, b'"');
        let literal = self.token().map_or(self.secret.clone(), |token| token.whole.clone());
        self.around(literal).check()?;
        let Some(token) = self.token() else {
            return Ok(vec![(self.secret.clone(), format!("\"{read}\""))]);
        };
        unfit::plain(self.text, self.known, token)?;
        let quoted = token.body.start - 1..token.body.end + 1;
        if self.text[quoted.start] == b'"' {
            return Ok(vec![(self.secret.clone(), read)]);
        }
        if self.text[..quoted.start].ends_with(b"$") {
            return Err("the letters before the quote change what the literal is".into());
        }
        let whole = token.body == self.secret;
        Ok(vec![if whole { (quoted, format!("\"{read}\"")) } else { (self.secret.clone(), format!("'\"{read}\"'")) }])
    }

    fn around(&self, literal: Range<usize>) -> Surroundings<'_> {
        Surroundings { text: self.text, known: self.known, tokens: self.tokens, literal }
    }

    /// What has to become of the declaration, so that it may read something.
    fn declaration(&self) -> Option<Edit> {
        let start = memchr::memrchr(b'\n', &self.text[..self.secret.start]).map_or(0, |at| at + 1);
        let line = &self.text[start..self.secret.start];
        let indent = line.len() - line.trim_ascii_start().len();
        let begins = |[from, _]: &&[String; 2]| line[indent..].starts_with(from.as_bytes());
        let [from, to] = self.known.declarations.iter().find(begins)?;
        Some((start + indent..start + indent + from.len(), to.clone()))
    }

    /// Whether nothing beside a literal could bind tighter than an operator in its place.
    fn stands_alone(&self, before: Option<u8>, end: usize) -> bool {
        let closing = self.text[end..].trim_ascii_start().first();
        let closed = closing.is_none_or(|b| b";),]}".contains(b)) || self.statement_ends(end);
        matches!(before, Some(b'=' | b'(' | b',' | b'[' | b'{')) && closed
    }

    /// Whether the line ends here, and what follows it does not go on with the statement.
    fn statement_ends(&self, end: usize) -> bool {
        let rest = &self.text[end..];
        let next = rest.trim_ascii_start();
        let broken = rest[..rest.len() - next.len()].contains(&b'\n');
        next.is_empty() || (broken && (next[0].is_ascii_alphanumeric() || b"_}/#@".contains(&next[0])))
    }
}
