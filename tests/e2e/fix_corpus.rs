//! Programs whose key is moved to the environment: run before and after, they say the same.
//!
//! The long ones are files in `tests/corpus/fix`, the short ones stand below; `@KEY@` is the key of each. What no
//! toolchain is here for is changed, parsed and looked at, not run, and that is said.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::keys;
use crate::repo::{Ran, TestRepo};
use crate::syntax;

/// A language, and how its programs are run. `FILE` is a program, `STEM` its name without ending.
struct Language {
    endings: &'static [&'static str],
    /// What reads the changed programs, whether they can be run or not; empty where no parser is linked in.
    grammar: &'static str,
    /// The command without which nothing can be run.
    tool: &'static str,
    /// What all programs need first, once.
    build: &'static str,
    run: &'static str,
    /// Says nothing about a file that is formatted; what Go aligns in a line is left to Go.
    format: &'static str,
    /// The most lines that a fix adds for each that it changes, and once a file.
    added: (usize, usize),
    short: &'static [&'static str],
}

const PYTHON: Language = Language {
    endings: &["py"],
    grammar: "",
    tool: "python3",
    build: "",
    run: "python3 FILE",
    format: "",
    added: (0, 1),
    short: &[
        "key = \"@KEY@\"\nprint(key)\n",
        "import sys\n\nkey = '@KEY@'  # live\nsys.stdout.write(key)\n",
        "\"\"\"A doc.\n\nof lines\"\"\"\n\nprint(\"@KEY@\")\n",
        "#!/usr/bin/env python3\nimport os\nclient = dict(api_key=\"@KEY@\")\nprint(client[\"api_key\"])\n",
        "def f(key=\"@KEY@\"):\n    return key\n\nprint(f())\n",
        "from __future__ import annotations\nheaders = {\"Authorization\": \"Bearer @KEY@\"}\nprint(headers[\"Authorization\"])\n",
        "keys = [\r\n    \"@KEY@\",\r\n]\r\nprint(keys[0])\r\n",
        "# don't\nprint(len(\"@KEY@\"), r\"@KEY@\".lower())\n",
    ],
};

const JAVASCRIPT: Language = Language {
    endings: &["js", "mjs", "cjs"],
    grammar: "",
    tool: "node",
    build: "",
    run: "node FILE",
    format: "",
    added: (1, 0),
    short: &[
        "const key = \"@KEY@\";\nconsole.log(key);\n",
        "console.log('@KEY@')\n",
        "const c = { key: '@KEY@', n: 1 };\nconsole.log(c.key);\n",
        "const h = { auth: \"Bearer @KEY@\" };\r\nconsole.log(h.auth);\r\n",
        "const odd = /[\"'`/]/;\nconst key = '@KEY@'; // it's live\nconsole.log(odd.test('a'), key);\n",
        "console.log(\"@KEY@\".length)\n",
        "/* don't\n */\nfunction f(a, key = '@KEY@') { return key; }\nconsole.log(f(1));\n",
        "const t = `a\n\"b`;\nlet key = \"@KEY@\"\nconsole.log(t, key)\n",
    ],
};

const TYPESCRIPT: Language = Language {
    endings: &["ts"],
    grammar: "typescript",
    tool: "tsc",
    build: "tsc --strict --target es2020 --module commonjs --moduleDetection force --outDir $OUT *.ts",
    run: "node $OUT/STEM.js",
    format: "",
    added: (0, 0),
    short: &[],
};

