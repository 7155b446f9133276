//! A literal becomes a read of the environment: the program says the same, little changes, and nothing is ever lost.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::keys;
use crate::repo::{KEYSTOP, TestRepo};

/// A language, how a file of it is run, and programs that print their key; `KEY` stands for one.
struct Corpus {
    ending: &'static str,
    run: &'static str,
    programs: &'static [&'static str],
}

const CORPUS: &[Corpus] = &[
    Corpus {
        ending: "py",
        run: "python3 FILE",
        programs: &[
            "key = \"KEY\"\nprint(key)\n",
            "import sys\n\nkey = 'KEY'  # live\nsys.stdout.write(key)\n",
            "\"\"\"A doc.\n\nof lines\"\"\"\n\nprint(\"KEY\")\n",
            "#!/usr/bin/env python3\nimport os\nclient = dict(api_key=\"KEY\")\nprint(client[\"api_key\"])\n",
            "def f(key=\"KEY\"):\n    return key\n\nprint(f())\n",
            "from __future__ import annotations\nheaders = {\"Authorization\": \"Bearer KEY\"}\nprint(headers[\"Authorization\"])\n",
            "keys = [\r\n    \"KEY\",\r\n]\r\nprint(keys[0])\r\n",
            "# don't\nprint(len(\"KEY\"), r\"KEY\".lower())\n",
        ],
    },
    Corpus {
        ending: "js",
        run: "node FILE",
        programs: &[
            "const key = \"KEY\";\nconsole.log(key);\n",
            "console.log('KEY')\n",
            "const c = { key: 'KEY', n: 1 };\nconsole.log(c.key);\n",
            "const h = { auth: \"Bearer KEY\" };\r\nconsole.log(h.auth);\r\n",
            "const odd = /[\"'`/]/;\nconst key = 'KEY'; // it's live\nconsole.log(odd.test('a'), key);\n",
            "console.log(\"KEY\".length)\n",
            "/* don't\n */\nfunction f(a, key = 'KEY') { return key; }\nconsole.log(f(1));\n",
            "const t = `a\n\"b`;\nlet key = \"KEY\"\nconsole.log(t, key)\n",
        ],
    },
    Corpus {
        ending: "go",
        run: "go run FILE",
        programs: &[
            "package main\n\nimport \"fmt\"\n\nvar key = \"KEY\"\n\nfunc main() { fmt.Println(key) }\n",
            "package main\n\nimport \"fmt\"\n\nconst key = \"KEY\"\n\nfunc main() { fmt.Println(key) }\n",
            "package main\n\nimport (\n\t\"fmt\"\n\t\"strings\"\n)\n\nfunc main() {\n\tkey := \"KEY\"\n\tfmt.Println(strings.ToUpper(key))\n}\n",
            "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc main() {\n\tfmt.Fprintln(os.Stdout, \"Bearer KEY\")\n}\n",
            "package main\r\n\r\nimport \"fmt\"\r\n\r\ntype c struct{ key string }\r\n\r\nfunc main() {\r\n\tfmt.Println(c{key: \"KEY\"}.key)\r\n}\r\n",
            "package main\n\nfunc main() {\n\tprint := func(s string) { println(len(s)) }\n\tprint(\"KEY\")\n}\n",
            "package main\n\nimport \"fmt\"\n\n// it's `odd\nvar keys = map[string]string{\n\t\"a\": \"KEY\",\n}\n\nfunc main() { fmt.Println(keys[\"a\"]) }\n",
        ],
    },
    Corpus {
        ending: "java",
        run: "java FILE",
        programs: &[
            "class A {\n  public static void main(String[] a) {\n    String key = \"KEY\";\n    System.out.println(key);\n  }\n}\n",
            "class A {\n  static final String KEY_ = \"KEY\";\n  public static void main(String[] a) { System.out.println(KEY_); }\n}\n",
            "class A {\n  public static void main(String[] a) { System.out.println(\"KEY\"); }\n}\n",
            "import java.util.Map;\nclass A {\n  public static void main(String[] a) {\n    System.out.println(Map.of(\"k\", \"KEY\").get(\"k\"));\n  }\n}\n",
            "class A {\r\n  public static void main(String[] a) {\r\n    char c = '\"';\r\n    System.out.println(\"Bearer KEY\" + c);\r\n  }\r\n}\r\n",
            "class A {\n  public static void main(String[] a) {\n    System.out.println(\"KEY\".length());\n  }\n}\n",
            "class A {\n  // don't\n  static String f() { return \"KEY\"; }\n  public static void main(String[] a) { System.out.println(f()); }\n}\n",
        ],
    },
    Corpus {
        ending: "rb",
        run: "ruby FILE",
        programs: &[
            "key = \"KEY\"\nputs key\n",
            "puts 'KEY'\n",
            "KEYS = { live: 'KEY' }.freeze\nputs KEYS[:live]\n",
            "puts \"Bearer KEY\"\n",
            "def f(key: \"KEY\")\n  key\nend\nputs f\n",
            "# it's\r\nkey = 'KEY'.freeze\r\nputs key\r\n",
            "puts [\"a\", \"KEY\"].last\n",
            "=begin\ndon't\n=end\nputs(\"KEY\".length)\n",
        ],
    },
    Corpus {
        ending: "php",
        run: "php FILE",
        programs: &[
            "<?php\n$key = 'KEY';\necho $key;\n",
            "<?php\necho \"KEY\";\n",
            "<p>don't</p>\n<?php\n$c = ['key' => 'KEY', 'n' => 1];\necho $c['key'];\n",
            "<?php\r\n$h = \"Bearer KEY\";\r\necho $h;\r\n",
            "<?php\nfunction f() {\n    return 'KEY';\n}\necho f();\n",
            "<?php\ndefine('K', 'KEY'); // it's\necho K;\n",
            "<?php\necho strlen('KEY') . 'x';\n",
        ],
    },
    Corpus {
        ending: "cs",
        run: "mcs -out:FILE.exe FILE && mono FILE.exe",
        programs: &[
            "class A { static void Main() {\n  var key = \"KEY\";\n  System.Console.WriteLine(key);\n} }\n",
            "using System;\nclass A {\n  private const string K = \"KEY\";\n  static void Main() { Console.WriteLine(K); }\n}\n",
            "class A { static void Main() { System.Console.WriteLine(\"KEY\"); } }\n",
            "using System;\r\nclass A { static void Main() {\r\n  string h = \"Bearer KEY\";\r\n  Console.WriteLine(h);\r\n} }\r\n",
            "class A { static void Main() { System.Console.WriteLine(\"KEY\".Length); } }\n",
            "class A {\n  // don't\n  static string F() { return \"KEY\"; }\n  static void Main() { System.Console.WriteLine(F()); }\n}\n",
            "using System.Collections.Generic;\nclass A { static void Main() {\n  var d = new Dictionary<string, string> { { \"k\", \"KEY\" } };\n  System.Console.WriteLine(d[\"k\"]);\n} }\n",
        ],
    },
    Corpus {
        ending: "rs",
        run: "rustc -A warnings -o FILE.bin FILE && FILE.bin",
        programs: &[
            "fn main() {\n    let key = \"KEY\";\n    println!(\"{key}\");\n}\n",
            "fn main() {\n    let key: &str = \"KEY\"; // it's\n    println!(\"{}\", key);\n}\n",
            "struct C { key: String }\n\nfn main() {\n    let c = C { key: \"KEY\".to_string() };\n    println!(\"{}\", c.key);\n}\n",
            "fn f(key: &str) -> usize {\n    key.len()\n}\n\nfn main() {\n    println!(\"{}\", f(\"KEY\"));\n}\n",
            "fn main() {\r\n    let all = [(\"a\", \"KEY\"), (\"b\", \"c\")];\r\n    println!(\"{}\", all[0].1);\r\n}\r\n",
            "fn main() {\n    let key = String::from(\"KEY\");\n    println!(\"{key}\");\n}\n",
        ],
    },
    Corpus {
        ending: "sh",
        run: "bash FILE",
        programs: &[
            "key=KEY\necho \"$key\"\n",
            "key=\"KEY\"\necho \"$key\"\n",
            "key='KEY'\necho \"$key\"\n",
            "#!/bin/sh\nexport TOKEN_X=KEY\necho $TOKEN_X\n",
            "echo \"Authorization: Bearer KEY\" # don't\n",
            "echo 'Authorization: \"Bearer\" KEY!'\n",
            "f() {\n  echo \"$1\"\n}\nf KEY\n",
            "echo a#b 'KEY'\n",
        ],
    },
];

