//! Where the literals and comments of a program are, as far as its language's quotes tell.

use std::ops::Range;

use super::rewrite::Rewrite;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    Comment,
    Literal,
    /// A literal that may go over lines.
    Block,
}

/// A literal or a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    /// With its quotes, and the letters before them.
    pub whole: Range<usize>,
    pub body: Range<usize>,
}

/// The literals and comments of a text, in order. A quote that its line does not close opens nothing: what follows a
/// mistake on one line is read right again on the next.
pub fn tokens(text: &[u8], known: &Rewrite) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match token_at(text, at, known) {
            Some(token) => {
                at = token.whole.end.max(at + 1);
                found.push(token);
            }
            None => at += if text[at] == b'\\' { 2 } else { 1 },
        }
    }
    found
}

fn token_at(text: &[u8], at: usize, known: &Rewrite) -> Option<Token> {
    let rest = &text[at..];
    let end_of_line = memchr::memchr(b'\n', rest).map_or(text.len(), |end| at + end);
    let word_before = at > 0 && !text[at - 1].is_ascii_whitespace();
    for open in &known.line_comments {
        // In a shell `#` inside of a word is part of it.
        if rest.starts_with(open.as_bytes()) && !(known.shell && word_before) {
            return Some(Token { kind: TokenKind::Comment, whole: at..end_of_line, body: at..end_of_line });
        }
    }
    for [open, close] in &known.block_comments {
        if rest.starts_with(open.as_bytes()) {
            let body = at + open.len();
            let end = memchr::memmem::find(&text[body..], close.as_bytes())
                .map_or(text.len(), |end| body + end + close.len());
            return Some(Token { kind: TokenKind::Comment, whole: at..end, body: body..end });
        }
    }
    let regex = regex_end(text, at, known);
    if let Some(end) = regex {
        return Some(Token { kind: TokenKind::Block, whole: at..end, body: at + 1..end - 1 });
    }
    for quote in &known.blocks {
        if rest.starts_with(quote.as_bytes()) {
            let end = closing(text, at + quote.len(), quote, text.len())?;
            let whole = with_letters(text, at)..end + quote.len();
            return Some(Token { kind: TokenKind::Block, whole, body: at + quote.len()..end });
        }
    }
    for quote in &known.quotes {
        if rest.starts_with(quote.as_bytes()) {
            let limit = if known.shell { text.len() } else { end_of_line };
            let end = closing(text, at + quote.len(), quote, limit)?;
            let kind = if text[at..end].contains(&b'\n') { TokenKind::Block } else { TokenKind::Literal };
            let whole = with_letters(text, at)..end + quote.len();
            return Some(Token { kind, whole, body: at + quote.len()..end });
        }
    }
    None
}

/// Where a literal ends, escapes passed over; a shell's single quotes know none, and a backslash before one is rare.
fn closing(text: &[u8], from: usize, quote: &str, limit: usize) -> Option<usize> {
    let mut at = from;
    while at < limit {
        if text[at..].starts_with(quote.as_bytes()) {
            return Some(at);
        }
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    None
}

/// Letters that belong to the literal: `b"..."`, `f'...'`, `@"..."`.
fn with_letters(text: &[u8], at: usize) -> usize {
    let belongs = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'@' | b'$' | b'#');
    text[..at].iter().rposition(|b| !belongs(b)).map_or(0, |before| before + 1)
}

/// A regex literal can hold quotes; a slash opens one where no value stands before it.
fn regex_end(text: &[u8], at: usize, known: &Rewrite) -> Option<usize> {
    let slashes = known.line_comments.iter().any(|open| open == "//") && known.blocks.iter().any(|quote| quote == "`");
    let before = text[..at].trim_ascii_end().last();
    if text[at] != b'/' || !slashes || before.is_some_and(|b| !b"=(,:[!&|?{};+".contains(b)) {
        return None;
    }
    let limit = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |end| at + end);
    let (mut place, mut class) = (at + 1, false);
    while place < limit {
        match text[place] {
            b'\\' => place += 1,
            b'[' => class = true,
            b']' => class = false,
            b'/' if !class => return Some(place + 1),
            _ => {}
        }
        place += 1;
    }
    None
}