const GO: Language = Language {
    endings: &["go"],
    grammar: "",
    tool: "go",
    build: "",
    run: "go run FILE",
    format: "gofmt FILE | diff -w FILE -",
    added: (5, 2),
    short: &[
        "package main\n\nimport \"fmt\"\n\nvar key = \"@KEY@\"\n\nfunc main() { fmt.Println(key) }\n",
        "package main\n\nimport \"fmt\"\n\nconst key = \"@KEY@\"\n\nfunc main() { fmt.Println(key) }\n",
        "package main\n\nimport (\n\t\"fmt\"\n\t\"strings\"\n)\n\nfunc main() {\n\tkey := \"@KEY@\"\n\tfmt.Println(strings.ToUpper(key))\n}\n",
        "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc main() {\n\tfmt.Fprintln(os.Stdout, \"Bearer @KEY@\")\n}\n",
        "package main\r\n\r\nimport \"fmt\"\r\n\r\ntype c struct{ key string }\r\n\r\nfunc main() {\r\n\tfmt.Println(c{key: \"@KEY@\"}.key)\r\n}\r\n",
        "package main\n\nfunc main() {\n\tprint := func(s string) { println(len(s)) }\n\tprint(\"@KEY@\")\n}\n",
        "package main\n\nimport \"fmt\"\n\n// it's `odd\nvar keys = map[string]string{\n\t\"a\": \"@KEY@\",\n}\n\nfunc main() { fmt.Println(keys[\"a\"]) }\n",
    ],
};

const JAVA: Language = Language {
    endings: &["java"],
    grammar: "",
    tool: "java",
    build: "",
    run: "java FILE",
    format: "",
    added: (0, 0),
    short: &[
        "class A {\n  public static void main(String[] a) {\n    String key = \"@KEY@\";\n    System.out.println(key);\n  }\n}\n",
        "class A {\n  static final String KEY_ = \"@KEY@\";\n  public static void main(String[] a) { System.out.println(KEY_); }\n}\n",
        "class A {\n  public static void main(String[] a) { System.out.println(\"@KEY@\"); }\n}\n",
        "import java.util.Map;\nclass A {\n  public static void main(String[] a) {\n    System.out.println(Map.of(\"k\", \"@KEY@\").get(\"k\"));\n  }\n}\n",
        "class A {\r\n  public static void main(String[] a) {\r\n    char c = '\"';\r\n    System.out.println(\"Bearer @KEY@\" + c);\r\n  }\r\n}\r\n",
        "class A {\n  public static void main(String[] a) {\n    System.out.println(\"@KEY@\".length());\n  }\n}\n",
        "class A {\n  // don't\n  static String f() { return \"@KEY@\"; }\n  public static void main(String[] a) { System.out.println(f()); }\n}\n",
    ],
};

const KOTLIN: Language = Language {
    endings: &["kt"],
    grammar: "kotlin",
    tool: "kotlinc",
    build: "kotlinc *.kt -nowarn -d $OUT",
    run: "kotlin -cp $OUT \"$(echo STEM | tr A-Z a-z).STEMKt\"",
    format: "",
    added: (0, 0),
    short: &[],
};

const RUBY: Language = Language {
    endings: &["rb"],
    grammar: "",
    tool: "ruby",
    build: "",
    run: "ruby FILE",
    format: "",
    added: (0, 0),
    short: &[
        "key = \"@KEY@\"\nputs key\n",
        "puts '@KEY@'\n",
        "KEYS = { live: '@KEY@' }.freeze\nputs KEYS[:live]\n",
        "puts \"Bearer @KEY@\"\n",
        "def f(key: \"@KEY@\")\n  key\nend\nputs f\n",
        "# it's\r\nkey = '@KEY@'.freeze\r\nputs key\r\n",
        "puts [\"a\", \"@KEY@\"].last\n",
        "=begin\ndon't\n=end\nputs(\"@KEY@\".length)\n",
    ],
};

const PHP: Language = Language {
    endings: &["php"],
    grammar: "",
    tool: "php",
    build: "",
    run: "php FILE",
    format: "",
    added: (0, 0),
    short: &[
        "<?php\n$key = '@KEY@';\necho $key;\n",
        "<?php\necho \"@KEY@\";\n",
        "<p>don't</p>\n<?php\n$c = ['key' => '@KEY@', 'n' => 1];\necho $c['key'];\n",
        "<?php\r\n$h = \"Bearer @KEY@\";\r\necho $h;\r\n",
        "<?php\nfunction f() {\n    return '@KEY@';\n}\necho f();\n",
        "<?php\ndefine('K', '@KEY@'); // it's\necho K;\n",
        "<?php\necho strlen('@KEY@') . 'x';\n",
    ],
};