fn key(seed: u64) -> String {
    keys::numbered("sk_live_{alnum:24}", seed)
}

fn line_of(text: &str, what: &str) -> usize {
    text[..text.find(what).expect("it is there")].matches('\n').count() + 1
}

/// Runs a program of the corpus; none where its toolchain is not here.
fn output(repo: &TestRepo, run: &str, file: &str) -> Option<String> {
    let tool = run.split(' ').next().unwrap_or_default();
    if repo.run("sh", &["-c", &format!("command -v {tool}")]).code != 0 {
        return None;
    }
    let file = repo.path(file).display().to_string();
    Some(repo.run("sh", &["-c", &run.replace("FILE", &file)]).ok().stdout)
}

#[test]
fn sixty_programs_in_nine_languages_say_the_same_afterwards() {
    assert!(CORPUS.iter().map(|language| language.programs.len()).sum::<usize>() >= 60);
    let mut repo = TestRepo::new();
    for name in ["HOME", "RUSTUP_HOME", "CARGO_HOME", "PYENV_VERSION"] {
        if let Some(value) = std::env::var_os(name) {
            repo.set(name, value);
        }
    }
    repo.set("GOFLAGS", "-mod=mod");
    repo.set("GO111MODULE", "off");
    let mut seed = 0;
    for language in CORPUS {
        for (number, program) in language.programs.iter().enumerate() {
            seed += 1;
            let file = format!("src/p{number}.{}", language.ending);
            let (name, key) = (format!("SEEDED_KEY_{seed}"), key(seed));
            let source =
                program.replace("KEY", &key).replace(&format!("{key}S"), "KEYS").replace(&format!("{key}_"), "KEY_");
            repo.stage(&file, &source);
            let before = output(&repo, language.run, &file);
            let place = format!("{file}:{}", line_of(&source, &key));
            let ran = repo.keystop(&["fix", &place, "--name", &name, "--apply"]);
            assert_eq!(ran.code, 0, "{source}\n{}", ran.stderr);
            assert!(!ran.stdout.contains(&key[8..]), "the key was printed");
            let fixed = String::from_utf8(repo.read(&file)).expect("it is text");
            assert!(!fixed.contains(&key), "{fixed}");
            assert_eq!(repo.git(&["show", &format!(":{file}")]).ok().stdout, fixed, "restaged");
            repo.set(&name, &key);
            assert_eq!(output(&repo, language.run, &file), before, "{fixed}");
            let kept = |line: &&str| source.split('\n').any(|old| old == *line);
            let changed = fixed.split('\n').filter(|line| !kept(line)).count();
            assert!((1..=2).contains(&changed), "{changed} lines changed:\n{fixed}");
            assert_eq!(fixed.contains("\r\n"), source.contains("\r\n"));
        }
    }
    let env = String::from_utf8(repo.read(".env")).expect("it is text");
    assert_eq!(env.lines().count(), usize::try_from(seed).expect("few"));
    assert_eq!(repo.git(&["check-ignore", ".env"]).ok().stdout, ".env\n");
    let loaded = repo.run("sh", &["-c", "set -a; . ./.env; printf %s \"$SEEDED_KEY_7\""]).ok().stdout;
    assert_eq!(loaded, key(7), "a shell reads it back");
}

