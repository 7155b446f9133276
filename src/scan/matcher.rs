//! One set of rules at work on a hunk: from the prefilter's hits to matches that hold every condition.

use std::ops::Range;
use std::sync::OnceLock;

use globset::{Glob, GlobSet, GlobSetBuilder};
use regex::bytes::{Regex, RegexBuilder};

use super::assignment::{self, Assignment, Bond};
use super::binding::{self, Binding, Kind};
use super::dialect::Dialect;
use super::lines::Lines;
use super::runs::Runs;
use super::{Match, credential, guard, randomness, vectors, verify};
use crate::hunk::Hunk;
use crate::rules::{Announced, Confidence, Hit, Near, Opens, Part, Prefilter, Rule, Shape, begins_word};

/// A line longer than this is searched around the literal only.
const LONG_LINE: usize = 1024;
/// How far before its literal and behind it a rule without a longest match is followed.
const NEAR: usize = 2 * 1024;
const FAR: usize = 16 * 1024;
/// Bytes behind the longest match that are searched too, so that the cut is none of its conditions.
const SPARE: usize = 256;
/// A line of code longer than this was written by a machine.
const MINIFIED: usize = 2000;
/// Lines before its literal in which a match over several lines may begin.
const LINES_BEFORE: u32 = 12;

/// Rules, the prefilter that wakes them, and their regexes as far as they were needed.
pub struct Matcher<'r> {
    rules: &'r [Rule],
    prefilter: &'r Prefilter,
    regexes: Vec<OnceLock<Regex>>,
}

/// A hunk under examination.
#[derive(Clone, Copy)]
struct View<'h> {
    hunk: &'h Hunk,
    lines: &'h Lines<'h>,
    runs: &'h Runs,
}

impl<'h> View<'h> {
    fn text(&self) -> &'h [u8] {
        &self.hunk.text
    }

    /// Whether a line that `range` touches has so many bytes in a row that a secret could be.
    fn has_run(&self, range: &Range<usize>, least: u32) -> bool {
        let lines = self.lines.index(range.start)..self.lines.index(range.end) + 1;
        self.runs.reach(self.text(), self.lines, lines, least)
    }

    /// The lines of `range` that have so many bytes in a row, each with the line break before it; a range of which
    /// nothing is known comes as it is.
    fn reaching(&self, range: &Range<usize>, least: u32) -> Vec<Range<usize>> {
        if least == 0 {
            return vec![range.clone()];
        }
        let lines = self.lines.index(range.start)..self.lines.index(range.end) + 1;
        let reaching = lines.filter(|line| self.runs.reach(self.text(), self.lines, *line..*line + 1, least));
        let within = |line: Range<usize>| line.start.saturating_sub(1).max(range.start)..line.end.min(range.end);
        reaching.map(|line| within(self.lines.range(line))).filter(|line| line.start < line.end).collect()
    }

    /// The line of `offset`, and the offset within it.
    fn line(&self, offset: usize) -> (Range<usize>, usize) {
        let range = self.lines.range(self.lines.index(offset));
        let within = offset - range.start;
        (range, within)
    }

    /// What `offset` may be bound to: its line, cut to a kilobyte on the left, and the line before if it opens its own.
    fn sentence(&self, offset: usize) -> (Range<usize>, usize) {
        let (line, _) = self.line(offset);
        let opens = |b: &u8| b" \t\"'`-[{".contains(b);
        let mut start = line.start;
        if self.text()[start..offset].iter().all(opens) && start > 0 {
            start = self.lines.range(self.lines.index(start - 1)).start;
        }
        let start = start.max(offset.saturating_sub(1024));
        (start..line.end.min(offset + 1024), offset - start)
    }
}

impl<'r> Matcher<'r> {
    pub fn new(rules: &'r [Rule], prefilter: &'r Prefilter) -> Self {
        Self { rules, prefilter, regexes: rules.iter().map(|_| OnceLock::new()).collect() }
    }

