//! Keys that do not stand in the text as they are: each way of hiding one, through the whole scanner.

use std::collections::BTreeSet;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use keystop::hunk::{Hunk, Origin};
use keystop::rules::{self, example};
use keystop::scan::Scanner;

fn key() -> String {
    example::expand("ghp_{alnum:30}{check:github}", 7).expect("a shape").text
}

/// The ids of what is found in `text`, and the text that each finding covers.
fn found(text: &str) -> Vec<(String, String)> {
    let scanner = Scanner::new(vec![rules::builtin()], BTreeSet::new());
    let findings = scanner.scan(&Hunk::whole(b"notes.txt".to_vec(), Origin::File, text.as_bytes().to_vec()));
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let covered = findings.into_iter().map(|finding| {
        let offset = |at: keystop::finding::Position| starts[at.line as usize - 1] + at.column as usize - 1;
        (finding.rule, text[offset(finding.start)..offset(finding.end)].to_owned())
    });
    covered.collect()
}

#[track_caller]
fn assert_hidden(text: &str) {
    let found = found(text);
    assert!(found.iter().any(|(rule, _)| rule == "github-pat-classic"), "{text}\n{found:?}");
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

#[test]
fn a_key_in_base64_is_found_at_every_alignment_and_depth() {
    let key = key();
    for before in ["", "t", "to", "tok", "token = "] {
        let plain = format!("{before} {key} and a little more");
        assert_hidden(&format!("data: {}", BASE64.encode(plain.as_bytes())));
        assert_hidden(&format!("data/{}", BASE64URL_NOPAD.encode(plain.as_bytes())));
        assert_hidden(&BASE64.encode(BASE64.encode(plain.as_bytes()).as_bytes()));
        assert_hidden(&BASE64.encode(HEXLOWER.encode(plain.as_bytes()).as_bytes()));
    }
}

#[test]
fn a_key_in_escapes_is_found() {
    let key = key();
    assert_hidden(&format!("https://h.example/x?y={}&z=1", percent(&key)));
    let unicode: String = key.bytes().map(|byte| format!("\\u00{byte:02x}")).collect();
    assert_hidden(&format!("{{\"t\": \"{unicode}\"}}"));
    let bytes: String = key.bytes().map(|byte| format!("\\x{byte:02X}")).collect();
    assert_hidden(&format!("t = b\"{bytes}\""));
    assert_hidden(&HEXLOWER.encode(format!("token {key}").as_bytes()));
}

#[test]
fn a_key_in_parts_is_found_and_covered_from_its_first_part_to_its_last() {
    let key = key();
    let (a, b) = key.split_at(19);
    for text in [
        format!("t = \"{a}\" + \"{b}\""),
        format!("t = ('{a}'\n     '{b}')"),
        format!("$t = '{a}' . '{b}';"),
        format!("t = \"{a}\" &\n  \"{b}\""),
        format!("T={a}\\\n{b}\n"),
        format!("t: >-\n  {a}\n  {b}\n"),
    ] {
        assert_hidden(&text);
        let covered = &found(&text)[0].1;
        assert!(covered.starts_with(a) && covered.ends_with(b), "{text}");
    }
}

#[test]
fn base64_wrapped_over_lines_is_joined_before_it_is_decoded() {
    let wrapped = BASE64.encode(format!("host: h\nuser: u\ntoken: {}\nand: more of it\n", key()).as_bytes());
    let lines: Vec<&str> =
        wrapped.as_bytes().chunks(40).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    assert_hidden(&format!("data: |\n    {}\n", lines.join("\n    ")));
}

#[test]
fn a_key_that_is_seen_as_it_is_is_told_once() {
    let key = key();
    for text in [
        format!("https://h.example/{key}?x=%20y"),
        format!("\"{key}\" + \"abc\""),
        format!("{{\"u\": \"https:\\/\\/h.example\\/\", \"t\": \"{key}\"}}"),
    ] {
        assert_eq!(found(&text), [("github-pat-classic".to_owned(), key.clone())], "{text}");
    }
}

#[test]
fn what_only_looks_encoded_hides_nothing() {
    let noise = example::expand("{base64:400}", 3).expect("a shape").text;
    let digest = example::expand("{hex:64}", 3).expect("a shape").text;
    for text in
        [noise.clone(), digest.clone(), format!("\"{}\" + \"{}\"", &noise[..40], &noise[40..80]), percent(&digest)]
    {
        assert_eq!(found(&text), [], "{text}");
    }
}