#[test]
fn the_difference_is_shown_and_nothing_changes_without_apply() {
    let repo = TestRepo::new();
    repo.stage("a.py", format!("key = \"{}\"\n", key(1)));
    let ran = repo.keystop(&["fix", "a.py:1"]).ok();
    for line in [
        "-key = \"sk_live_...(32 bytes)\"",
        "+key = os.environ[\"STRIPE_SECRET_KEY\"]",
        "+import os",
        "+STRIPE_SECRET_KEY=sk_live_...(32 bytes)",
    ] {
        assert!(ran.stdout.lines().any(|said| said == line), "{line}\n{}", ran.stdout);
    }
    assert!(!ran.stdout.contains(&key(1)[8..]));
    assert!(!repo.path(".env").exists() && repo.read("a.py").starts_with(b"key = \"sk"));
    assert!(!repo.git(&["diff", "--cached"]).ok().stdout.contains(".gitignore"));
}

#[test]
fn a_fixed_commit_passes_and_no_other_key_is_shown() {
    let repo = TestRepo::new();
    repo.stage("a.py", format!("pair = (\"{}\", \"{}\")\n", key(1), key(2)));
    let print = repo.keystop(&["scan", "--format", "json", "a.py"]).stdout;
    let print: serde_json::Value = serde_json::from_str(&print).expect("JSON");
    for found in print["findings"].as_array().expect("two") {
        let print = found["fingerprint"].as_str().expect("it has one");
        let name = format!("STRIPE_{print}").to_ascii_uppercase();
        let ran = repo.keystop(&["fix", print, "--name", &name, "--apply"]).ok();
        assert!(!ran.stdout.contains(&key(1)[8..]) && !ran.stdout.contains(&key(2)[8..]), "{}", ran.stdout);
    }
    repo.passes(&[]);
}

