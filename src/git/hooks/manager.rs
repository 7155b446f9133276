//! Tools that manage a repository's hooks, and what keystop is to them.

use std::fs;
use std::path::Path;

/// A tool that writes hooks, found by the file that its users edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manager {
    pub name: &'static str,
    /// Any of these at the top of the work tree means that it is in use.
    files: &'static [&'static str],
    /// A word that must stand in the file; empty where the file's name says enough.
    word: &'static str,
    /// What it does about the hooks of others when it writes its own.
    pub habit: &'static str,
    /// What its users would add to their file.
    pub lines: &'static [&'static str],
}

/// Every one that keystop knows. Husky is met by its folder.
const MANAGERS: &[Manager] = &[
    Manager {
        name: "lefthook",
        files: &["lefthook.yml", "lefthook.yaml", ".lefthook.yml", ".lefthook.yaml", "lefthook-local.yml"],
        word: "",
        habit: "moves hooks of others to NAME.old, where nothing runs them",
        lines: &[
            "pre-commit: {commands: {keystop: {run: keystop hook pre-commit}}}",
            "pre-merge-commit: {commands: {keystop: {run: keystop hook pre-merge-commit}}}",
            "commit-msg: {commands: {keystop: {run: 'keystop hook commit-msg {1}'}}}",
            "pre-push: {commands: {keystop: {use_stdin: true, run: 'keystop hook pre-push {1} {2}'}}}",
        ],
    },
    Manager {
        name: "pre-commit or prek",
        files: &[".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.toml"],
        word: "",
        habit: "keeps hooks of others and runs them",
        lines: &["the hooks keystop, keystop-merge, keystop-message and keystop-push of keystop's repository"],
    },
    Manager {
        name: "hk",
        files: &["hk.pkl", ".hk.pkl"],
        word: "",
        habit: "writes no hook where another one stands",
        lines: &[
            "[\"pre-commit\"] { steps { [\"keystop\"] { check = \"keystop hook pre-commit\" } } }",
            "[\"commit-msg\"] { steps { [\"keystop\"] { check = \"keystop hook commit-msg {{commit_msg_file}}\" } } }",
            "[\"pre-push\"] { steps { [\"keystop\"] { check = \"keystop hook pre-push {{hook_args}}\" stdin = \"{{hook_stdin}}\" } } }",
        ],
    },
    Manager {
        name: "simple-git-hooks",
        files: &["package.json", ".simple-git-hooks.json", "simple-git-hooks.json", ".simple-git-hooks.js"],
        word: "simple-git-hooks",
        habit: "writes over hooks of others",
        lines: &[
            "\"pre-commit\": \"keystop hook pre-commit\",",
            "\"pre-merge-commit\": \"keystop hook pre-merge-commit\",",
            "\"commit-msg\": \"keystop hook commit-msg \\\"$@\\\"\",",
            "\"pre-push\": \"keystop hook pre-push \\\"$@\\\"\"",
        ],
    },
];

/// The tools in use in a work tree, each with its file.
pub fn in_use(top: &Path) -> Vec<(Manager, &'static str)> {
    let holds = |manager: &Manager, file: &&&str| {
        let text = fs::read_to_string(top.join(file));
        text.is_ok_and(|text| file.starts_with('.') || manager.word.is_empty() || text.contains(manager.word))
    };
    let found = |manager: &Manager| manager.files.iter().find(|file| holds(manager, file)).copied();
    MANAGERS.iter().filter_map(|manager| Some((*manager, found(manager)?))).collect()
}
