//! Literals derived from a rule's regex, so that nobody has to declare them: a match without one of them cannot exist.
//!
//! The walk keeps, for every part of the expression, the small set of exact byte strings it can match. Adjacent exact
//! parts are joined, and of all joined runs the one with the longest shortest member becomes the rule's literals.

use std::collections::BTreeSet;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// One literal; `fold` compares without regard to ASCII case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    pub bytes: Vec<u8>,
    pub fold: bool,
}

pub type Literals = Vec<Literal>;

/// More members than this, and a run is cut: the prefilter would be woken by its parts anyway.
const MOST: usize = 64;
/// Members shorter than this wake a rule too often to be worth looking for.
const LEAST: usize = 3;

/// Parses a regex as the scanner will: bytes, ASCII classes.
///
/// # Errors
/// The parser's own message, on one line.
pub fn parse(regex: &str) -> Result<Hir, String> {
    ParserBuilder::new().unicode(false).utf8(false).build().parse(regex).map_err(|error| {
        let text = error.to_string();
        let last = text.lines().last().unwrap_or_default();
        // The regex of an allowlist may be the value itself: it is not repeated.
        format!("this is not a regex: {}", last.trim_start_matches("error: "))
    })
}

/// Keywords as case-folded literals.
pub fn folded(words: &[String]) -> Literals {
    let mut literals: Literals =
        words.iter().map(|word| Literal { bytes: word.to_ascii_lowercase().into_bytes(), fold: true }).collect();
    literals.dedup();
    literals
}

/// The literals of which every match holds at least one.
pub fn required(hir: &Hir) -> Option<Literals> {
    let mut best = None;
    let whole = walk(hir, &mut best);
    if let Some(set) = whole {
        offer(&mut best, &set);
    }
    best
}

/// The literal beginnings of the secret itself: all that may ever be shown of it.
pub fn prefixes(hir: &Hir) -> Vec<String> {
    let secret = capture(hir).unwrap_or(hir);
    let set = leading(secret).unwrap_or_default();
    let mut texts: Vec<String> = set
        .into_iter()
        .filter(|literal| !literal.fold && literal.bytes.len() >= 2)
        .filter_map(|literal| String::from_utf8(literal.bytes).ok())
        .collect();
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    texts.dedup();
    texts
}

/// What begins with the literal that wakes a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opens {
    /// Nothing: it stands anywhere in a match.
    Nothing,
    /// Every match.
    Match,
    /// Every match, and the secret with it.
    Secret,
}

/// What begins with one of `literals`, and whether a word begins there too.
pub fn opens(hir: &Hir, literals: &Literals) -> (Opens, bool) {
    let parts = match hir.kind() {
        HirKind::Concat(parts) => parts.as_slice(),
        _ => std::slice::from_ref(hir),
    };
    let (word, rest) = match parts {
        [first, rest @ ..] if *first.kind() == HirKind::Look(Look::WordAscii) => (true, rest),
        all => (false, all),
    };
    let bytes = |set: &Literals| set.iter().map(|l| l.bytes.to_ascii_lowercase()).collect::<BTreeSet<_>>();
    let leads = |hir: &Hir| leading(hir).is_some_and(|set| bytes(&set) == bytes(literals));
    match rest.first().map(Hir::kind) {
        Some(HirKind::Capture(secret)) if leads(&secret.sub) => (Opens::Secret, word),
        _ if leads(hir) => (Opens::Match, word),
        _ => (Opens::Nothing, false),
    }
}

/// Whether a match can reach over a line break, the one byte after the secret left aside.
pub fn spans_lines(hir: &Hir) -> bool {
    let HirKind::Concat(parts) = hir.kind() else { return holds_newline(hir) };
    let secret = parts.iter().position(|part| capture(part).is_some()).unwrap_or(parts.len());
    let (before, after) = parts.split_at((secret + 1).min(parts.len()));
    let tail: usize = after.iter().map(|part| part.properties().maximum_len().unwrap_or(usize::MAX).min(2)).sum();
    before.iter().any(holds_newline) || (tail > 1 && after.iter().any(holds_newline))
}

/// Length of the shortest secret, if no secret can hold a blank or a quote; else 0. A text without a run of that many
/// other bytes holds none, which is known before the regex is compiled.
pub fn shortest_run(hir: &Hir) -> u32 {
    let secret = capture(hir).unwrap_or(hir);
    let breaks = b" \t\r\n\"'".iter().any(|byte| holds(secret, *byte));
    if breaks { 0 } else { secret.properties().minimum_len().map_or(0, |len| u32::try_from(len).unwrap_or(0)) }
}

fn holds_newline(hir: &Hir) -> bool {
    holds(hir, b'\n')
}