    pub fn hits(&self, text: &[u8]) -> Vec<Hit> {
        self.prefilter.hits(text)
    }

    /// Rules whose vendor the path names: their values may stand anywhere in the file, under a telling name.
    pub fn named_by(&self, path: &[u8]) -> Vec<u16> {
        let hits = self.prefilter.hits(path).into_iter();
        let values = hits.filter(|hit| matches!(self.rules[hit.rule as usize].shape, Shape::Value { .. }));
        let mut rules: Vec<u16> = values.map(|hit| hit.rule).collect();
        rules.dedup();
        rules
    }

    /// Appends the matches of every woken rule. `hits` are in the order of rules.
    pub fn matches(&self, hunk: &Hunk, lines: &Lines, hits: &[Hit], named: &[u16], into: &mut Vec<Match<'r>>) {
        let view = View { hunk, lines, runs: &Runs::of(lines) };
        for rule in named {
            self.values(*rule, view, 0..hunk.text.len(), false, into);
        }
        for hits in hits.chunk_by(|a, b| a.rule == b.rule) {
            let rule = &self.rules[hits[0].rule as usize];
            if !applies_to(rule, &hunk.path) {
                continue;
            }
            match &rule.shape {
                Shape::Pattern { .. } => self.pattern(rule, view, hits, into),
                Shape::Assigned { announced } => assigned(rule, *announced, view, hits, into),
                Shape::Value { .. } if named.contains(&hits[0].rule) => {}
                Shape::Value { .. } => self.value(rule, view, hits, into),
            }
        }
    }

    fn regex(&self, rule: u16) -> &Regex {
        self.regexes[rule as usize].get_or_init(|| compile(&self.rules[rule as usize]))
    }

    fn pattern(&self, rule: &'r Rule, view: View, hits: &[Hit], into: &mut Vec<Match<'r>>) {
        let mut done = 0;
        for hit in hits.iter().filter(|hit| can_open(rule, view.text(), hit)) {
            if hit.at < done {
                continue;
            }
            let window = Window::of(rule, view, hit);
            if !view.has_run(&window.range, rule.run) {
                continue;
            }
            match covering(self.regex(hit.rule), view.text(), &window, hit) {
                Ok((whole, span)) => {
                    done = whole.end;
                    into.extend(judge(rule, view, span));
                }
                Err(until) => done = until,
            }
        }
    }

    fn value(&self, rule: &'r Rule, view: View, hits: &[Hit], into: &mut Vec<Match<'r>>) {
        let Some(near) = &rule.near else { return };
        let mut searched = 0..0;
        for hit in hits {
            let around = view.lines.around(view.lines.index(hit.at), near.lines);
            let around = clamp(around, &(hit.at..hit.at + hit.len as usize));
            let range = around.start.max(searched.end)..around.end;
            searched = around;
            if !range.is_empty() {
                let alone = stands_alone(view.text(), hit.at + hit.len as usize);
                self.values(hit.rule, view, range, alone, into);
            }
        }
    }

    /// The values of one rule in a range of the text; `alone` says that the vendor's word may be the name of one.
    fn values(&self, index: u16, view: View, range: Range<usize>, alone: bool, into: &mut Vec<Match<'r>>) {
        let rule = &self.rules[index as usize];
        let Some(near) = rule.near.as_ref().filter(|_| applies_to(rule, &view.hunk.path)) else { return };
        let lines = view.reaching(&range, rule.run);
        // A name may stand in the line before.
        let named = clamp(view.lines.around(view.lines.index(range.start), 1), &range).start..range.end;
        if lines.is_empty() || !(alone || holds_name(rule, &view.text()[named])) {
            return;
        }
        for line in lines {
            self.values_of_line(index, near, view, line, into);
        }
    }