#[test]
fn unstaged_edits_stay_unstaged() {
    let repo = TestRepo::new();
    repo.stage("a.py", format!("import os\nkey = \"{}\"\n", key(1)));
    repo.write("a.py", format!("import os\nkey = \"{}\"\nprint(1)\n", key(1)));
    repo.stage("b.py", "x = 1\n");
    repo.write("b.py", "x = 2\n");
    repo.keystop(&["fix", "a.py:2", "--apply"]).ok();
    let read = "key = os.environ[\"STRIPE_SECRET_KEY\"]\n";
    assert_eq!(repo.git(&["show", ":a.py"]).ok().stdout, format!("import os\n{read}"));
    assert_eq!(repo.read("a.py"), format!("import os\n{read}print(1)\n").as_bytes());
    assert_eq!(repo.git(&["show", ":b.py"]).ok().stdout, "x = 1\n");
    assert_eq!(repo.read("b.py"), b"x = 2\n");
    assert_eq!(repo.git(&["diff", "--name-only"]).ok().stdout, "a.py\nb.py\n");
}

#[test]
fn what_cannot_be_right_is_refused_with_the_reason_and_nothing_changes() {
    let repo = TestRepo::new();
    let k = key(1);
    for (path, source, why) in [
        ("tests/test_a.py", format!("k = \"{k}\"\n"), "a test needs no real key"),
        ("src/pay.test.js", format!("k = \"{k}\"\n"), "a test needs no real key"),
        ("src/App.tsx", format!("const k = \"{k}\";\n"), "runs at its users"),
        ("web/public/a.js", format!("const k = \"{k}\";\n"), "runs at its users"),
        ("a.js", format!("const k = document.getElementById(\"{k}\");\n"), "runs at its users"),
        ("b.js", format!("const k = `{k}`;\n"), "go over lines"),
        ("c.py", format!("# k = \"{k}\"\n"), "in a comment"),
        ("d.py", format!("k = \"a\" \"{k}\"\n"), "beside another literal"),
        ("e.py", format!("k = f\"{k}\"\n"), "letters before the quote"),
        ("f.py", format!("k = \"\"\"\n{k}\n\"\"\"\n"), "go over lines"),
        ("g.rs", format!("const K: &str = \"{k}\";\n"), "only a constant"),
        ("h.go", format!("package a\n\nconst (\n\tk = \"{k}\"\n)\n"), "only a constant"),
        ("i.php", format!("<?php class A {{\n  private $k = '{k}';\n}}\n"), "only a constant"),
        ("j.php", format!("<b a='{k}'></b>\n"), "outside of the code"),
        ("k.java", format!("class A {{\n  @Value(\"{k}\") String k;\n}}\n"), "only a constant"),
        ("l.yml", format!("key: {k}\n"), "reads no environment"),
        ("m.md", format!("key: {k}\n"), "it is text"),
        ("n.sh", format!("cat <<EOF\n{k}\nEOF\n"), "here-document"),
    ] {
        repo.stage(path, &source);
        let before = repo.git(&["ls-files", "--stage"]).stdout;
        let ran = repo.keystop(&["fix", &format!("{path}:{}", line_of(&source, &k)), "--apply"]);
        assert!(ran.code == 2 && ran.stderr.contains(why), "{path}: {}{}", ran.stdout, ran.stderr);
        assert!(!ran.stderr.contains(&k[8..]));
        assert_eq!(repo.read(path), source.as_bytes());
        assert!(!repo.path(".env").exists() && repo.git(&["ls-files", "--stage"]).stdout == before);
    }
}