/// Whether a match can hold `byte`.
fn holds(hir: &Hir, byte: u8) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => literal.0.contains(&byte),
        HirKind::Class(Class::Bytes(class)) => class.iter().any(|r| r.start() <= byte && byte <= r.end()),
        HirKind::Class(Class::Unicode(class)) => {
            class.iter().any(|r| u32::from(r.start()) <= byte.into() && u32::from(byte) <= r.end().into())
        }
        HirKind::Repetition(repetition) => holds(&repetition.sub, byte),
        HirKind::Capture(capture) => holds(&capture.sub, byte),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(|part| holds(part, byte)),
    }
}

fn capture(hir: &Hir) -> Option<&Hir> {
    match hir.kind() {
        HirKind::Capture(capture) => Some(&capture.sub),
        HirKind::Repetition(repetition) => capture(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(capture),
        _ => None,
    }
}

/// The exact strings a match of `hir` begins with.
fn leading(hir: &Hir) -> Option<Literals> {
    match hir.kind() {
        HirKind::Concat(parts) => {
            let mut run = vec![Literal { bytes: Vec::new(), fold: false }];
            for part in parts {
                let Some(set) = exact(part) else {
                    let head = leading(part).filter(|set| set.iter().all(|l| !l.bytes.is_empty()));
                    return Some(head.and_then(|set| join(&run, &set)).unwrap_or(run));
                };
                match join(&run, &set) {
                    Some(joined) => run = joined,
                    None => return Some(run),
                }
            }
            Some(run)
        }
        HirKind::Alternation(parts) => {
            let sets: Option<Vec<Literals>> = parts.iter().map(leading).collect();
            Some(sets?.into_iter().flatten().collect())
        }
        HirKind::Capture(capture) => leading(&capture.sub),
        _ => exact(hir),
    }
}

/// The complete set of strings `hir` can match, where that is small.
fn exact(hir: &Hir) -> Option<Literals> {
    walk(hir, &mut None)
}

/// Returns the exact set of `hir`, or none; offers every joined run on the way to `best`.
fn walk(hir: &Hir, best: &mut Option<Literals>) -> Option<Literals> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(vec![Literal { bytes: Vec::new(), fold: false }]),
        HirKind::Literal(literal) => Some(vec![Literal { bytes: literal.0.to_vec(), fold: false }]),
        HirKind::Class(class) => class_members(class),
        HirKind::Repetition(repetition) if repetition.min == 0 => None,
        HirKind::Repetition(repetition) => {
            let set = walk(&repetition.sub, best)?;
            let exactly = repetition.max == Some(repetition.min) && repetition.min <= 8;
            let mut run = vec![Literal { bytes: Vec::new(), fold: false }];
            for _ in 0..if exactly { repetition.min } else { 1 } {
                run = join(&run, &set)?;
            }
            if exactly {
                return Some(run);
            }
            offer(best, &run);
            None
        }
        HirKind::Capture(capture) => walk(&capture.sub, best),
        HirKind::Concat(parts) => walk_concat(parts, best),
        HirKind::Alternation(parts) => walk_alternation(parts, best),
    }
}

fn walk_concat(parts: &[Hir], best: &mut Option<Literals>) -> Option<Literals> {
    let empty = vec![Literal { bytes: Vec::new(), fold: false }];
    let (mut run, mut whole) = (empty.clone(), true);
    for part in parts {
        let joined = walk(part, best).map(|set| (join(&run, &set), set));
        match joined {
            Some((Some(joined), _)) => run = joined,
            Some((None, set)) => {
                offer(best, &run);
                (run, whole) = (set, false);
            }
            None => {
                offer(best, &run);
                (run, whole) = (empty.clone(), false);
            }
        }
    }
    if whole {
        return Some(run);
    }
    offer(best, &run);
    None
}

/// An alternation needs a literal from each branch; only then is their union required.
fn walk_alternation(parts: &[Hir], best: &mut Option<Literals>) -> Option<Literals> {
    let mut exact_union = Some(Literals::new());
    let mut required_union = Some(Literals::new());
    for part in parts {
        let mut inner = None;
        let set = walk(part, &mut inner);
        if let Some(set) = &set {
            offer(&mut inner, set);
        }
        exact_union = exact_union.zip(set).map(|(mut all, set)| {
            all.extend(set);
            all
        });
        required_union = required_union.zip(inner).map(|(mut all, set)| {
            all.extend(set);
            all
        });
    }
    if let Some(union) = &required_union {
        offer(best, union);
    }
    exact_union.filter(|set| set.len() <= MOST)
}

