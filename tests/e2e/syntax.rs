//! Parsers that are linked in, for languages that few machines have a compiler of.

use tree_sitter::{Language, Parser};

/// The languages, by their ids.
pub const IDS: [&str; 5] = ["typescript", "csharp", "kotlin", "swift", "jenkinsfile"];

/// The line of the first fault in a file of this language.
pub fn fault(id: &str, code: &str) -> Option<String> {
    let mut parser = Parser::new();
    parser.set_language(&grammar(id)).expect("the parser and its grammars are of one time");
    let tree = parser.parse(code, None).expect("nothing stops it");
    if !tree.root_node().has_error() {
        return None;
    }
    let mut node = tree.root_node();
    while let Some(child) =
        (0..node.child_count()).filter_map(|at| node.child(at)).find(|child| child.has_error() || child.is_missing())
    {
        node = child;
    }
    let line = code.lines().nth(node.start_position().row).unwrap_or_default();
    Some(format!("{line}\n({})", node.kind()))
}

fn grammar(id: &str) -> Language {
    match id {
        "typescript" => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        "csharp" => tree_sitter_c_sharp::LANGUAGE.into(),
        "kotlin" => tree_sitter_kotlin_ng::LANGUAGE.into(),
        "swift" => tree_sitter_swift::LANGUAGE.into(),
        "jenkinsfile" => tree_sitter_groovy::LANGUAGE.into(),
        _ => panic!("no parser of {id}"),
    }
}

#[test]
fn a_fault_is_seen() {
    for (id, right, wrong) in [
        ("typescript", "const a: string = f(1);\n", "const a: string = f(1;\n"),
        ("csharp", "class A { void F() { var a = 1; } }\n", "class A { void F() { var a = ; } }\n"),
        ("kotlin", "fun f() { val a = 1 }\n", "fun f() { val = = 1 }\n"),
        ("swift", "let a = 1\n", "let a = = 1\n"),
        ("jenkinsfile", "node { sh 'a' }\n", "node { sh 'a' \n"),
    ] {
        assert_eq!(fault(id, right), None, "{id}");
        assert!(fault(id, wrong).is_some(), "{id}");
    }
}