    fn values_of_line(&self, index: u16, near: &Near, view: View, line: Range<usize>, into: &mut Vec<Match<'r>>) {
        let (rule, regex) = (&self.rules[index as usize], self.regex(index));
        let mut at = line.start;
        while let Some(found) = regex.captures_at(&view.text()[..line.end], at).and_then(|c| c.get(1)) {
            at = found.end();
            let value = &view.text()[found.range()];
            if is_part_of_longer(view.text(), &found.range())
                || is_revision(&view.text()[..found.start()])
                || is_identifier(value)
            {
                continue;
            }
            if let Some(name) = bound(rule, near, view, found.range()) {
                into.extend(judge(rule, view, found.range()).map(|found| Match { name, ..found }));
            }
        }
    }
}

/// Compiles a rule's regex; the build or the configuration has parsed it already.
fn compile(rule: &Rule) -> Regex {
    let source = match &rule.shape {
        Shape::Pattern { regex, .. } => regex.to_string(),
        Shape::Assigned { .. } => unreachable!("an assigned value has no regex"),
        // `acme-token-VALUE` is one word to the eye, and two to whoever wrote it.
        Shape::Value { regex } => {
            format!("(?:^|[^0-9A-Za-z_-]|(?i:key|token|secret|access|private)[_-])({regex})(?:[^0-9A-Za-z_-]|$)")
        }
    };
    build(&source).unwrap_or_else(|error| panic!("the regex of `{}` has been checked: {error}", rule.id))
}

fn build(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source).unicode(false).build()
}

/// What is known of a hit before the regex is compiled: whether a secret that begins there can be long enough.
fn can_open(rule: &Rule, text: &[u8], hit: &Hit) -> bool {
    let Shape::Pattern { opens, .. } = &rule.shape else { return false };
    let long = || {
        let rest = &text[hit.at..text.len().min(hit.at + rule.run as usize)];
        rest.len() >= rule.run as usize && !rest.iter().any(|b| is_blank_or_quote(*b))
    };
    match opens {
        Opens::Nothing | Opens::Match => true,
        Opens::Secret => long(),
    }
}

fn is_blank_or_quote(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\'')
}

/// Where a match that holds the literal of a hit must lie.
struct Window {
    range: Range<usize>,
    /// If the regex finds nothing in the range, no match holds a literal before this offset either.
    barren: usize,
}

impl Window {
    fn of(rule: &Rule, view: View, hit: &Hit) -> Self {
        let Shape::Pattern { multiline, reach, opens, .. } = &rule.shape else {
            return Self { range: hit.at..hit.at, barren: hit.at };
        };
        let reach = reach.map(|reach| reach as usize);
        let mut window = if *multiline { Self::lines(view, hit, reach, *opens) } else { Self::line(view, hit, reach) };
        if *opens != Opens::Nothing {
            window.range.start = hit.at;
        }
        window
    }

    /// The part of a line.
    fn line(view: View, hit: &Hit, reach: Option<usize>) -> Self {
        let (line, _) = view.line(hit.at);
        if line.len() <= LONG_LINE {
            return Self { barren: line.end, range: line };
        }
        let around = within(hit, reach);
        Self { range: line.start.max(around.start)..line.end.min(around.end), barren: hit.at }
    }

    /// The lines, if a match can reach over line breaks.
    fn lines(view: View, hit: &Hit, reach: Option<usize>, opens: Opens) -> Self {
        let (lines, len) = (view.lines, view.text().len());
        let mut around = within(hit, reach);
        let mut barren = hit.at;
        if let Some(reach) = reach.filter(|_| opens != Opens::Nothing) {
            // One search serves for the literals to come: matches begin with them, and how far they go is known.
            around.end += 3 * (reach + SPARE);
            barren = if around.end < len { around.end - reach - SPARE } else { len };
        }
        let start = lines.range(lines.index(hit.at).saturating_sub(LINES_BEFORE as usize)).start;
        Self { range: start.max(around.start)..around.end.min(len), barren }
    }
}

