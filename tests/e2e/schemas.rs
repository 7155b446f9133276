//! Reports against the schemas of those who read them, over odd paths, nothing found, and ten thousand findings.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use jsonschema::Validator;
use roxmltree::{Document, Node};
use serde_json::Value;

use crate::formats::ODD;
use crate::keys::{code, github_line, numbered};
use crate::repo::TestRepo;

/// Reports over everything that could upset a format, by what is in the folder.
fn corpus(format: &str) -> Vec<(&'static str, String)> {
    let odd = TestRepo::folder();
    for path in ODD {
        odd.write(OsStr::from_bytes(path), github_line());
    }
    let unread = TestRepo::new();
    unread.stage("a.py", github_line());
    unread.stage("b\n\"<&>\".py", code(1));
    let blob = unread.git(&["rev-parse", ":b\n\"<&>\".py"]).ok().stdout;
    let object = format!(".git/objects/{}/{}", &blob[..2], blob[2..].trim_end());
    fs::remove_file(unread.path(object)).expect("it was just stored");
    let clean = TestRepo::folder();
    clean.write("a.py", code(3));
    let many = TestRepo::folder();
    for file in 0..10 {
        let line = |seed| format!("{}\n", numbered("GITHUB_TOKEN = \"ghp_{alnum:30}{check:github}\"", seed));
        many.write(format!("{file}.py"), (0..100).flat_map(|seed| vec![line(seed); 10]).collect::<String>());
    }
    let allowed = TestRepo::folder();
    allowed.write(".keystop.toml", "[[allow]]\nreason = 'fixtures \"of\" <the> docs'\npaths = ['*.py']\n");
    allowed.write("a.py", github_line());
    let folders = [("odd", odd), ("unread", unread), ("clean", clean), ("many", many), ("allowed", allowed)];
    let report = |repo: &TestRepo| {
        let what = if repo.path(".git").exists() { "--staged" } else { "." };
        let ran = repo.keystop(&["scan", what, "--format", format]);
        assert!(ran.stderr.is_empty(), "{}", ran.stderr);
        ran.stdout
    };
    folders.iter().map(|(name, repo)| (*name, report(repo))).collect()
}

fn schema(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas").join(file);
    fs::read_to_string(path).expect("the schema is committed")
}

#[track_caller]
fn holds_json(format: &str, file: &str, list: &str, each: impl Fn(&Value)) {
    let schema: Value = serde_json::from_str(&schema(file)).expect("the schema is JSON");
    let validator: Validator =
        jsonschema::options().should_validate_formats(true).build(&schema).expect("the schema is right");
    for (name, report) in corpus(format) {
        let report: Value = serde_json::from_str(&report).expect("it is JSON");
        let faults: Vec<String> =
            validator.iter_errors(&report).take(5).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{format} of {name}: {faults:#?}");
        let found = report.pointer(list).and_then(Value::as_array).expect("there is a list").len();
        let expected = match name {
            "odd" => ODD.len(),
            "many" => 10_000,
            _ => found,
        };
        assert_eq!(found, expected, "{format} of {name}");
        each(&report);
    }
}

#[test]
fn sarif_is_what_the_oasis_schema_says() {
    holds_json("sarif", "sarif-2.1.0.json", "/runs/0/results", |report| {
        // What the schema leaves to the text of the standard: an index points at the rule of that id.
        let run = &report["runs"][0];
        for result in run["results"].as_array().into_iter().flatten() {
            let index = usize::try_from(result["ruleIndex"].as_u64().expect("a number")).expect("it is small");
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        }
    });
}

#[test]
fn gitlab_reports_are_what_its_schema_says() {
    holds_json("gitlab", "gitlab-secret-detection-15.0.7.json", "/vulnerabilities", |report| {
        assert_eq!(report["version"], "15.0.7");
    });
}

#[test]
fn code_quality_is_what_gitlab_says() {
    holds_json("codequality", "codeclimate.json", "", |_| ());
}

/// What an XSD says of an element, as far as the two at hand go.
#[derive(Default)]
struct Element {
    children: BTreeSet<String>,
    /// Attributes, and whether each must be there.
    attributes: BTreeMap<String, bool>,
    text: bool,
}

fn read_xsd(file: &str) -> BTreeMap<String, Element> {
    let source = schema(file);
    let xsd = Document::parse(&source).expect("the XSD is XML");
    let own = |node: &Node, kind: &str| node.tag_name().name() == kind;
    let mut elements = BTreeMap::new();
    for node in xsd.root_element().children().filter(|node| own(node, "element")) {
        let mut element = Element { text: node.attribute("type").is_some(), ..Element::default() };
        for inner in node.descendants() {
            element.text |= inner.attribute("mixed") == Some("true");
            element.children.extend(inner.attribute("ref").map(str::to_owned));
            if let Some(name) = inner.attribute("name").filter(|_| own(&inner, "attribute")) {
                element.attributes.insert(name.to_owned(), inner.attribute("use") == Some("required"));
            }
        }
        elements.insert(node.attribute("name").expect("it has a name").to_owned(), element);
    }
    elements
}

#[track_caller]
fn holds_xml(format: &str, file: &str, counted: &str) {
    let elements = read_xsd(file);
    for (name, report) in corpus(format) {
        let report = Document::parse(&report).unwrap_or_else(|fault| panic!("{format} of {name}: {fault}"));
        for node in report.descendants().filter(Node::is_element) {
            let tag = node.tag_name().name();
            let element = elements.get(tag).unwrap_or_else(|| panic!("{format} of {name}: no element {tag}"));
            let child = node.children().find(|child| {
                let known = element.children.contains(child.tag_name().name());
                if child.is_element() { !known } else { !element.text && !child.text().is_none_or(is_blank) }
            });
            assert!(child.is_none(), "{format} of {name}: {child:?} in {tag}");
            let has: BTreeSet<&str> = node.attributes().map(|attribute| attribute.name()).collect();
            let unknown = has.iter().find(|attribute| !element.attributes.contains_key(**attribute));
            let missing = element.attributes.iter().find(|(name, must)| **must && !has.contains(name.as_str()));
            assert!(unknown.is_none() && missing.is_none(), "{format} of {name}: {tag}: {unknown:?} {missing:?}");
        }
        let count = report.descendants().filter(|node| node.tag_name().name() == counted).count();
        match name {
            "odd" => assert_eq!(count, ODD.len()),
            "many" => assert_eq!(count, 10_000),
            _ => {}
        }
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

#[test]
fn junit_is_what_jenkins_says() {
    holds_xml("junit", "junit-10.xsd", "testcase");
}

#[test]
fn checkstyle_is_what_checkstyle_writes() {
    holds_xml("checkstyle", "checkstyle.xsd", "error");
}
