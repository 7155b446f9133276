//! The snippets of `languages.toml` and `stores.toml`: every cell is checked for its shape, parsed by the language's own
//! tool, and run where that needs no library. What this machine lacks is named on standard error.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread;

use keystop::config::Store;
use keystop::remedy::language::{Language, Names};

use crate::repo::{Ran, TestRepo};
use crate::syntax;

const STORES: [Store; 4] = [Store::Env, Store::Aws, Store::Vault, Store::Conjur];

/// Parses Java with the compiler's own parser: symbols need not be there.
const JAVA: &str = "import com.sun.source.util.*; import javax.tools.*; import java.nio.file.*;
public class Parse { public static void main(String[] file) throws Exception {
  var compiler = ToolProvider.getSystemJavaCompiler(); var said = new DiagnosticCollector<JavaFileObject>();
  var files = compiler.getStandardFileManager(null, null, null).getJavaFileObjects(Path.of(file[0]));
  ((JavacTask) compiler.getTask(null, null, said, null, null, files)).parse().forEach(unit -> {});
  said.getDiagnostics().forEach(System.err::println); System.exit(said.getDiagnostics().size());
}}
";

/// Formats that are YAML.
const YAML: &[&str] = &[
    "compose",
    "github-actions",
    "gitlab-ci",
    "circleci",
    "travis",
    "azure-pipelines",
    "bitbucket-pipelines",
    "kubernetes",
    "ansible",
    "cloudformation",
    "serverless",
    "spring-yaml",
    "yaml",
];

/// A tool that parses: the languages, the file's name, what stands around the snippet, and the command.
struct Parser {
    languages: &'static [&'static str],
    file: &'static str,
    around: (&'static str, &'static str),
    command: &'static [&'static str],
}

const PARSERS: [Parser; 13] = [
    Parser {
        languages: &["python"],
        file: "a.py",
        around: ("", ""),
        command: &["python3", "-c", "import ast; ast.parse(open('a.py').read())"],
    },
    Parser { languages: &["javascript"], file: "a.mjs", around: ("", ""), command: &["node", "--check", "a.mjs"] },
    Parser { languages: &["ruby"], file: "a.rb", around: ("", ""), command: &["ruby", "-c", "a.rb"] },
    Parser { languages: &["php"], file: "a.php", around: ("<?php\n\n", ""), command: &["php", "-l", "a.php"] },
    Parser { languages: &["shell"], file: "a.sh", around: ("", ""), command: &["bash", "-n", "a.sh"] },
    Parser { languages: &["fish"], file: "a.fish", around: ("", ""), command: &["fish", "-n", "a.fish"] },
    Parser { languages: &["perl"], file: "a.pl", around: ("", ""), command: &["perl", "-c", "a.pl"] },
    Parser { languages: &["lua"], file: "a.lua", around: ("", ""), command: &["luac", "-p", "a.lua"] },
    Parser {
        languages: &["go"],
        file: "a.go",
        around: ("package a\n\nfunc f() (string, error) {\n", "\n}\n"),
        command: &["gofmt", "-e", "a.go"],
    },
    Parser {
        languages: &["rust"],
        file: "a.rs",
        around: ("async fn f() -> anyhow::Result<()> {\n", "\nOk(())\n}\n"),
        command: &["rustfmt", "--edition", "2024", "a.rs"],
    },
    Parser { languages: &["terraform"], file: "a.tf", around: ("", ""), command: &["terraform", "fmt", "a.tf"] },
    Parser {
        languages: &["java"],
        file: "A.java",
        around: ("class A { void f() throws Exception {\n", "\n}}\n"),
        command: &["java", "Parse.java", "A.java"],
    },
    Parser {
        languages: YAML,
        file: "a.yml",
        around: ("", ""),
        command: &["python3", "-c", "import yaml; list(yaml.parse(open('a.yml')))"],
    },
];

/// A tool that runs the snippet for the environment: what prints the variable, and the command.
const RUNNERS: [(&str, &str, &str, &[&str]); 7] = [
    ("python", "", "\nprint(stripe_secret_key)\n", &["python3", "-"]),
    ("javascript", "", "\nconsole.log(stripeSecretKey);\n", &["node", "-"]),
    ("ruby", "", "\nputs stripe_secret_key\n", &["ruby", "-"]),
    ("php", "<?php\n\n", "\necho $stripeSecretKey;\n", &["php"]),
    ("shell", "", "\nprintf '%s' \"$stripe_secret_key\"\n", &["bash", "-s"]),
    ("perl", "", "\nprint $stripe_secret_key;\n", &["perl", "-"]),
    ("lua", "", "\nprint(stripe_secret_key)\n", &["lua", "-"]),
];