/// What stands under the telling names that `hits` are words of.
fn assigned<'r>(rule: &'r Rule, announced: Announced, view: View, hits: &[Hit], into: &mut Vec<Match<'r>>) {
    let dialect = Dialect::of(&view.hunk.path);
    // Names and values are those of a text; in other data they are neighbours by chance.
    if dialect == Dialect::Machine || memchr::memchr(0, view.text()).is_some() {
        return;
    }
    let mut done = 0;
    let mut line = Line { range: 0..0, next: 0..0 };
    for hit in hits {
        line.advance(view, hit.at);
        let minified = dialect == Dialect::Code && line.range.len() > MINIFIED;
        if hit.at < done || minified {
            continue;
        }
        let near = line.around(hit.at);
        let name = assignment::name_around(view.text(), &near.range, &(hit.at..hit.at + hit.len as usize));
        done = name.end;
        let Some(found) = candidate(announced, view.text(), &near, name, dialect) else { continue };
        done = found.0.value.end;
        if vectors::is_known_answer(view.text(), view.lines, &found.0) {
            continue;
        }
        let name = Some(found.0.name);
        let judged = judge(rule, view, found.0.value);
        into.extend(judged.map(|made| Match { name, confidence: made.confidence.min(found.1), ..made }));
    }
}

/// A line and the one after it.
struct Line {
    range: Range<usize>,
    next: Range<usize>,
}

impl Line {
    /// Moves to the line of `offset`.
    fn advance(&mut self, view: View, offset: usize) {
        if !self.range.is_empty() && offset < self.range.end {
            return;
        }
        let index = view.lines.index(offset);
        self.range = view.lines.range(index);
        let next = view.lines.range(index + 1);
        self.next = if next.start > self.range.start { next } else { self.range.end..self.range.end };
    }

    /// What of it can have to do with a name at `offset`: lines may be very long.
    fn around(&self, offset: usize) -> Self {
        let (start, end) = (offset.saturating_sub(256), offset + 4096);
        let next = if self.range.end <= end { self.next.clone() } else { end..end };
        Self { range: self.range.start.max(start)..self.range.end.min(end), next }
    }
}

fn candidate(
    announced: Announced,
    text: &[u8],
    line: &Line,
    name: Range<usize>,
    dialect: Dialect,
) -> Option<(Assignment, Confidence)> {
    let found = assignment::assignment(text, &line.range, &line.next, name.clone(), dialect).and_then(|found| {
        let confidence = credential::judge(announced, text, line.range.start, &found, dialect)?;
        Some((found, confidence))
    });
    let loose = || {
        if announced == Announced::Password || dialect == Dialect::Code {
            return None;
        }
        let value = credential::loose(text, &line.range, &name)?;
        Some((Assignment { name, value, quoted: false, bond: Bond::Spoken }, Confidence::Medium))
    };
    found.or_else(loose)
}

/// How far a match that holds the literal can go; spare bytes keep the cut away from it.
fn within(hit: &Hit, reach: Option<usize>) -> Range<usize> {
    hit.at.saturating_sub(reach.unwrap_or(NEAR) + 64)..hit.at + reach.unwrap_or(FAR) + SPARE
}

/// Whether `text` begins with `name`, case and separators aside.
fn spells(text: &[u8], name: &[u8]) -> bool {
    let mut letters = text.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase);
    name.iter().all(|wanted| letters.next() == Some(*wanted))
}

/// Whether one of the names that the rule asks for stands in `text`; separators within a name do not matter.
fn holds_name(rule: &Rule, text: &[u8]) -> bool {
    rule.names.is_empty() || {
        let first = |name: &str| name.as_bytes()[0];
        // A search for the first letter costs less than a copy of the text without its separators.
        rule.names.iter().any(|name| {
            let (small, big) = (first(name), first(name).to_ascii_uppercase());
            memchr::memchr2_iter(small, big, text).any(|at| spells(&text[at..], name.as_bytes()))
        })
    }
}