#[test]
fn another_value_and_a_tracked_env_file_are_refused() {
    let repo = TestRepo::new();
    repo.stage("a.py", format!("k = \"{}\"\n", key(1)));
    repo.write(".gitignore", ".env\n");
    repo.write(".env", "STRIPE_SECRET_KEY=other\n");
    let ran = repo.keystop(&["fix", "a.py:1", "--apply"]);
    assert!(ran.code == 2 && ran.stderr.contains("another value"), "{}", ran.stderr);
    repo.keystop(&["fix", "a.py:1", "--apply", "--name", "PAY_KEY"]).ok();
    assert_eq!(repo.read(".env"), format!("STRIPE_SECRET_KEY=other\nPAY_KEY={}\n", key(1)).as_bytes());
    repo.stage(".env", "A=1\n");
    repo.stage("b.py", format!("k = \"{}\"\n", key(2)));
    let ran = repo.keystop(&["fix", "b.py:1", "--apply"]);
    assert!(ran.code == 2 && ran.stderr.contains("is tracked"), "{}", ran.stderr);
}

/// Copies the files of a folder.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("it is there") {
        let path = entry.expect("it can be read").path();
        let target = to.join(path.file_name().expect("it has a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("it can be copied");
        }
    }
}

#[test]
fn killed_at_a_thousand_instants_the_value_is_never_lost_and_the_change_is_whole_in_the_end() {
    let points = std::env::var("KEYSTOP_KILL_POINTS").map_or(100, |text| text.parse().expect("a number"));
    let repo = TestRepo::new();
    fs::remove_dir_all(repo.path(".git/hooks")).expect("they are there");
    let source = format!("import os\nkey = \"{}\"\n", key(1));
    for file in ["a.py", "b.py", "c.py"] {
        repo.stage(file, &source);
    }
    let print = repo.keystop(&["scan", "--format", "json", "a.py"]).stdout;
    let print: serde_json::Value = serde_json::from_str(&print).expect("JSON");
    let print = print["findings"][0]["fingerprint"].as_str().expect("it has one");
    let whole = {
        let other = repo.at("../timed");
        copy(&repo.path(""), &other.path(""));
        let begun = Instant::now();
        other.keystop(&["fix", print, "--apply"]).ok();
        begun.elapsed()
    };
    let holds =
        |repo: &TestRepo, file: &str| fs::read_to_string(repo.path(file)).is_ok_and(|text| text.contains(&key(1)));
    for point in 0..points {
        let repo = repo.at(format!("../killed-{point}"));
        copy(&repo.path("../work/"), &repo.path(""));
        let mut child = Command::new(KEYSTOP)
            .args(["fix", print, "--apply"])
            .current_dir(repo.path(""))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("it can be started");
        std::thread::sleep(whole.mul_f64(1.1 * f64::from(point) / f64::from(points)));
        // The whole group, git with it: as a power cut would.
        let group = format!("-{}", child.id());
        drop(Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status());
        drop(child.wait());
        std::thread::sleep(Duration::from_millis(1));
        for file in ["a.py", "b.py", "c.py"] {
            assert!(holds(&repo, file) || holds(&repo, ".env"), "{point}: the value is lost");
        }
        // Git leaves its lock behind when it is killed, and says so; a person takes it away.
        drop(fs::remove_file(repo.path(".git/index.lock")));
        let ran = repo.keystop(&["fix"]);
        let untouched = ["a.py", "b.py", "c.py"].iter().all(|file| repo.read(file) == source.as_bytes());
        if untouched {
            assert!(!repo.path(".env").exists() && repo.git(&["show", ":a.py"]).ok().stdout == source, "{point}");
        } else {
            for file in ["a.py", "b.py", "c.py"] {
                assert!(!holds(&repo, file), "{point}: half a change\n{}", ran.stderr);
                assert_eq!(repo.git(&["show", &format!(":{file}")]).ok().stdout.as_bytes(), repo.read(file), "{point}");
            }
            assert!(holds(&repo, ".env"), "{point}");
        }
        for left in ["keystop-fix", "keystop-fix.new", "keystop-fix.done"] {
            assert!(!repo.path(".git").join(left).exists(), "{point}: {left} stays");
        }
        fs::remove_dir_all(repo.path("")).expect("it is ours");
    }
}