const CSHARP: Language = Language {
    endings: &["cs"],
    grammar: "csharp",
    tool: "mcs",
    build: "",
    run: "mcs -nowarn:414 -out:$OUT/STEM.exe FILE && mono $OUT/STEM.exe",
    format: "",
    added: (0, 0),
    short: &[
        "class A { static void Main() {\n  var key = \"@KEY@\";\n  System.Console.WriteLine(key);\n} }\n",
        "using System;\nclass A {\n  private const string K = \"@KEY@\";\n  static void Main() { Console.WriteLine(K); }\n}\n",
        "class A { static void Main() { System.Console.WriteLine(\"@KEY@\"); } }\n",
        "using System;\r\nclass A { static void Main() {\r\n  string h = \"Bearer @KEY@\";\r\n  Console.WriteLine(h);\r\n} }\r\n",
        "class A { static void Main() { System.Console.WriteLine(\"@KEY@\".Length); } }\n",
        "class A {\n  // don't\n  static string F() { return \"@KEY@\"; }\n  static void Main() { System.Console.WriteLine(F()); }\n}\n",
        "using System.Collections.Generic;\nclass A { static void Main() {\n  var d = new Dictionary<string, string> { { \"k\", \"@KEY@\" } };\n  System.Console.WriteLine(d[\"k\"]);\n} }\n",
    ],
};

const RUST: Language = Language {
    endings: &["rs"],
    grammar: "",
    tool: "rustc",
    build: "",
    run: "rustc -A warnings --edition 2021 -o $OUT/STEM FILE && $OUT/STEM",
    format: "rustfmt --check --edition 2021 FILE",
    added: (0, 6),
    short: &[
        "fn main() {\n    let key = \"@KEY@\";\n    println!(\"{key}\");\n}\n",
        "fn main() {\n    let key: &str = \"@KEY@\"; // it's\n    println!(\"{}\", key);\n}\n",
        "struct C { key: String }\n\nfn main() {\n    let c = C { key: \"@KEY@\".to_string() };\n    println!(\"{}\", c.key);\n}\n",
        "fn f(key: &str) -> usize {\n    key.len()\n}\n\nfn main() {\n    println!(\"{}\", f(\"@KEY@\"));\n}\n",
        "fn main() {\r\n    let all = [(\"a\", \"@KEY@\"), (\"b\", \"c\")];\r\n    println!(\"{}\", all[0].1);\r\n}\r\n",
        "fn main() {\n    let key = String::from(\"@KEY@\");\n    println!(\"{key}\");\n}\n",
    ],
};

const SWIFT: Language = Language {
    endings: &["swift"],
    grammar: "swift",
    tool: "swiftc",
    build: "",
    run: "swiftc -suppress-warnings -o $OUT/STEM FILE && $OUT/STEM",
    format: "",
    added: (0, 1),
    short: &[],
};

const SHELL: Language = Language {
    endings: &["sh"],
    grammar: "",
    tool: "bash",
    build: "",
    run: "bash FILE",
    format: "",
    added: (0, 0),
    short: &[
        "key=@KEY@\necho \"$key\"\n",
        "key=\"@KEY@\"\necho \"$key\"\n",
        "key='@KEY@'\necho \"$key\"\n",
        "#!/bin/sh\nexport TOKEN_X=@KEY@\necho $TOKEN_X\n",
        "echo \"Authorization: Bearer @KEY@\" # don't\n",
        "echo 'Authorization: \"Bearer\" @KEY@!'\n",
        "f() {\n  echo \"$1\"\n}\nf @KEY@\n",
        "echo a#b '@KEY@'\n",
    ],
};

/// A program with its key in it.
struct Program {
    file: String,
    /// From a file of the corpus.
    is_long: bool,
    key: String,
    name: String,
    source: String,
}