/// The first match in `window` that holds the literal: the whole and the secret. If there is none: the offset before
/// which no literal is held by any.
fn covering(regex: &Regex, text: &[u8], window: &Window, hit: &Hit) -> Result<(Range<usize>, Range<usize>), usize> {
    let text = &text[..window.range.end];
    let groups = |at| {
        let captures = regex.captures_at(text, at)?;
        Some((captures.get(0)?.range(), captures.get(1)?.range()))
    };
    let mut at = window.range.start;
    while let Some((whole, secret)) = groups(at) {
        if whole.start > hit.at {
            return Err(whole.start.min(window.barren));
        }
        if whole.end >= hit.at + hit.len as usize {
            return Ok((whole, secret));
        }
        at = whole.end.max(at + 1);
    }
    Err(window.barren)
}

/// Every condition that does not depend on how the rule found the span.
fn judge<'r>(rule: &'r Rule, view: View, span: Range<usize>) -> Option<Match<'r>> {
    if span.is_empty() || !view.hunk.adds(&view.lines.touched(&span)) {
        return None;
    }
    let secret = &view.text()[span.clone()];
    let (line, within) = view.sentence(span.start);
    let before = &view.text()[line.start..line.start + within];
    let checked = rule.checksum.map(|checksum| checksum.verifies(secret));
    if let Some(structure) = rule.structure
        && !verify::has_structure(structure, secret, before)
    {
        return None;
    }
    // `<value>`, or what goes on with a brace and is filled in later.
    let described = match view.text().get(span.end) {
        Some(b'>') => before.last() == Some(&b'<'),
        next => next == Some(&b'{'),
    };
    if checked != Some(true) && (described || is_made_up(rule, secret)) {
        return None;
    }
    if let (Shape::Pattern { .. }, Some(near)) = (&rule.shape, &rule.near)
        && !is_near(near, view, &span)
    {
        return None;
    }
    // A password of plain words opens something only if nobody guesses: it is told.
    let password = rule.structure.and_then(|structure| verify::password(structure, secret));
    let guessable = password.is_some_and(|password| guard::is_guessable(&password));
    // A wrong checksum means that no vendor issued this; it is told, in case the scheme has changed.
    let confidence = if checked == Some(false) || guessable { Confidence::Low } else { rule.confidence };
    let parts = rule.parts.iter().filter_map(|part| companion(part, view, &span)).collect();
    let name = binding::binding(&view.text()[line.clone()], within).name;
    let name = name.map(|range| line.start + range.start..line.start + range.end);
    Some(Match { rule, span, confidence, verified: checked == Some(true), name, parts })
}

/// Whether nobody issued this: a placeholder, too regular, words with numbers, base64 of words.
fn is_made_up(rule: &Rule, secret: &[u8]) -> bool {
    let prefix = rule.prefixes.iter().find(|prefix| secret.starts_with(prefix.as_bytes())).map_or(0, |p| p.len());
    let unprefixed = match &rule.shape {
        Shape::Value { regex } => !regex.starts_with(|c: char| c.is_ascii_alphanumeric()),
        Shape::Pattern { .. } | Shape::Assigned { .. } => false,
    };
    let numbered = secret.iter().any(u8::is_ascii_digit);
    // Passwords of four letters and a dash, over and over, are issued; words are longer.
    let long = secret.split(|b| !b.is_ascii_alphabetic()).any(|part| part.len() > 4);
    guard::is_placeholder(secret, prefix)
        || verify::entropy(secret) < rule.entropy
        || (unprefixed && numbered && guard::is_designation(secret))
        || (unprefixed && long && binding::words(secret).count() > 1 && guard::is_wordlike(secret))
        || (rule.structure.is_none() && rule.prefixes.is_empty() && guard::is_veiled_word(secret))
}

fn applies_to(rule: &Rule, path: &[u8]) -> bool {
    rule.paths.is_empty() || globs(&rule.paths).is_match(&*String::from_utf8_lossy(path))
}

fn globs(patterns: &[std::borrow::Cow<'static, str>]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(Glob::new(pattern).expect("the rule's globs have been checked"));
    }
    set.build().expect("globs that parse one by one build a set")
}