/// A snippet, the head of its file, and what stands around it.
fn file(language: &Language, store: Store, around: (&str, &str)) -> Option<String> {
    let lines = language.lines(store, &names(language))?;
    let head = language.head(store).join("\n");
    let (before, after) = around;
    // What opens a file stands before its head.
    let (first, rest) = before.split_once("\n\n").unwrap_or(("", before));
    Some(format!("{first}\n{head}\n{rest}{}{after}", lines.join("\n")))
}

fn names(language: &Language) -> Names {
    Names::new(None, Some("STRIPE_SECRET_KEY"), language)
}

fn language(id: &str) -> Language {
    Language::by_name(id).expect("the language is known")
}

/// What a machine lacks is not passed over in silence.
#[expect(clippy::print_stderr, reason = "a test has nobody else to tell")]
fn told(text: &str) {
    eprintln!("{text}");
}

fn has(repo: &TestRepo, tool: &str) -> bool {
    let found = repo.run("sh", &["-c", &format!("command -v {tool}")]).code == 0;
    if !found {
        told(&format!("not on this machine, so its snippets are only checked for their shape: {tool}"));
    }
    found
}

#[test]
fn every_cell_is_whole() {
    for id in Language::ids() {
        let language = language(id);
        for store in STORES {
            let Some(lines) = language.lines(store, &names(&language)) else { continue };
            let code = lines.join("\n");
            for hole in ["{env}", "{var}", "{path}", "{field}", "{mount}", "{region}", "{id}"] {
                assert!(!code.contains(hole), "{id} {store:?}: {hole}\n{code}");
            }
            for (open, close) in [('(', ')'), ('[', ']'), ('{', '}')] {
                let count = |c| code.matches(c).count();
                assert_eq!(count(open), count(close), "{id} {store:?}\n{code}");
            }
            assert!(lines.iter().all(|line| line.chars().count() <= 80), "{id} {store:?}\n{code}");
        }
    }
}

#[test]
fn every_cell_of_a_language_is_parsed_by_its_own_tool() {
    let mut repo = TestRepo::folder();
    // The tools of rustup are found through these; a test has a HOME of its own.
    for name in ["RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
        if let Some(value) = std::env::var_os(name) {
            repo.set(name, value);
        }
    }
    let mut parsed = 0;
    repo.write("Parse.java", JAVA);
    for Parser { languages, file, around, command } in PARSERS {
        let parse = |code: &str| {
            repo.write(file, code);
            repo.run(command[0], &command[1..])
        };
        if !has(&repo, command[0]) || parse(&format!("{}{}", around.0, around.1)).code != 0 {
            told(&format!("not parsed on this machine: {}", languages.join(", ")));
            continue;
        }
        for (id, store) in languages.iter().flat_map(|id| STORES.map(|store| (id, store))) {
            let language = language(id);
            let Some(code) = self::file(&language, store, around) else { continue };
            let ran = parse(&code);
            assert_eq!(ran.code, 0, "{id} {store:?}\n{code}\n{}{}", ran.stdout, ran.stderr);
            parsed += 1;
        }
    }
    assert!(parsed > 0, "no tool of any language is here");
}

#[test]
fn every_cell_of_a_language_without_a_tool_is_parsed_all_the_same() {
    for id in syntax::IDS {
        let language = language(id);
        let around = match id {
            "kotlin" => ("suspend fun f() {\n", "\n}\n"),
            "swift" => ("func f() async throws {\n", "\n}\n"),
            "jenkinsfile" => ("node {\n", "\n}\n"),
            _ => ("", "\n"),
        };
        let codes: Vec<String> = STORES.iter().filter_map(|store| file(&language, *store, around)).collect();
        assert!(!codes.is_empty(), "{id}");
        for code in codes {
            assert_eq!(syntax::fault(id, &code), None, "{id}\n{code}");
        }
    }
}

fn piped(repo: &TestRepo, command: &[&str], code: &str) -> Ran {
    repo.write("snippet", code);
    let line = command.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
    repo.run("sh", &["-c", &format!("{line} < snippet")])
}

