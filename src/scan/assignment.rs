//! What stands under a telling name: from a word of the name to the literal it is given, through whatever the file's
//! language puts between. No regex: a hunk may hold thousands of such words, and most of them are given nothing.

use std::ops::Range;

use super::dialect::Dialect;

/// How a value hangs on its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bond {
    /// After `=`, `:`, `=>` and the like, in an element or an attribute of that name.
    Assigned,
    /// An argument of a function of that name, or the one behind it.
    Argument,
    /// Only behind it, with a blank between.
    Spoken,
}

/// A literal and the name it is given; both are ranges of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub name: Range<usize>,
    pub value: Range<usize>,
    pub quoted: bool,
    pub bond: Bond,
}

/// Longest first: an operator must not be read as the beginning of a value.
const OPERATORS: &[&[u8]] = &[
    b":::=", b"!==", b"===", b"::=", b"||=", b"??=", b":=", b"=>", b"==", b"!=", b"+=", b".=", b"?=", b"||", b"??",
    b":-", b"<-", b"->", b"or ", b"=", b":",
];
/// Farther away from its name than this nothing is bound.
const FAR: usize = 160;

/// What `name` is given. `line` holds the name; `next` is the line after it, empty if there is none.
pub fn assignment(
    text: &[u8],
    line: &Range<usize>,
    next: &Range<usize>,
    name: Range<usize>,
    dialect: Dialect,
) -> Option<Assignment> {
    let mut cursor = Cursor { text, at: name.end, end: line.end, next: next.clone() };
    let tagged = name.start > line.start && text[name.start - 1] == b'<';
    let bond = cursor.bond(tagged)?;
    let (value, quoted, called) = cursor.value(dialect)?;
    // `header("X-Token", "VALUE")`, and not `["file:///etc/passwd", "VALUE"]`.
    let listed = bond == Bond::Argument && matches!(text[name.end], b'"' | b'\'' | b'`');
    let whole = name.start > line.start && matches!(text[name.start - 1], b'"' | b'\'' | b'`');
    // In a list with an entry a line, or in a sentence, the next entry is not what this one is given.
    let before = &text[line.start..name.start];
    let entry = !before.contains(&b'(') && (value.start >= line.end || !before.iter().any(|b| b"[{".contains(b)));
    if listed && (!whole || entry) {
        return None;
    }
    let option = bond == Bond::Spoken && name.start > line.start && text[name.start - 1] == b'-';
    let bond = match bond {
        Bond::Assigned if called => Bond::Argument,
        // `--token VALUE`
        Bond::Spoken if option => Bond::Assigned,
        bond => bond,
    };
    Some(Assignment { name, value, quoted, bond })
}

/// The identifier, option, header or key that a word is part of.
pub fn name_around(text: &[u8], line: &Range<usize>, word: &Range<usize>) -> Range<usize> {
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    // Some words are looked for together with what ends them.
    let spelt = text[word.clone()].iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |at| at + 1);
    let word = &(word.start..word.start + spelt);
    let before = text[line.start..word.start].iter().rev().take(FAR).take_while(|b| is_name(b)).count();
    let after = text[word.end..line.end].iter().take(FAR).take_while(|b| is_name(b)).count();
    let mut range = word.start - before..word.end + after;
    while range.end > word.end && matches!(text[range.end - 1], b'-' | b'.') {
        range.end -= 1;
    }
    while range.start < word.start && matches!(text[range.start], b'-' | b'.') {
        range.start += 1;
    }
    range
}

/// A place in a line, on the way from a name to its value.
struct Cursor<'t> {
    text: &'t [u8],
    at: usize,
    end: usize,
    next: Range<usize>,
}