fn class_members(class: &Class) -> Option<Literals> {
    let members: Vec<u8> = match class {
        Class::Bytes(class) => class.iter().flat_map(|range| range.start()..=range.end()).take(9).collect(),
        Class::Unicode(class) => {
            let chars = class.iter().flat_map(|range| range.start()..=range.end()).take(9);
            chars.map(|c| u8::try_from(c).ok().filter(u8::is_ascii)).collect::<Option<_>>()?
        }
    };
    match members.as_slice() {
        [upper, lower] if upper.to_ascii_lowercase() == *lower => {
            Some(vec![Literal { bytes: vec![*lower], fold: true }])
        }
        few if few.len() <= 4 => Some(few.iter().map(|b| Literal { bytes: vec![*b], fold: false }).collect()),
        _ => None,
    }
}

fn join(heads: &Literals, tails: &Literals) -> Option<Literals> {
    if heads.len() * tails.len() > MOST {
        return None;
    }
    let pairs = heads.iter().flat_map(|head| tails.iter().map(move |tail| (head, tail)));
    Some(
        pairs
            .map(|(head, tail)| Literal {
                bytes: [head.bytes.as_slice(), tail.bytes.as_slice()].concat(),
                fold: head.fold || tail.fold,
            })
            .collect(),
    )
}

/// Keeps the set with the longest shortest member; of equals, the smaller set.
fn offer(best: &mut Option<Literals>, set: &Literals) {
    let shortest = |set: &Literals| set.iter().map(|literal| literal.bytes.len()).min().unwrap_or(0);
    let rank = |set: &Literals| (shortest(set), std::cmp::Reverse(set.len()));
    if shortest(set) < LEAST || best.as_ref().is_some_and(|old| rank(old) >= rank(set)) {
        return;
    }
    let folded = |literal: &Literal| match literal.fold {
        true => Literal { bytes: literal.bytes.to_ascii_lowercase(), fold: true },
        false => literal.clone(),
    };
    *best = Some(set.iter().map(folded).collect());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literals(regex: &str) -> Vec<String> {
        let set = required(&parse(regex).unwrap()).unwrap_or_default();
        set.into_iter().map(|literal| String::from_utf8(literal.bytes).unwrap()).collect()
    }

    #[test]
    fn a_prefix_is_the_literal() {
        assert_eq!(literals(r"\b(sk_live_[0-9A-Za-z]{24,247})\b"), ["sk_live_"]);
    }

    #[test]
    fn an_alternation_gives_one_literal_a_branch() {
        assert_eq!(literals(r"\b((?:sk|rk)_live_[0-9A-Za-z]{24})\b"), ["sk_live_", "rk_live_"]);
        assert!(literals(r"\b(abc[0-9]{4}|[0-9]{8})\b").is_empty(), "one branch has no literal");
    }

    #[test]
    fn an_optional_part_is_never_required() {
        assert_eq!(literals(r"(?:token_)?(key_[0-9]{9})"), ["key_"]);
    }

    #[test]
    fn the_longest_run_wins_wherever_it_stands() {
        assert_eq!(literals(r"\b([0-9a-z]{14}\.atlasv1\.[0-9a-z]{60,70})\b"), [".atlasv1."]);
    }

    #[test]
    fn case_insensitive_letters_fold() {
        let set = required(&parse("(?i)secret([0-9]{9})").unwrap()).unwrap();
        assert_eq!(set, [Literal { bytes: b"secret".to_vec(), fold: true }]);
    }

    #[test]
    fn only_the_secrets_own_beginning_is_public() {
        let hir = parse(r"key=\b((?:sk|rk)_live_[0-9]{4})").unwrap();
        assert_eq!(prefixes(&hir), ["sk_live_", "rk_live_"]);
        assert!(prefixes(&parse(r"postgres://u:([^@]{4,})@").unwrap()).is_empty());
    }

    #[test]
    fn a_literal_opens_the_secret_or_the_match() {
        let of = |regex: &str| {
            let hir = parse(regex).unwrap();
            opens(&hir, &required(&hir).unwrap())
        };
        assert_eq!(of(r"\b((?:sk|rk)_live_[0-9]{24})\b"), (Opens::Secret, true));
        assert_eq!(of(r"(sk_live_[0-9]{24})"), (Opens::Secret, false));
        assert_eq!(of(r"\b([0-9a-z]{14}\.atlasv1\.[0-9a-z]{60})\b"), (Opens::Nothing, false));
        assert_eq!(of(r"key=([0-9]{24}_live_)"), (Opens::Nothing, false), "the longer literal is behind");
        assert_eq!(of(r"\b(?i:token)=([0-9]{24})"), (Opens::Match, true));
    }

    #[test]
    fn the_byte_after_the_secret_makes_no_rule_multiline() {
        assert!(!spans_lines(&parse(r"\b(abc[\w-]{4})(?:[^\w-]|$)").unwrap()));
        assert!(spans_lines(&parse(r"(BEGIN[\s\S]{1,80}END)").unwrap()));
    }
}