impl Language {
    fn programs(&self) -> Vec<Program> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/fix").join(self.endings[0]);
        let entries = fs::read_dir(folder).expect("every language has a folder");
        let mut sources: Vec<(String, String)> = entries
            .map(|entry| entry.expect("it can be read").path())
            .map(|path| {
                let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
                (name, fs::read_to_string(path).expect("it is text"))
            })
            .collect();
        sources.sort();
        let long = sources.len();
        let short = self.short.iter().enumerate();
        sources.extend(short.map(|(at, text)| (format!("p{at}.{}", self.endings[0]), (*text).to_owned())));
        let program = |(at, (name, source)): (usize, (String, String))| {
            let key = keys::numbered("sk_live_{alnum:24}", 1 + u64::try_from(at).expect("few"));
            let file = format!("src/{name}");
            Program {
                file,
                is_long: at < long,
                source: source.replace("@KEY@", &key),
                key,
                name: format!("SEEDED_KEY_{at}"),
            }
        };
        sources.into_iter().enumerate().map(program).collect()
    }

    fn filled(&self, command: &str, program: &Program) -> String {
        let file = program.file.trim_start_matches("src/");
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        command.replace("FILE", file).replace("STEM", stem)
    }

    fn run(&self, repo: &TestRepo, program: &Program) -> Ran {
        repo.at("src").run("sh", &["-c", &self.filled(self.run, program)])
    }

    fn is_formatted(&self, repo: &TestRepo, program: &Program) -> bool {
        let ran = repo.at("src").run("sh", &["-c", &self.filled(self.format, program)]);
        !self.format.is_empty() && ran.code == 0 && ran.stdout.is_empty()
    }

    fn is_here(&self, repo: &TestRepo) -> bool {
        let here = repo.run("sh", &["-c", &format!("command -v {}", self.tool)]).code == 0;
        if !here {
            // Not by a macro: what those write is only shown of tests that fail.
            let said = format!("{} is not here: its programs are changed, and not run\n", self.tool);
            std::io::stderr().write_all(said.as_bytes()).expect("it can be written to");
        }
        here
    }

    /// Builds and runs every program.
    fn outputs(&self, repo: &TestRepo, programs: &[Program]) -> Vec<Ran> {
        if !self.build.is_empty() {
            let built = repo.at("src").run("sh", &["-c", self.build]);
            assert_eq!(built.code, 0, "{}{}", built.stdout, built.stderr);
        }
        programs.iter().map(|program| self.run(repo, program)).collect()
    }
}

/// The fingerprints of the keys, by path.
fn fingerprints(repo: &TestRepo) -> BTreeMap<String, String> {
    let found = repo.keystop(&["scan", "--format", "json", "src"]).stdout;
    let found: serde_json::Value = serde_json::from_str(&found).expect("JSON");
    let found = found["findings"].as_array().expect("they are listed").iter();
    let stripe = found.filter(|found| found["rule"] == "stripe-secret-key-live");
    let text = |value: &serde_json::Value| value.as_str().expect("it is text").to_owned();
    stripe.map(|found| (text(&found["path"]), text(&found["fingerprint"]))).collect()
}

/// A repository in which the toolchains of this machine work.
fn workshop() -> TestRepo {
    let mut repo = TestRepo::new();
    for name in ["HOME", "RUSTUP_HOME", "CARGO_HOME", "PYENV_VERSION"] {
        if let Some(value) = std::env::var_os(name) {
            repo.set(name, value);
        }
    }
    repo.set("GO111MODULE", "off");
    let out = repo.path("../out");
    fs::create_dir(&out).expect("it is ours");
    repo.set("OUT", out);
    repo.write("src/node.d.ts", "declare const process: { env: Record<string, string | undefined> };\n");
    repo
}

fn prove(language: &Language) {
    let mut repo = workshop();
    let programs = language.programs();
    for program in &programs {
        repo.stage(&program.file, &program.source);
    }
    let runs = language.is_here(&repo);
    let before = if runs { language.outputs(&repo, &programs) } else { Vec::new() };
    let prints = fingerprints(&repo);
    for program in &programs {
        let formatted = language.is_formatted(&repo, program);
        let print = prints.get(&program.file).unwrap_or_else(|| panic!("no key is seen in {}", program.file));
        let ran = repo.keystop(&["fix", print, "--name", &program.name, "--apply"]);
        assert_eq!(ran.code, 0, "{}\n{}", program.source, ran.stderr);
        assert!(!ran.stdout.contains(&program.key[8..]), "the key was printed");
        is_minimal(language, &repo, program);
        if !language.grammar.is_empty() {
            let fixed = text(&repo, &program.file);
            assert_eq!(syntax::fault(language.grammar, &fixed), None, "{fixed}");
        }
        assert!(!formatted || language.is_formatted(&repo, program), "{}", text(&repo, &program.file));
    }
    if !runs {
        return;
    }
    for program in &programs {
        repo.set(&program.name, &program.key);
    }
    let after = language.outputs(&repo, &programs);
    for ((program, before), after) in programs.iter().zip(before).zip(after) {
        assert_eq!(before.code, 0, "{}{}{}", program.source, before.stdout, before.stderr);
        let (before, after) = ((before.code, before.stdout, before.stderr), (after.code, after.stdout, after.stderr));
        assert_eq!(after, before, "{}", text(&repo, &program.file));
    }
    for program in programs.iter().filter(|program| program.is_long) {
        fails_loudly(language, &repo, program);
    }
}

