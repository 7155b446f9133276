//! The whole catalogue, rule by rule.

use std::collections::BTreeSet;
use std::process::Command;

use keystop::hunk::{Hunk, Origin};
use keystop::remedy::language::Language;
use keystop::rules::syntax::KeyForm;
use keystop::rules::{self, Page, Shape, example, literal};
use keystop::scan::{Scanner, proof};
use regex::bytes::RegexBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Runs `check` over every rule of the catalogue, and fails with all that it found.
#[track_caller]
fn assert_for_all(check: impl Fn(&Page) -> Vec<String>) {
    let faults = |page: &Page| check(page).into_iter().map(|why| format!("{}: {why}", page.key.id)).collect::<Vec<_>>();
    let faults: Vec<String> = rules::pages().iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn ids_are_unique() {
    let pages = rules::pages();
    let ids: BTreeSet<&str> = pages.iter().map(|page| page.key.id.as_str()).collect();
    assert_eq!(ids.len(), pages.len());
    assert_eq!(rules::builtin().0.len(), pages.len(), "every page has its rule");
}

#[test]
fn every_rule_has_a_page_examples_and_one_secret() {
    assert_for_all(|page| {
        let KeyForm { examples, non_examples, .. } = &page.key;
        let mut faults: Vec<String> = page.key.check_page(&page.stem).err().into_iter().collect();
        faults.extend(page.key.derive().err());
        if examples.len() < 2 || non_examples.is_empty() {
            faults.push(format!("{} examples, {} counter-examples", examples.len(), non_examples.len()));
        }
        let remedy = page.key.remedy.as_ref();
        if !remedy.is_some_and(|remedy| remedy.revoke_url.starts_with("https://") && !remedy.revoke.is_empty()) {
            faults.push("no way to revoke it".into());
        }
        faults
    });
}

#[test]
fn every_example_is_found_once_and_no_counter_example_is() {
    let scanner = Scanner::new(vec![rules::builtin()], BTreeSet::new());
    assert_for_all(|page| proof::faults(&scanner, &page.key, &page.stem));
}

#[test]
fn a_credential_of_several_values_is_one_finding_with_its_parts() {
    let scanner = Scanner::new(vec![rules::builtin()], BTreeSet::new());
    assert_for_all(|page| {
        let path = page.key.paths.first().map_or("example", |glob| glob.as_str()).replace("**/", "").replace('*', "x");
        let has_parts = |template: &String| {
            let text = example::expand(template, 1).expect("the build script has expanded it").text;
            let hunk = Hunk::whole(path.clone().into_bytes(), Origin::File, text.into_bytes());
            scanner.found(&hunk).iter().any(|found| *found.rule.id == *page.key.id && !found.parts.is_empty())
        };
        if page.key.parts.is_empty() || page.key.examples.iter().any(has_parts) {
            return Vec::new();
        }
        vec!["no example shows its parts".into()]
    });
}

#[test]
fn both_halves_of_a_pair_are_one_finding_whichever_comes_first() {
    let scanner = Scanner::new(vec![rules::builtin()], BTreeSet::new());
    for (rule, part, halves) in [
        (
            "aws-access-key-id",
            "secret access key",
            ["AWS_ACCESS_KEY_ID=AKIA{base32:16}", "AWS_SECRET_ACCESS_KEY={base64:40}"],
        ),
        ("customerio-track-api-key", "site id", ["CUSTOMERIO_SITE_ID={hex:20}", "CUSTOMERIO_API_KEY={hex:20}"]),
        ("twilio-auth-token", "account sid", ["TWILIO_ACCOUNT_SID=AC{hex:32}", "TWILIO_AUTH_TOKEN={hex:32}"]),
        ("twilio-api-key", "key sid", ["TWILIO_API_KEY_SID=SK{hex:32}", "TWILIO_API_KEY_SECRET={alnum:32}"]),
        ("okta-api-token", "domain", ["OKTA_URL=https://acme.okta.com", "OKTA_API_TOKEN=00{base64url:40}"]),
    ] {
        for template in [format!("{}\n{}", halves[0], halves[1]), format!("{}\n{}", halves[1], halves[0])] {
            let text = example::expand(&template, 3).expect("these are placeholders").text;
            let found = scanner.found(&Hunk::whole(b"example".to_vec(), Origin::File, text.into_bytes()));
            let told: Vec<_> = found.iter().map(|found| (&*found.rule.id, found.parts.len())).collect();
            assert!(found.iter().any(|found| *found.rule.id == *rule), "{template}: {told:?}");
            assert!(found.len() == 1 && found[0].parts.iter().any(|(name, _)| name == part), "{template}: {told:?}");
        }
    }
}

#[test]
fn the_table_of_providers_is_made_of_the_catalogue() {
    let elsewhere = tempfile::tempdir().expect("a folder for a moment");
    let listed = Command::new(env!("CARGO_BIN_EXE_keystop"))
        .args(["rules", "list", "--format", "markdown"])
        .current_dir(elsewhere.path())
        .output()
        .expect("the binary runs");
    let made = String::from_utf8(listed.stdout).expect("a page is text");
    let remake = "keystop rules list --format markdown > docs/providers.md";
    assert!(made == include_str!("../docs/providers.md"), "docs/providers.md is out of date: {remake}");
}

#[test]
fn every_regex_compiles_as_the_scanner_compiles_it() {
    for rule in rules::builtin().0 {
        let built = RegexBuilder::new(rule.shape.regex()).unicode(false).build();
        assert!(built.is_ok(), "{}: {built:?}", rule.id);
    }
}

#[test]
fn what_a_regex_matches_wakes_its_rule() {
    let (rules, prefilter) = rules::builtin();
    let pages = rules::pages();
    let mut random = Random(7);
    for (index, rule) in rules.iter().enumerate() {
        let page = pages.iter().find(|page| page.key.id == rule.id).expect("every rule has a page");
        // Declared keywords are a condition of their own; nothing was derived.
        let Shape::Pattern { regex, .. } = &rule.shape else { continue };
        if !page.key.keywords.is_empty() {
            continue;
        }
        let hir = literal::parse(regex).expect("the build script has parsed it");
        for _ in 0..100 {
            let mut text = Vec::new();
            random.write(&hir, &mut text);
            let woken = prefilter.hits(&text).iter().any(|hit| usize::from(hit.rule) == index);
            assert!(woken, "{}: nothing wakes it for {:?}", rule.id, String::from_utf8_lossy(&text));
        }
    }
}

#[test]
fn every_provider_has_its_rules_in_one_file_of_its_own_name() {
    assert_for_all(|page| {
        let expected = format!("{}-", page.stem);
        let named = page.key.id == page.stem || page.key.id.starts_with(&expected);
        if named { Vec::new() } else { vec![format!("does not begin with {expected}")] }
    });
}

#[test]
fn every_language_is_found_by_its_id() {
    let ids: Vec<&str> = Language::ids().collect();
    assert!(ids.len() >= 80, "{} languages", ids.len());
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "ids are unique");
    for id in ids {
        assert_eq!(Language::by_name(id).map(|language| language.id).as_deref(), Some(id));
    }
}