/// Whether a value is cut out of a longer token: base64 goes on behind `+`, `/` and `=`, a path behind `.`.
fn is_part_of_longer(text: &[u8], span: &Range<usize>) -> bool {
    let (before, after) = (&text[..span.start], &text[span.end..]);
    let token = |b: &u8| b.is_ascii_alphanumeric() || b"+/=._:-".contains(b);
    // The path of a URL is no token, a slash in base64 is.
    let run = before.iter().rev().take(512).take_while(|b| token(b)).count();
    let in_url = before[before.len() - run..].iter().any(|b| matches!(b, b'.' | b':'));
    let goes_on = match after {
        [b'+' | b'=' | b'~', ..] => true,
        [b'/', ..] => !in_url,
        [b'.', next, ..] => next.is_ascii_alphanumeric(),
        _ => false,
    };
    let came_before = match before {
        [.., b'+' | b'~'] => true,
        [.., previous, b'.'] => previous.is_ascii_alphanumeric(),
        [.., b'/'] => !in_url,
        _ => false,
    };
    goes_on || came_before
}

/// Whether what comes next is a revision: pinned with `@`, or in the address of a commit.
fn is_revision(before: &[u8]) -> bool {
    const FOLDERS: &[&str] = &["/blob/", "/commit/", "/commits/", "/tree/", "/raw/", "/archive/", "/compare/"];
    before.ends_with(b"@") || FOLDERS.iter().any(|folder| before.ends_with(folder.as_bytes()))
}

/// Whether a value is words, where a random one of its length has a digit: `process.env.ACME_API_SECRET`,
/// `acme-storage-account-key`, `acmeInterfaceApiKey`.
fn is_identifier(value: &[u8]) -> bool {
    let phrase = value.contains(&b' ');
    let joined = value.iter().any(|b| matches!(b, b'.' | b'_'));
    let words = randomness::surprise(value) < if joined && value.len() >= 30 { 1.6 } else { 1.0 };
    value.len() >= 15 && !phrase && words && !value.iter().any(u8::is_ascii_digit)
}

/// Whether a word of `near` stands in `text`.
fn mentions(near: &Near, text: &[u8]) -> bool {
    let lower = text.to_ascii_lowercase();
    near.words
        .iter()
        .any(|word| memchr::memmem::find_iter(&lower, word.as_bytes()).any(|at| begins_word(text, at, word.len())))
}

fn is_near(near: &Near, view: View, span: &Range<usize>) -> bool {
    let around = view.lines.around(view.lines.index(span.start), near.lines);
    let around = clamp(around, span);
    // What the secret itself happens to spell says nothing.
    let text = view.text();
    mentions(near, &view.hunk.path)
        || mentions(near, &text[around.start..span.start])
        || mentions(near, &text[span.end..around.end])
}

/// At most a few kilobytes on either side: lines can be very long.
fn clamp(range: Range<usize>, span: &Range<usize>) -> Range<usize> {
    let start = range.start.max(span.start.saturating_sub(4096)).min(span.start);
    start..range.end.min(span.end + 4096).max(span.end)
}

/// Whether a value without a form of its own is bound to this rule's vendor; its name, where it has one.
fn bound(rule: &Rule, near: &Near, view: View, span: Range<usize>) -> Option<Option<Range<usize>>> {
    let (line, within) = view.sentence(span.start);
    let text = &view.text()[line.clone()];
    if binding::is_revision(&text[..within], &view.text()[span.clone()]) {
        return None;
    }
    let Binding { kind, name } = binding::binding(text, within);
    let spelt = name.as_ref().map_or(&b""[..], |range| &text[range.clone()]);
    if binding::is_digest(spelt) {
        return None;
    }
    let called = binding::normalise(spelt);
    // Text before the value counts as its name only as far as no other value stands between.
    let ends_name = |b: &u8| kind == Kind::Assigned && b",;{&".contains(b);
    let own = text[..within].iter().rposition(ends_name).map_or(0, |at| at + 1);
    let before = binding::normalise(&text[own.max(within.saturating_sub(80))..within]);
    let holds = |name: &str| rule.names.iter().any(|word| name.contains(&**word));
    if !rule.names.is_empty() && !holds(&called) && !holds(&before) {
        let owner = is_owned(near, view, &text[..within], &span);
        return owner.then(|| name.map(|range| line.start + range.start..line.start + range.end));
    }
    let same_line = mentions(near, &text[..within]) && (kind != Kind::Bare || within <= 120);
    let named = kind != Kind::Bare && (binding::is_credential(spelt) || (!rule.names.is_empty() && holds(&called)));
    (same_line || named).then(|| name.map(|range| line.start + range.start..line.start + range.end))
}

