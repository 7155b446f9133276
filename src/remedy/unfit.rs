//! Where a read of the environment cannot be right, and why.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::language::{Kind, Language};
use super::literals::{Token, TokenKind};
use super::rewrite::Rewrite;

/// Why a literal is left alone.
pub type Refusal = String;

/// Why files of this language are left alone.
pub(super) fn unknown(language: &Language) -> Refusal {
    match language.kind {
        Kind::Code => format!("how {} would read it here is not known well enough to change code", language.name),
        Kind::Config => format!("{} reads no environment by itself: what loads the file has to", language.name),
        Kind::Dotenv => "it is a file of variables already: keep it out of git".into(),
        Kind::Text => "it is text: write a placeholder in its place".into(),
        Kind::Keyfile => "the file is the key: keep it out of git".into(),
    }
}

/// Refuses files in which an environment variable is not the answer.
pub(super) fn misplaced(path: &[u8], text: &[u8]) -> Result<(), Refusal> {
    let path = String::from_utf8_lossy(path);
    if is_test(&path) {
        return Err("a test needs no real key: put a made-up value there, and revoke this one".into());
    }
    if runs_at_users(&path, text) {
        return Err("this code runs at its users: a build would carry the value; call your own server there".into());
    }
    Ok(())
}

fn is_test(path: &str) -> bool {
    const FOLDERS: [&str; 11] = [
        "test",
        "tests",
        "__tests__",
        "spec",
        "specs",
        "fixtures",
        "__fixtures__",
        "testdata",
        "cassettes",
        "__snapshots__",
        "__mocks__",
    ];
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let lower = name.to_ascii_lowercase();
    folders.split('/').any(|folder| FOLDERS.contains(&folder.to_ascii_lowercase().as_str()))
        || ["_test.", ".test.", ".spec.", "_spec."].iter().any(|part| lower.contains(part))
        || ["Test", "Tests", "Spec"].iter().any(|end| stem.ends_with(end))
        || lower.starts_with("test_")
        || lower == "conftest.py"
}

fn runs_at_users(path: &str, text: &[u8]) -> bool {
    const FOLDERS: [&str; 6] = ["public", "static", "www", "assets", "components", "ios"];
    const ENDINGS: [&str; 4] = [".jsx", ".tsx", ".vue", ".svelte"];
    const WORDS: [&str; 19] = [
        "\"use client\"",
        "'use client'",
        "import.meta.env",
        "document.getElementById",
        "document.querySelector",
        "window.location",
        "localStorage.",
        "ReactDOM",
        "from \"react\"",
        "from 'react'",
        "react-native",
        "@angular/core",
        "import android.",
        "import androidx.",
        "import UIKit",
        "import SwiftUI",
        "import AppKit",
        "import Cocoa",
        "import WatchKit",
    ];
    let path = path.to_ascii_lowercase();
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
    folders.split('/').any(|folder| FOLDERS.contains(&folder))
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
        || WORDS.iter().any(|word| memchr::memmem::find(text, word.as_bytes()).is_some())
}

/// The surroundings of one literal, or of a bare word of a shell.
pub(super) struct Surroundings<'a> {
    pub text: &'a [u8],
    pub known: &'a Rewrite,
    pub tokens: &'a [Token],
    pub literal: Range<usize>,
}

