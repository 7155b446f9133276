//! Build script: reads the catalogue, rejects a bad rule by file and id, and writes the scanner's tables.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

#[path = "checksum.rs"]
#[allow(dead_code, reason = "the library uses the rest")]
mod checksum;
#[path = "example.rs"]
#[allow(dead_code, reason = "the library uses the rest")]
mod example;
#[path = "literal.rs"]
#[allow(dead_code, reason = "the library uses the rest")]
mod literal;
#[path = "prefilter.rs"]
#[allow(dead_code, reason = "the library uses the rest")]
mod prefilter;
#[path = "rule.rs"]
mod rule;
#[path = "syntax.rs"]
#[allow(dead_code, reason = "the library uses the rest")]
mod syntax;

use rule::{Rule, Shape};

fn main() {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("src/rules");
    println!("cargo::rerun-if-changed=src/rules");
    let (mut rules, mut needles) = (Vec::new(), Vec::new());
    let mut files = BTreeMap::new();
    let mut seen = BTreeMap::new();
    for path in catalogue(&root.join("catalogue")) {
        let stem = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let shown = path.display();
        let source = fs::read_to_string(&path).unwrap_or_else(|error| fail(&format!("{shown}: {error}")));
        let file: syntax::ProviderFile =
            toml::from_str(&source).unwrap_or_else(|error| fail(&format!("{shown}: {error}")));
        for key in &file.keys {
            let index = u16::try_from(rules.len()).expect("fewer than 65,536 rules");
            let checked = key.check_page(&stem).and_then(|()| Rule::compile(key, &stem, file.provider.generic, index));
            let (rule, woken_by) = checked.unwrap_or_else(|why| fail(&format!("{shown}: `{}`: {why}", key.id)));
            if let Some(other) = seen.insert(key.id.clone(), stem.clone()) {
                fail(&format!("{shown}: `{}` is also in `{other}.toml`", key.id));
            }
            rules.push(rule);
            needles.extend(woken_by);
        }
        files.insert(stem, path);
    }
    for rule in &rules {
        if let Some(unknown) = rule.overlaps.iter().find(|id| !seen.contains_key(&***id)) {
            fail(&format!("`{}`: `overlaps` names `{unknown}`, and there is no such rule", rule.id));
        }
    }
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("catalogue.rs");
    fs::write(&out, render(&rules, needles, &files)).expect("OUT_DIR is writable");
}

fn catalogue(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| fail(&format!("{}: {error}", folder.display())));
    let mut paths: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    paths
}

fn fail(why: &str) -> ! {
    println!("cargo::error={}", why.replace('\n', " | "));
    std::process::exit(1)
}

fn render(rules: &[Rule], needles: Vec<prefilter::Needle>, files: &BTreeMap<String, std::path::PathBuf>) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "pub static RULES: [Rule; {}] = [", rules.len());
    for rule in rules {
        render_rule(&mut out, rule);
    }
    let _ = writeln!(out, "];\npub static FILES: [(&str, &str); {}] = [", files.len());
    for (stem, path) in files {
        let _ = writeln!(out, "({stem:?}, include_str!({:?})),", path.display().to_string());
    }
    out.push_str("];\n");
    render_prefilter(&mut out, &prefilter::Prefilter::build(needles));
    out
}

fn render_rule(out: &mut String, rule: &Rule) {
    let shape = match &rule.shape {
        Shape::Pattern { regex, multiline, reach, opens } => {
            format!(
                "Shape::Pattern {{ regex: {}, multiline: {multiline}, reach: {reach:?}, opens: Opens::{opens:?} }}",
                text(regex)
            )
        }
        Shape::Assigned { announced } => format!("Shape::Assigned {{ announced: Announced::{announced:?} }}"),
        Shape::Value { regex } => format!("Shape::Value {{ regex: {} }}", text(regex)),
    };
    let near = rule
        .near
        .as_ref()
        .map_or("None".into(), |near| format!("Some(Near {{ words: {}, lines: {} }})", texts(&near.words), near.lines));
    let parts: String = rule
        .parts
        .iter()
        .map(|part| {
            format!(
                "Part {{ name: {}, value: {}, names: {}, lines: {} }},",
                text(&part.name),
                text(&part.value),
                texts(&part.names),
                part.lines
            )
        })
        .collect();
    let _ = writeln!(
        out,
        "Rule {{ id: {}, provider: {}, generic: {}, severity: Severity::{:?}, confidence: Confidence::{:?}, secret: {}, shape: {shape}, run: {}, \
         near: {near}, names: {}, entropy: {:?}, checksum: {}, structure: {}, paths: {}, overlaps: {}, \
         parts: Cow::Borrowed(&[{parts}]), prefixes: {} }},",
        text(&rule.id),
        text(&rule.provider),
        rule.generic,
        rule.severity,
        rule.confidence,
        rule.secret,
        rule.run,
        texts(&rule.names),
        rule.entropy,
        rule.checksum.map_or("None".into(), |name| format!("Some(Checksum::{name:?})")),
        rule.structure.map_or("None".into(), |name| format!("Some(Structure::{name:?})")),
        texts(&rule.paths),
        texts(&rule.overlaps),
        texts(&rule.prefixes),
    );
}

fn render_prefilter(out: &mut String, filter: &prefilter::Prefilter) {
    let _ = writeln!(out, "pub static PREFILTER: Prefilter = Prefilter {{\nbytes: Cow::Borrowed(&{:?}),", filter.bytes);
    let _ = writeln!(out, "rules: Cow::Borrowed(&{:?}),\nbits: Cow::Borrowed(&{:?}),", filter.rules, filter.bits);
    let _ = writeln!(out, "heads: Cow::Borrowed(&{:?}),", filter.heads);
    let _ = writeln!(
        out,
        "entries: Cow::Borrowed(&{:?}),\nslots: Cow::Borrowed(&{:?}),\n}};",
        filter.entries, filter.slots
    );
}

fn text(value: &str) -> String {
    format!("Cow::Borrowed({value:?})")
}

fn texts(values: &[std::borrow::Cow<'static, str>]) -> String {
    let all: Vec<String> = values.iter().map(|value| text(value)).collect();
    format!("Cow::Borrowed(&[{}])", all.join(", "))
}
