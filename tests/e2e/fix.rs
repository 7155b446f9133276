//! A literal becomes a read of the environment: the program says the same, little changes, and nothing is ever lost.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::keys;
use crate::repo::{KEYSTOP, TestRepo};

fn key(seed: u64) -> String {
    keys::numbered("sk_live_{alnum:24}", seed)
}

fn line_of(text: &str, what: &str) -> usize {
    text[..text.find(what).expect("it is there")].matches('\n').count() + 1
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
        ("o.sh", format!("cat <<'EOF'\n\"{k}\"\nEOF\n"), "here-document"),
        ("p.rb", format!("x = <<~SQL\n  k \"{k}\"\nSQL\n"), "here-document"),
        ("q.php", format!("<?php\n$x = <<<SQL\n  k \"{k}\"\nSQL;\n"), "here-document"),
        ("r.rb", format!("x = \"{k} #{{y[1]}}\"\n"), "has code in it"),
        ("s.kt", format!("val x = \"{k} ${{y[1]}}\"\n"), "has code in it"),
        ("t.js", format!("const x = {{ \"{k}\": 1 }};\n"), "a name there"),
        ("u.js", format!("import x from \"{k}\";\n"), "only a constant"),
        ("v.ts", format!("x();\nenum E {{\n  A = \"{k}\",\n}}\n"), "only a constant"),
        ("w.kt", format!("class A(\n    @Value(\n        \"{k}\") val x: String)\n"), "in an annotation"),
        ("x.cs", format!("class A {{\n  void F([B(\"{k}\")] int c) {{}}\n}}\n"), "in an annotation"),
        ("y.cs", format!("class A {{\n  void F(string k = \"{k}\") {{}}\n}}\n"), "a default value"),
        ("z.php", format!("<?php $f = fn ($k = \"{k}\") => $k;\n"), "a default value"),
        ("mod.rs", format!("use a;\nmod b {{\n    fn k() {{\n        c(\"{k}\");\n    }}\n}}\n"), "only a constant"),
        ("src/PayTest.java", format!("class A {{ String k = \"{k}\"; }}\n"), "a test needs no real key"),
        ("a.ts", format!("import R from \"react\";\nconst k = \"{k}\";\n"), "runs at its users"),
        ("a.lua", format!("k = \"{k}\"\n"), "not known well enough"),
        ("a.swift", format!("enum A: String {{\n  case k = \"{k}\"\n}}\n"), "only a constant"),
        ("b.swift", format!("let k = #\"{k}\"#\n"), "letters before the quote"),
        ("c.swift", format!("import SwiftUI\nlet k = \"{k}\"\n"), "runs at its users"),
        ("d.swift", format!("let k: StaticString = \"{k}\"\n"), "only a constant"),
        ("ios/App.swift", format!("let k = \"{k}\"\n"), "runs at its users"),
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