impl Surroundings<'_> {
    /// Refuses what the language takes for a constant, a name, or text.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.known.here_documents && self.in_here_document() {
            return Err("it stands in a here-document".into());
        }
        self.outside_of_code()?;
        self.in_enclosure()?;
        self.after_word()?;
        self.in_annotation()?;
        let (before, after) = (self.before(), self.after());
        if self.known.bare_names && after == Some(b':') && matches!(before, Some(b'{' | b',')) {
            return Err("it is a name there, not a value".into());
        }
        let bracket = |at: usize| self.text[at] == b'(';
        if self.known.constant_defaults
            && before == Some(b'=')
            && self.enclosing(self.literal.start).is_some_and(bracket)
        {
            return Err("a default value has to be a constant".into());
        }
        Ok(())
    }

    pub fn before(&self) -> Option<u8> {
        self.text[..self.literal.start].trim_ascii_end().last().copied()
    }

    pub fn after(&self) -> Option<u8> {
        self.text[self.literal.end..].trim_ascii_start().first().copied()
    }

    fn in_here_document(&self) -> bool {
        static OPENING: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"<<[<~-]?[ \t]*\\?['"]?([A-Za-z_][A-Za-z0-9_]*)['"]?"#).expect("it is written above")
        });
        OPENING.captures_iter(&self.text[..self.literal.start]).any(|found| {
            let (whole, word) = (found.get(0), found.get(1));
            let (Some(whole), Some(word)) = (whole, word) else { return false };
            let inside = &self.text[whole.end()..self.literal.start];
            let closes = |line: &[u8]| line.trim_ascii().trim_ascii_end() == word.as_bytes();
            let has_end = |text: &[u8]| {
                text.split(|b| *b == b'\n').skip(1).any(|line| closes(line.strip_suffix(b";").unwrap_or(line)))
            };
            inside.contains(&b'\n') && !has_end(inside) && has_end(&self.text[whole.end()..])
        })
    }

    /// In a page with code in it, only what the code holds.
    fn outside_of_code(&self) -> Result<(), Refusal> {
        let Some(opening) = &self.known.opening else { return Ok(()) };
        let before = &self.text[..self.literal.start];
        let opened = memchr::memmem::rfind(before, opening.as_bytes());
        let closed = memchr::memmem::rfind(before, b"?>");
        if opened.is_some() && closed < opened { Ok(()) } else { Err("it stands outside of the code".into()) }
    }

    /// Lists of constants and modules: what begins a line there, and its end at the line's beginning.
    fn in_enclosure(&self) -> Result<(), Refusal> {
        let before = &self.text[..self.literal.start];
        let open = |[open, close]: &&[String; 2]| {
            let begun = memchr::memmem::rfind(before, format!("\n{open}").as_bytes());
            begun.is_some_and(|at| memchr::memmem::find(&before[at..], format!("\n{close}").as_bytes()).is_none())
        };
        match self.known.enclosures.iter().find(open) {
            Some([open, _]) => Err(format!("after `{}` only a constant may stand", open.trim_end())),
            None => Ok(()),
        }
    }

    fn after_word(&self) -> Result<(), Refusal> {
        let start = memchr::memrchr(b'\n', &self.text[..self.literal.start]).map_or(0, |at| at + 1);
        let line = self.text[start..self.literal.start].trim_ascii_start();
        let named = |word: &&String| memchr::memmem::find(line, word.as_bytes()).is_some();
        if let Some(word) = self.known.literal_types.iter().find(named) {
            return Err(format!("as a `{word}` only a constant may stand"));
        }
        match self.known.constants.iter().find(|word| line.starts_with(word.as_bytes())) {
            Some(word) => Err(format!("after `{}` only a constant may stand", word.trim_end())),
            None => Ok(()),
        }
    }

    /// `@Value("...")`, `[Route("...")]`: read by the compiler.
    fn in_annotation(&self) -> Result<(), Refusal> {
        const DEEP: usize = 4;
        let Some(sign) = self.known.annotation.as_deref() else { return Ok(()) };
        let mut at = self.literal.start;
        for _ in 0..DEEP {
            let Some(open) = self.enclosing(at) else { break };
            let head = &self.text[..open];
            let named = head.iter().rposition(|b| !b.is_ascii_alphanumeric() && !b"._".contains(b));
            let is_annotation = match sign {
                "[" => self.text[open] == b'[' && head.trim_ascii_end().last().is_none_or(|b| b";{}])>(".contains(b)),
                _ => self.text[open] == b'(' && named.is_some_and(|at| head[at..].starts_with(sign.as_bytes())),
            };
            if is_annotation {
                return Err("in an annotation only a constant may stand".into());
            }
            at = open;
        }
        Ok(())
    }

    /// The bracket that is open at a place.
    fn enclosing(&self, from: usize) -> Option<usize> {
        let (mut at, mut depth) = (from, 0_usize);
        while let Some(place) = at.checked_sub(1) {
            at = place;
            let begun = self.tokens.partition_point(|token| token.whole.start <= place);
            if let Some(token) = self.tokens[..begun].last().filter(|token| token.whole.contains(&place)) {
                at = token.whole.start;
                continue;
            }
            match self.text[place] {
                b')' | b']' | b'}' => depth += 1,
                b'(' | b'[' | b'{' if depth == 0 => return Some(place),
                b'(' | b'[' | b'{' => depth -= 1,
                _ => {}
            }
        }
        None
    }
}

/// Refuses tokens that are no plain literal of one line.
pub(super) fn plain(text: &[u8], known: &Rewrite, token: &Token) -> Result<(), Refusal> {
    match token.kind {
        TokenKind::Comment => return Err("it stands in a comment: take it out there".into()),
        TokenKind::Block => return Err("its literal may go over lines".into()),
        TokenKind::Literal => {}
    }
    let body = &text[token.body.clone()];
    if known.interpolations.iter().any(|open| memchr::memmem::find(body, open.as_bytes()).is_some()) {
        return Err("its literal has code in it".into());
    }
    Ok(())
}