/// A generator of strings that a regex matches, assertions such as `\b` aside.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit
    }

    fn write(&mut self, hir: &Hir, text: &mut Vec<u8>) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => text.extend_from_slice(&literal.0),
            HirKind::Class(class) => text.push(self.member(class)),
            HirKind::Capture(capture) => self.write(&capture.sub, text),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.write(part, text)),
            HirKind::Alternation(parts) => {
                let part = self.below(parts.len());
                self.write(&parts[part], text);
            }
            HirKind::Repetition(repetition) => {
                let most = repetition.max.unwrap_or(repetition.min + 4).min(repetition.min + 4);
                let times = repetition.min as usize + self.below((most - repetition.min) as usize + 1);
                for _ in 0..times {
                    self.write(&repetition.sub, text);
                }
            }
        }
    }

    fn member(&mut self, class: &Class) -> u8 {
        let ranges: Vec<(u8, u8)> = match class {
            Class::Bytes(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
            // With Unicode off, what is left of these is ASCII.
            Class::Unicode(class) => {
                let byte = |c: char| u8::try_from(c).expect("with Unicode off a class is ASCII");
                class.iter().map(|range| (byte(range.start()), byte(range.end()))).collect()
            }
        };
        let (start, end) = ranges[self.below(ranges.len())];
        start + u8::try_from(self.below(usize::from(end - start) + 1)).expect("it is a byte's range")
    }
}