#[test]
fn the_environment_is_read_and_an_empty_or_missing_variable_is_an_error() {
    for (id, before, after, command) in RUNNERS {
        let mut repo = TestRepo::folder();
        if !has(&repo, command[0]) {
            continue;
        }
        let language = language(id);
        let code = file(&language, Store::Env, (before, after)).expect("each has one");
        assert_ne!(piped(&repo, command, &code).code, 0, "{id}: missing\n{code}");
        repo.set("STRIPE_SECRET_KEY", "");
        assert_ne!(piped(&repo, command, &code).code, 0, "{id}: empty\n{code}");
        repo.set("STRIPE_SECRET_KEY", "told");
        let ran = piped(&repo, command, &code).ok();
        assert_eq!(ran.stdout.trim(), "told", "{id}\n{code}");
    }
}

/// Answers as Vault's KV version 2 and as Conjur do, to whoever shows the right token.
fn stand_in() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream);
            let mut head = Vec::new();
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
                    break;
                }
                head.push(line.trim().to_owned());
            }
            let header = |name: &str| {
                head.iter().find_map(|line| line.to_ascii_lowercase().strip_prefix(name).map(str::to_owned))
            };
            let length = header("content-length:").and_then(|length| length.trim().parse().ok()).unwrap_or(0);
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("the body is as long as it says");
            let first = head.first().cloned().unwrap_or_default();
            let answer =
                answered(&first, &head, &body, header("accept-encoding:").is_some_and(|v| v.trim() == "base64"));
            let (status, text) = answer.map_or(("403 Forbidden", String::new()), |text| ("200 OK", text));
            let mut stream = reader.into_inner();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{text}",
                text.len()
            );
        }
    });
    port
}

fn answered(first: &str, head: &[String], body: &[u8], wants_base64: bool) -> Option<String> {
    let shows = |wanted: &str| head.iter().any(|line| line.eq_ignore_ascii_case(wanted));
    match first.trim_end_matches(" HTTP/1.1") {
        "GET /v1/secret/data/prod/app" if shows("X-Vault-Token: vault-token") => {
            Some(r#"{"data":{"data":{"stripe_secret_key":"told"}}}"#.into())
        }
        "POST /authn/acme/host%2Fapp/authenticate" if body == b"conjur-key" => {
            Some(if wants_base64 { "dG9rZW4=".into() } else { "token".into() })
        }
        "GET /secrets/acme/variable/prod%2Fapp%2Fstripe_secret_key"
            if shows("Authorization: Token token=\"dG9rZW4=\"") =>
        {
            Some("told".into())
        }
        _ => None,
    }
}

#[test]
fn vault_and_conjur_are_read_where_no_library_is_needed() {
    let port = stand_in();
    let mut repo = TestRepo::folder();
    for (name, value) in [
        ("VAULT_ADDR", format!("http://127.0.0.1:{port}").as_str()),
        ("VAULT_TOKEN", "vault-token"),
        ("CONJUR_APPLIANCE_URL", &format!("http://127.0.0.1:{port}")),
        ("CONJUR_ACCOUNT", "acme"),
        ("CONJUR_AUTHN_LOGIN", "host/app"),
        ("CONJUR_AUTHN_API_KEY", "conjur-key"),
    ] {
        repo.set(name, value);
    }
    for (id, store, before, after, command) in [
        (
            "javascript",
            Store::Vault,
            "",
            "\nconsole.log(stripeSecretKey);\n",
            &["node", "--input-type=module", "-"][..],
        ),
        ("javascript", Store::Conjur, "", "\nconsole.log(stripeSecretKey);\n", &["node", "--input-type=module", "-"]),
        ("php", Store::Vault, "<?php\n", "\necho $stripeSecretKey;\n", &["php"]),
        ("php", Store::Conjur, "<?php\n", "\necho $stripeSecretKey;\n", &["php"]),
        ("shell", Store::Conjur, "", "\nprintf '%s' \"$stripe_secret_key\"\n", &["bash", "-s"]),
    ] {
        if !has(&repo, command[0]) || (id == "php" && !php_speaks_http(&repo)) || (id == "shell" && !has(&repo, "jq")) {
            continue;
        }
        let language = language(id);
        let lines = language.lines(store, &names(&language)).expect("it has one");
        // The command line tool of the first lines is not here; the way without it is.
        let lines: Vec<String> = match lines.iter().position(|line| line.starts_with("# or without")) {
            Some(at) => lines[at..].to_vec(),
            None => lines,
        };
        let code = format!("{before}{}{after}", lines.join("\n"));
        let ran = piped(&repo, command, &code);
        assert_eq!((ran.code, ran.stdout.trim()), (0, "told"), "{id} {store:?}\n{code}\n{}", ran.stderr);
    }
}

fn php_speaks_http(repo: &TestRepo) -> bool {
    repo.run("php", &["-r", "exit(function_exists('curl_init') ? 0 : 1);"]).code == 0
}
