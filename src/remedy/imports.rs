//! The line that makes an expression's name known, put where a language has its imports.

use serde::Deserialize;

use super::literals::{Token, TokenKind, tokens};
use super::rewrite::Rewrite;

/// What a rewritten file needs once.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Import {
    pub line: String,
    /// A list of imports, and the line of it in there.
    pub list: Option<[String; 2]>,
    /// The line after which it stands.
    pub after: Option<String>,
}

/// The text with the import where the language has its imports, unless it is there.
pub(super) fn with_import(text: &[u8], import: &Import, known: &Rewrite, env: &str) -> Vec<u8> {
    let lines: Vec<&[u8]> = text.split_inclusive(|b| *b == b'\n').collect();
    let source = Source { starts: starts(&lines), tokens: tokens(text, known), lines };
    let line = import.line.replace("{env}", env);
    let first = line.lines().next().unwrap_or_default();
    let entry = import.list.as_ref().map_or("", |[_, entry]| entry.as_str());
    let is_it = |line: &&[u8]| !line.is_empty() && [first.as_bytes(), entry.as_bytes()].contains(line);
    if source.lines.iter().map(|line| line.trim_ascii()).any(|line| is_it(&line)) {
        return text.to_vec();
    }
    let ending = if source.lines.first().is_some_and(|line| line.ends_with(b"\r\n")) { "\r\n" } else { "\n" };
    let mut block = false;
    let (at, line) = match &import.list {
        Some([open, entry]) if source.find(|line| line == open.as_bytes()).is_some() => {
            let opened = source.find(|line| line == open.as_bytes()).unwrap_or(0);
            let smaller = |line: &&&[u8]| line.trim_ascii().starts_with(b"\"") && line.trim_ascii() < entry.as_bytes();
            (opened + 1 + source.lines[opened + 1..].iter().take_while(smaller).count(), format!("\t{entry}"))
        }
        _ => {
            let (at, apart) = source.place(import);
            block = apart;
            (at, line)
        }
    };
    let offset = source.starts.get(at).copied().unwrap_or(text.len());
    // What does not stand with other imports has blank lines around it.
    let blank =
        |at: Option<usize>| at.and_then(|at| source.lines.get(at)).is_none_or(|line| line.trim_ascii().is_empty());
    let above = if block && !blank(at.checked_sub(1)) { ending } else { "" };
    let below = if block && !blank(Some(at)) { ending } else { "" };
    let line = format!("{above}{}{ending}{below}", line.replace('\n', ending));
    [&text[..offset], line.as_bytes(), &text[offset..]].concat()
}

struct Source<'a> {
    lines: Vec<&'a [u8]>,
    starts: Vec<usize>,
    tokens: Vec<Token>,
}

fn starts(lines: &[&[u8]]) -> Vec<usize> {
    let next = |at: &mut usize, line: &&[u8]| {
        let start = *at;
        *at += line.len();
        Some(start)
    };
    lines.iter().scan(0, next).collect()
}

impl Source<'_> {
    /// The first line of code that is wanted; a literal over lines can look like code.
    fn find(&self, wanted: impl Fn(&[u8]) -> bool) -> Option<usize> {
        (0..self.lines.len()).find(|number| self.is_code(*number) && wanted(self.lines[*number].trim_ascii_end()))
    }

    fn rfind(&self, wanted: impl Fn(&[u8]) -> bool) -> Option<usize> {
        (0..self.lines.len()).rfind(|number| self.is_code(*number) && wanted(self.lines[*number].trim_ascii_end()))
    }

    fn is_code(&self, number: usize) -> bool {
        let start = self.starts[number];
        let next = self.tokens.partition_point(|token| token.whole.start < start);
        next.checked_sub(1).is_none_or(|at| self.tokens[at].whole.end <= start)
    }

    /// Before the first import, else after the lines that it follows, else after the head of the file; and whether it
    /// stands apart there.
    fn place(&self, import: &Import) -> (usize, bool) {
        let is_import = |line: &[u8]| {
            line.starts_with(b"import ") || (line.starts_with(b"from ") && !line.starts_with(b"from __future__"))
        };
        if let Some(first) = self.find(is_import) {
            return (first, false);
        }
        let word = import.after.as_deref().unwrap_or("from __future__");
        let last = self.rfind(|line| line.starts_with(word.as_bytes()));
        let at = last.map_or_else(|| self.after_head(), |last| self.statement_end(last));
        (at, import.after.is_some())
    }

    /// The line after a statement that may go over lines in brackets.
    fn statement_end(&self, first: usize) -> usize {
        let mut depth = 0_usize;
        for (number, line) in self.lines.iter().enumerate().skip(first) {
            for b in line.iter() {
                match b {
                    b'(' | b'{' => depth += 1,
                    b')' | b'}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            if depth == 0 {
                return number + 1;
            }
        }
        self.lines.len()
    }

    /// A text at the very beginning says what the file is, and must stay first.
    fn after_head(&self) -> usize {
        let head = |line: &&&[u8]| {
            (line.starts_with(b"#") && !line.starts_with(b"#["))
                || line.starts_with(b"//!")
                || line.trim_ascii().is_empty()
        };
        let mut first = self.lines.iter().take_while(head).count();
        let comments = self.lines[first..].iter().take_while(|line| line.starts_with(b"//")).count();
        if comments > 0 && self.lines.get(first + comments).is_some_and(|line| line.trim_ascii().is_empty()) {
            first += comments + 1;
        }
        let Some(start) = self.starts.get(first) else { return first };
        let doc = self.tokens.iter().find(|token| token.whole.start == *start && token.kind != TokenKind::Comment);
        doc.map_or(first, |doc| self.starts.partition_point(|start| *start < doc.whole.end))
    }
}

#[cfg(test)]
mod tests {
    use super::super::language::Language;
    use super::*;

    fn imported(path: &str, text: &str) -> String {
        let known = Language::of(path.as_bytes()).rewrite.unwrap();
        String::from_utf8(with_import(text.as_bytes(), known.import.as_ref().unwrap(), &known, "A_KEY")).unwrap()
    }

    #[test]
    fn python_imports_stand_after_what_has_to_be_first() {
        for (text, with) in [
            ("x = 1\n", "import os\nx = 1\n"),
            ("\"\"\"Doc.\nimport it\n\"\"\"\nx = 1\n", "\"\"\"Doc.\nimport it\n\"\"\"\nimport os\nx = 1\n"),
            (
                "\"\"\"import it\nimport it\n\"\"\"\nimport re\n",
                "\"\"\"import it\nimport it\n\"\"\"\nimport os\nimport re\n",
            ),
            ("from __future__ import (\n  a,\n)\nx\n", "from __future__ import (\n  a,\n)\nimport os\nx\n"),
            ("import os\nx\n", "import os\nx\n"),
            ("#!/bin/python\r\nx\r\n", "#!/bin/python\r\nimport os\r\nx\r\n"),
        ] {
            assert_eq!(imported("a.py", text), with);
        }
    }

    #[test]
    fn a_use_over_lines_is_passed_as_a_whole() {
        let text = "use a::{\n    b,\n    c,\n};\n\nfn main() {}\n";
        let with = imported("a.rs", text);
        assert!(with.starts_with("use a::{\n    b,\n    c,\n};\n\nstatic A_KEY: "), "{with}");
        assert!(imported("a.rs", "//! Doc.\n\n#[test]\nfn a() {}\n").starts_with("//! Doc.\n\nstatic A_KEY"));
    }
}