fn text(repo: &TestRepo, file: &str) -> String {
    String::from_utf8(repo.read(file)).expect("it is text")
}

/// Only lines that held the key are taken away, few are added, and all end as they did.
fn is_minimal(language: &Language, repo: &TestRepo, program: &Program) {
    let fixed = text(repo, &program.file);
    assert!(!fixed.contains(&program.key), "{fixed}");
    assert_eq!(repo.git(&["show", &format!(":{}", program.file)]).ok().stdout, fixed, "restaged");
    repo.write("old", &program.source);
    let counted = repo.git(&["diff", "--no-index", "--numstat", "--ignore-blank-lines", "old", &program.file]).stdout;
    let counted: Vec<usize> = counted.split('\t').filter_map(|word| word.parse().ok()).collect();
    let held = program.source.lines().filter(|line| line.contains(&program.key)).count();
    let (each, once) = language.added;
    assert_eq!(counted[1], held, "{fixed}");
    assert!((held..=held + held * each + once).contains(&counted[0]), "{counted:?}\n{fixed}");
    let windows = program.source.contains("\r\n");
    assert_eq!(
        fixed.matches('\n').count(),
        if windows { fixed.matches("\r\n").count() } else { fixed.lines().count() }
    );
    assert_eq!(fixed.contains('\r'), windows);
}

fn fails_loudly(language: &Language, repo: &TestRepo, program: &Program) {
    let command = language.filled(language.run, program);
    let ran = repo.at("src").run("sh", &["-c", &format!("unset {}; {command}", program.name)]);
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert!(ran.code != 0 && said.contains(&program.name), "{} {said}", program.file);
}

#[test]
fn the_corpus_has_sixty_files_and_more() {
    let all = [&PYTHON, &JAVASCRIPT, &TYPESCRIPT, &GO, &JAVA, &KOTLIN, &RUBY, &PHP, &CSHARP, &RUST, &SWIFT, &SHELL];
    let long =
        all.iter().flat_map(|language| language.programs()).filter(|program| !program.file.starts_with("src/p0"));
    assert!(long.filter(|program| program.source.lines().count() > 4).count() >= 60);
}

#[test]
fn python_programs_say_the_same_afterwards() {
    prove(&PYTHON);
}

#[test]
fn javascript_programs_say_the_same_afterwards() {
    prove(&JAVASCRIPT);
}

#[test]
fn typescript_programs_say_the_same_afterwards() {
    prove(&TYPESCRIPT);
}

#[test]
fn go_programs_say_the_same_afterwards() {
    prove(&GO);
}

#[test]
fn java_programs_say_the_same_afterwards() {
    prove(&JAVA);
}

#[test]
fn kotlin_programs_say_the_same_afterwards() {
    prove(&KOTLIN);
}

#[test]
fn ruby_programs_say_the_same_afterwards() {
    prove(&RUBY);
}

#[test]
fn php_programs_say_the_same_afterwards() {
    prove(&PHP);
}

#[test]
fn csharp_programs_say_the_same_afterwards() {
    prove(&CSHARP);
}

#[test]
fn rust_programs_say_the_same_afterwards() {
    prove(&RUST);
}

#[test]
fn swift_programs_say_the_same_afterwards() {
    prove(&SWIFT);
}

#[test]
fn shell_programs_say_the_same_afterwards() {
    prove(&SHELL);
}