impl Cursor<'_> {
    fn rest(&self) -> &[u8] {
        &self.text[self.at..self.end]
    }

    fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    fn skip(&mut self, skipped: impl Fn(u8) -> bool) -> usize {
        let count = self.rest().iter().take_while(|b| skipped(**b)).count();
        self.at += count;
        count
    }

    fn skip_blanks(&mut self) -> usize {
        self.skip(|b| matches!(b, b' ' | b'\t' | b'\r'))
    }

    fn eat(&mut self, part: &[u8]) -> bool {
        let found = self.rest().starts_with(part);
        self.at += if found { part.len() } else { 0 };
        found
    }

    /// Goes on in the next line, once.
    fn turn(&mut self) -> bool {
        if self.next.is_empty() {
            return false;
        }
        (self.at, self.end) = (self.next.start, self.next.end);
        self.next = self.end..self.end;
        self.skip_blanks();
        true
    }

    /// From the end of a name to behind what binds a value to it.
    fn bond(&mut self, tagged: bool) -> Option<Bond> {
        let closed = self.close_name();
        let blanks = self.skip_blanks();
        if tagged {
            return self.open_element().then_some(Bond::Assigned);
        }
        if self.eat(b"</") {
            return self.sibling_element().then_some(Bond::Assigned);
        }
        if self.sibling_value() {
            return Some(Bond::Assigned);
        }
        if self.peek().is_none() && self.text[self.next.clone()].trim_ascii_start().starts_with(b"=") {
            self.turn();
        }
        if self.operator() {
            self.skip_type();
            return Some(Bond::Assigned);
        }
        // `class="token" href="..."`: what follows a quoted word is another attribute, not its type.
        if !closed && self.skip_type() {
            return Some(Bond::Assigned);
        }
        match self.peek()? {
            b'(' if !closed && blanks == 0 => {
                self.at += 1;
                Some(Bond::Argument)
            }
            b',' if closed => {
                self.at += 1;
                Some(Bond::Argument)
            }
            b'|' | b'-' if blanks > 0 && matches!(self.rest().get(1), Some(b' ' | b'\t')) => {
                self.at += 1;
                Some(Bond::Spoken)
            }
            _ => (blanks > 0 && !closed).then_some(Bond::Spoken),
        }
    }

    /// The quotes and brackets that close a name: `["key"]`, `\"key\"`, `key[]`, `key[32]`.
    fn close_name(&mut self) -> bool {
        if self.peek() == Some(b'[') {
            self.at += 1;
            self.skip(|b| b.is_ascii_digit());
        }
        self.eat(b"&quot;") || self.skip(|b| matches!(b, b'"' | b'\'' | b'`' | b'\\' | b']' | b')' | b'*')) > 0
    }

    fn operator(&mut self) -> bool {
        if self.rest().starts_with(b"::") && !self.rest().starts_with(b"::=") && !self.rest().starts_with(b":::=") {
            return false;
        }
        OPERATORS.iter().any(|operator| self.eat(operator))
    }

    /// `: &str =`, ` string =`, ` As String =`: a type between a name and the quote of its value.
    fn skip_type(&mut self) -> bool {
        let is_type = |b: u8| b.is_ascii_alphanumeric() || b"_&<>?[]|.:*' ".contains(&b);
        let length = self.rest().iter().take(40).take_while(|b| is_type(**b)).count();
        let after = &self.rest()[length..];
        let assigns = length > 0 && after.first() == Some(&b'=') && !matches!(after.get(1), Some(b'=' | b'>'));
        let value = after.iter().skip(1).find(|b| **b != b' ');
        let first = self.rest().iter().find(|b| **b != b' ');
        // `private static final String X = "..."`: the name is the last of these words.
        let declares = [b"static ".as_slice(), b"final "].iter().any(|word| self.rest()[..length].starts_with(word));
        let found = assigns && !declares && matches!(value, Some(b'"' | b'\'' | b'`')) && first != Some(&b'\'');
        self.at += if found { length + 1 } else { 0 };
        found
    }

    /// The rest of an opening tag, its attributes and the `>`.
    fn open_element(&mut self) -> bool {
        let found = self.rest().iter().take(FAR).position(|b| matches!(b, b'>' | b'<'));
        let found = found.filter(|at| self.rest()[*at] == b'>' && (*at == 0 || self.rest()[*at - 1] != b'/'));
        self.at += found.map_or(0, |at| at + 1);
        found.is_some()
    }

    /// `<key>NAME</key> <string>`: behind a closing tag, the next element.
    fn sibling_element(&mut self) -> bool {
        const OF_NAMES: &[&str] = &["key", "name", "td", "th", "dt"];
        let Some(end) = self.rest().iter().take(40).position(|b| *b == b'>') else { return false };
        if !super::binding::words(&self.rest()[..end]).last().is_some_and(|word| OF_NAMES.contains(&word.as_str())) {
            return false;
        }
        self.at += end + 1;
        self.skip_blanks();
        if self.peek().is_none() && !self.turn() {
            return false;
        }
        self.eat(b"<") && self.open_element()
    }

    /// `name="NAME" value=`, `"name": "NAME", "value":`, and the same over two lines.
    fn sibling_value(&mut self) -> bool {
        let (at, end, next) = (self.at, self.end, self.next.clone());
        self.skip(|b| matches!(b, b',' | b';' | b' '));
        if self.peek().is_none() {
            self.turn();
        }
        self.skip(|b| matches!(b, b'"' | b'\'' | b'\\'));
        let named = [b"value".as_slice(), b"Value"].iter().any(|word| self.eat(word));
        self.skip(|b| matches!(b, b'"' | b'\'' | b'\\' | b' '));
        let found = named && self.operator();
        if !found {
            (self.at, self.end, self.next) = (at, end, next);
        }
        found
    }

    /// The literal that comes next; whether it is quoted; whether it is an argument of a call.
    fn value(&mut self, dialect: Dialect) -> Option<(Range<usize>, bool, bool)> {
        self.skip(|b| matches!(b, b' ' | b'\t' | b'\r' | b'(' | b'['));
        let opens = matches!(self.rest(), [] | [b'\\' | b'|' | b'>'] | [b'|' | b'>', b'-' | b'+']);
        let turns = opens || self.rest() == b"{";
        if turns && !self.turn() {
            return None;
        }
        let inside = turns || self.enter_object();
        if let Some(value) = self.quoted() {
            return (!inside || !self.is_key(value.end)).then_some((value, true, false));
        }
        if let Some(argument) = self.argument() {
            return Some((argument, true, true));
        }
        (dialect != Dialect::Code).then(|| self.bare()).flatten().map(|value| (value, false, false))
    }

    /// Past a brace that a quoted name follows: not `{SSHA}...`.
    fn enter_object(&mut self) -> bool {
        let opens = self.rest().strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
        opens.is_some_and(|inner| matches!(inner, [b'"' | b'\'', ..])) && {
            self.at += 1;
            self.skip_blanks();
            true
        }
    }

    /// Whether the text that ends at `end` is itself a name: `"tokens": {"gpt-4o-mini": 1}`.
    fn is_key(&self, end: usize) -> bool {
        let mut after = self.text[end..self.end.max(end)].iter().copied();
        after.find(|b| !matches!(b, b'"' | b'\'' | b'`' | b' ')) == Some(b':')
    }

    /// The literal argument of a call: `make("VALUE")`, `new Token("VALUE")`, and the default in `getenv("X", "VALUE")`.
    fn argument(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let constructs = self.eat(b"new ") || self.eat(b"await ");
        let callee = self.skip(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'<' | b'>'));
        if callee > 0 && self.eat(b"(") {
            self.skip_blanks();
            let reads = reads_setting(&self.text[start..self.at]);
            let first = self.quoted();
            let default = first.clone().filter(|_| !constructs).and_then(|first| self.second(first.end));
            if first.is_some() {
                return default.or(first.filter(|_| !reads));
            }
        }
        self.at = start;
        None
    }

    /// The literal behind a first argument, where that one is the name of a setting.
    fn second(&mut self, end: usize) -> Option<Range<usize>> {
        let name = &self.text[self.at..end];
        let is_setting = |b: &u8| b.is_ascii_alphanumeric() || b"_.-\"'`".contains(b);
        if !name.iter().all(is_setting) {
            return None;
        }
        self.at = end + 1;
        self.skip_blanks();
        if !self.eat(b",") {
            return None;
        }
        self.skip_blanks();
        self.quoted()
    }

    /// `"..."` with a language's string prefix, or escaped as a string within a string.
    fn quoted(&mut self) -> Option<Range<usize>> {
        let is_quote = |b: &u8| matches!(b, b'"' | b'\'' | b'`');
        if self.eat(b"&quot;") {
            let length = memchr::memmem::find(self.rest(), b"&quot;")?;
            return Some(self.at..self.at + length);
        }
        let rest = self.rest();
        let prefix = rest.iter().take(2).take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'@' | b'$')).count();
        let prefix = if rest.get(prefix).is_some_and(is_quote) { prefix } else { 0 };
        let escapes = rest[prefix..].iter().take(3).take_while(|b| **b == b'\\').count();
        let quote = *rest.get(prefix + escapes).filter(|b| is_quote(b))?;
        let repeats = rest[prefix + escapes..].iter().take(3).take_while(|b| **b == quote).count();
        // Three quotes open a long string, two are an empty one.
        let open = prefix + escapes + if repeats == 3 { 3 } else { 1 };
        let length = self.closing(&rest[open..], quote, escapes).or_else(|| unclosed(&rest[open..]))?;
        Some(self.at + open..self.at + open + length)
    }

    /// Where a string ends: at its quote, behind as many backslashes as it was opened with.
    fn closing(&self, text: &[u8], quote: u8, escapes: usize) -> Option<usize> {
        memchr::memchr_iter(quote, text).find_map(|at| {
            let slashes = text[..at].iter().rev().take_while(|b| **b == b'\\').count();
            (slashes == escapes || (escapes == 0 && slashes % 2 == 0)).then_some(at - escapes.min(slashes))
        })
    }

    /// A word without quotes; a call is none.
    fn bare(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let ends = |b: u8| b.is_ascii_whitespace() || b"\"'`<>,;&|\\".contains(&b);
        self.skip(|b| !ends(b));
        let mut end = self.at;
        let open = |text: &[u8], pair: [u8; 2]| {
            let count = |wanted: u8| text.iter().filter(|b| **b == wanted).count();
            count(pair[0]) < count(pair[1])
        };
        // `jwt:` and in the next line `jwksUrl: https://...`
        if self.text[..end].ends_with(b":") && matches!(self.peek(), None | Some(b' ' | b'\r')) {
            return None;
        }
        while end > start && (b".:".contains(&self.text[end - 1]) || is_unpaired(&self.text[start..end], open)) {
            end -= 1;
        }
        (end > start && !self.text[start..end].contains(&b'(')).then_some(start..end)
    }
}