/// Whether a vendor's word that ends at `end` is given something itself: `acme: VALUE`, `acme("VALUE")`, `acme 'VALUE'`.
fn stands_alone(text: &[u8], end: usize) -> bool {
    matches!(text.get(end), Some(b' ' | b'=' | b':' | b'\t' | b'(' | b'"' | b'\''))
}

/// Whether a value hangs on nothing but the vendor's name. It must be random then, and no digest that pins a version.
fn is_owned(near: &Near, view: View, before: &[u8], span: &Range<usize>) -> bool {
    let value = &view.text()[span.clone()];
    let pin = randomness::is_hex(value) && matches!(value.len(), 40 | 64);
    let bond = |b: &u8| b" \t\"'`=:>([".contains(b);
    let end = before.iter().rposition(|b| !bond(b)).map_or(0, |at| at + 1);
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || b"_-.".contains(b);
    let start = before[..end].iter().rposition(|b| !is_name(b)).map_or(0, |at| at + 1);
    let name = binding::normalise(&before[start..end]);
    let owner = near.words.iter().any(|word| binding::normalise(word.as_bytes()) == name);
    owner
        && end < before.len()
        && !pin
        && (randomness::is_uuid(value) || randomness::is_random(value))
        && !Dialect::of(&view.hunk.path).is_machine()
}

/// The companion nearest to `span`.
fn companion(part: &Part, view: View, span: &Range<usize>) -> Option<(String, Range<usize>)> {
    let around = clamp(view.lines.around(view.lines.index(span.start), part.lines), span);
    let source = format!("(?:^|[^0-9A-Za-z_-])({})(?:[^0-9A-Za-z_-]|$)", part.value);
    let regex = build(&source).ok()?;
    let text = &view.text()[..around.end];
    let mut at = around.start;
    let mut nearest: Option<Range<usize>> = None;
    while let Some(found) = regex.captures_at(text, at).and_then(|captures| captures.get(1)) {
        at = found.end();
        let (line, within) = view.line(found.start());
        // What has a form of its own, such as the host in an address, need not be called anything.
        let named = part.names.is_empty()
            || binding::binding(&view.text()[line.clone()], within).name.is_some_and(|name| {
                let name = binding::normalise(&view.text()[line.start + name.start..line.start + name.end]);
                part.names.iter().any(|word| name.contains(&**word))
            });
        let apart = found.end() <= span.start || span.end <= found.start();
        let closer =
            nearest.as_ref().is_none_or(|old| found.start().abs_diff(span.start) < old.start.abs_diff(span.start));
        if named && apart && closer {
            nearest = Some(found.range());
        }
    }
    nearest.map(|range| (part.name.to_string(), range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_and_long_names_are_no_values() {
        assert!(is_revision(b"uses: acme/create-acme-token@"));
        assert!(is_revision(b"https://acme.example/acme/sdk/blob/") && !is_revision(b"https://acme.example/hooks/"));
        for name in ["process.env.ACME_PRODUCTION_SECRET", "acme-storage-account-key", "acmeInterfaceApiKey"] {
            assert!(is_identifier(name.as_bytes()), "{name}");
        }
        assert!(!is_identifier(b"q8WzLvBtRkXKp_qWvNmRtZbYcDfGhJ7s"), "digits in it");
        assert!(!is_identifier(b"able bacon cable dad eager fabric gadget"), "a phrase may be a secret of words");
    }
}