/// Whether a call up to its `(` reads a setting, whose name is no value: `os.getenv(`, `ENV.fetch(`, `env(`.
fn reads_setting(call: &[u8]) -> bool {
    let lower = call.to_ascii_lowercase();
    [b"env(".as_slice(), b"environ.get(", b"env.fetch(", b"env.get(", b"env_var("]
        .iter()
        .any(|end| lower.ends_with(end))
}

/// The first line of a string that goes on in the next: long, and without a blank, or it is an apostrophe.
fn unclosed(text: &[u8]) -> Option<usize> {
    let line = text.trim_ascii_end();
    let line = line.strip_suffix(b"\\").unwrap_or(line);
    (line.len() >= 20 && !line.iter().any(u8::is_ascii_whitespace)).then_some(line.len())
}

/// Whether a word ends in a bracket that was opened before it.
fn is_unpaired(word: &[u8], open: impl Fn(&[u8], [u8; 2]) -> bool) -> bool {
    match word.last() {
        Some(b')') => open(word, *b"()"),
        Some(b']') => open(word, *b"[]"),
        Some(b'}') => open(word, *b"{}"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, word: &str, dialect: Dialect) -> Option<(String, String, Bond)> {
        let bytes = text.as_bytes();
        let at = text.find(word).unwrap();
        let end = text.find('\n').unwrap_or(text.len());
        let next = (end + 1).min(text.len());
        let name = name_around(bytes, &(0..end), &(at..at + word.len()));
        let found = assignment(bytes, &(0..end), &(next..text.len()), name, dialect)?;
        Some((text[found.name].to_owned(), text[found.value].to_owned(), found.bond))
    }

    #[test]
    fn a_value_is_found_in_the_syntax_of_its_language() {
        for (text, word, name) in [
            ("let api_token: &'static str = \"VALUE\";", "token", "api_token"),
            ("var dbPassword string = `VALUE`", "Password", "dbPassword"),
            ("const char password[] = \"VALUE\";", "password", "password"),
            ("$config['token'] => 'VALUE',", "token", "token"),
            ("{\"auth\": {\"token\": \"VALUE\"}}", "token", "token"),
            ("\"body\": \"{\\\"token\\\":\\\"VALUE\\\"}\"", "token", "token"),
            ("process.env.API_TOKEN || 'VALUE'", "TOKEN", "process.env.API_TOKEN"),
            ("<add key=\"ApiToken\" value=\"VALUE\" />", "Token", "ApiToken"),
            ("{\"name\": \"API_TOKEN\", \"value\": \"VALUE\"}", "TOKEN", "API_TOKEN"),
            ("- name: API_TOKEN\n  value: \"VALUE\"", "TOKEN", "API_TOKEN"),
            ("token =\n    \"VALUE\"", "token", "token"),
            ("token = new Token(\"VALUE\")", "token", "token"),
            ("secret = os.getenv(\"NAME\", \"VALUE\")", "secret", "secret"),
            ("KEY\n    = \"VALUE\";", "KEY", "KEY"),
        ] {
            let found = read(text, word, Dialect::Code).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((found.0.as_str(), found.1.as_str()), (name, "VALUE"), "{text}");
        }
    }

    #[test]
    fn bare_values_are_literals_in_settings_only() {
        for (text, word) in [
            ("API_TOKEN=VALUE", "TOKEN"),
            ("token: VALUE # mine", "token"),
            ("${API_TOKEN:-VALUE}", "TOKEN"),
            ("--token VALUE", "token"),
            ("https://h/?token=VALUE&x=1", "token"),
            ("<token>VALUE</token>", "token"),
            ("<token>\n  VALUE", "token"),
            ("<key>token</key>\n<string>VALUE</string>", "token"),
            ("Server=x;Password=VALUE;Encrypt=yes", "Password"),
        ] {
            assert_eq!(read(text, word, Dialect::Settings).map(|found| found.1).as_deref(), Some("VALUE"), "{text}");
            assert_eq!(read(text, word, Dialect::Code), None, "{text}");
        }
        assert_eq!(read("token = make(VALUE)", "token", Dialect::Settings), None);
        assert_eq!(read("<Root>shop.Token</Root>\n<Id>VALUE</Id>", "Token", Dialect::Settings), None);
        let open = format!("token = '{}", "VALUE".repeat(4));
        assert_eq!(read(&open, "token", Dialect::Code).map(|found| found.1.len()), Some(20));
        assert_eq!(read("token = 'VALUE and so on, at length", "token", Dialect::Code), None);
        assert_eq!(read("secret = os.getenv(\"VALUE\")", "secret", Dialect::Code), None);
    }

    #[test]
    fn arguments_are_told_from_assignments() {
        let option = read("login --token VALUE", "token", Dialect::Settings);
        assert_eq!(option.map(|found| found.2), Some(Bond::Assigned));
        let spoken = read("the token VALUE", "token", Dialect::Settings);
        assert_eq!(spoken.map(|found| found.2), Some(Bond::Spoken));
        let bond = |text: &str, word: &str| read(text, word, Dialect::Code).map(|found| (found.1, found.2));
        assert_eq!(bond("setPassword(\"VALUE\")", "Password"), Some(("VALUE".into(), Bond::Argument)));
        assert_eq!(bond("header(\"X-Token\", \"VALUE\")", "Token"), Some(("VALUE".into(), Bond::Argument)));
        assert_eq!(bond("[\"/etc/token\", \"VALUE\"]", "token"), None);
        assert_eq!(bond("{\"token\": {\"VALUE\": 0.5}}", "token"), None);
        assert_eq!(read("token:\n  VALUE: https://h", "token", Dialect::Settings), None);
        let element = |text: &str| read(text, "token", Dialect::Settings).map(|found| found.1);
        assert_eq!(element("<Namespace>acme.token</Namespace><Id>VALUE</Id>"), None);
        assert_eq!(element("<key>token</key><string>VALUE</string>").as_deref(), Some("VALUE"));
        assert_eq!(bond("<a class=\"token\" href=\"VALUE\">", "token"), None);
        assert_eq!(bond("if (token) { return", "token"), None);
        assert_eq!(bond("Token::new()", "Token"), None);
    }
}
