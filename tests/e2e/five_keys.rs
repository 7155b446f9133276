//! The main job: five keys a web developer has, in the languages a web developer writes.

use crate::keys::{code, key};
use crate::repo::TestRepo;

/// A key: its name in the message, what it is assigned to, its shape.
const KEYS: [(&str, &str, &str); 5] = [
    ("Stripe secret key (live)", "STRIPE_SECRET_KEY", "sk_live_51{alnum:97}"),
    ("Customer.io App API key", "CUSTOMERIO_APP_API_KEY", "{hex:32}"),
    ("GitHub personal access token (classic)", "GITHUB_TOKEN", "ghp_{alnum:30}{check:github}"),
    (
        "RSA private key (PKCS#1)",
        "TLS_PRIVATE_KEY",
        "-----BEGIN RSA PRIVATE KEY-----\\nMIIEowIBAAKCAQEA{base64:48}\\n{base64:64}\\n-----END RSA PRIVATE KEY-----\\n",
    ),
    (
        "PostgreSQL connection URL with password",
        "DATABASE_URL",
        "postgres://app:{alnum:20}@db.acme-shop.net:5432/orders",
    ),
];

/// A language: a file of it, how a value is assigned there, and how the message says to read the environment.
const LANGUAGES: [(&str, &str, &str); 14] = [
    ("app.py", "NAME = \"VALUE\"", "os.environ[\"NAME\"]"),
    ("app.js", "const NAME = \"VALUE\";", "process.env.NAME;"),
    ("app.ts", "const NAME: string = \"VALUE\";", "process.env.NAME;"),
    ("main.go", "const NAME = \"VALUE\"", "os.Getenv(\"NAME\")"),
    ("app.rb", "NAME = \"VALUE\"", "ENV.fetch(\"NAME\")"),
    ("App.java", "static final String NAME = \"VALUE\";", "System.getenv("),
    ("app.php", "const NAME = \"VALUE\";", "getenv('NAME')"),
    ("App.kt", "const val NAME = \"VALUE\"", "System.getenv(\"NAME\")"),
    ("App.cs", "const string NAME = \"VALUE\";", "Environment.GetEnvironmentVariable(\"NAME\")"),
    ("main.rs", "const NAME: &str = \"VALUE\";", "std::env::var(\"NAME\")"),
    ("deploy.sh", "export NAME=\"VALUE\"", "${NAME:?is not set}"),
    ("config.yaml", "NAME: \"VALUE\"", "read NAME where this file is loaded"),
    ("docker-compose.yml", "  NAME: \"VALUE\"", "NAME: ${NAME:?is not set}"),
    (".github/workflows/ci.yml", "  NAME: \"VALUE\"", "NAME: ${{ secrets.NAME }}"),
];

fn line(form: &str, name: &str, value: &str) -> String {
    form.replace("NAME", name).replace("VALUE", value) + "\n"
}

/// All five, one a line.
fn all_five() -> String {
    KEYS.iter().map(|(_, name, shape)| line(LANGUAGES[0].1, name, &key(shape))).collect()
}

#[test]
fn each_key_is_stopped_in_each_language_with_the_languages_own_way_to_read_the_environment() {
    for (kind, name, shape) in KEYS {
        let repo = TestRepo::new();
        for (path, form, reading) in LANGUAGES {
            repo.stage(path, line(form, name, &key(shape)));
            let said = repo.blocked(&[]).stderr;
            let reading = reading.replace("NAME", name);
            assert!(said.contains("it adds a key. It has not left this machine."), "{said}");
            assert!(said.contains(&format!("\n{kind} (")), "{kind}:\n{said}");
            assert!(said.contains(&format!("{path}:1:")) && said.contains(&reading), "{path}: {reading}\n{said}");
            repo.git(&["rm", "-q", "--cached", path]).ok();
        }
    }
}

#[test]
fn a_key_made_by_the_programs_of_the_machine_is_stopped() {
    let repo = TestRepo::new();
    let made = repo.run("openssl", &["genrsa", "-traditional", "-out", "server.pem", "2048"]);
    if made.code != 0 {
        return;
    }
    repo.git(&["add", "server.pem"]).ok();
    let said = repo.blocked(&[]).stderr;
    assert!(said.contains("RSA private key"), "{said}");
}

#[test]
fn the_five_pass_in_unchanged_lines() {
    let repo = TestRepo::new();
    repo.commit_unseen("app.py", code(2) + &all_five() + &code(2));
    repo.stage("app.py", code(3) + &all_five() + &code(3));
    repo.passes(&[]);
}

#[test]
fn the_five_pass_in_removed_lines() {
    let repo = TestRepo::new();
    repo.commit_unseen("app.py", code(2) + &all_five() + &code(2));
    repo.stage("app.py", code(4));
    repo.passes(&[]);
}

#[test]
fn the_five_pass_where_only_the_work_tree_has_them() {
    let repo = TestRepo::new();
    repo.stage("app.py", code(2));
    repo.write("app.py", code(2) + &all_five());
    repo.write("untracked.py", all_five());
    repo.passes(&[]);
}

#[test]
fn the_five_are_stopped_however_the_commit_is_made() {
    let repo = TestRepo::new();
    repo.write("README.md", all_five());
    repo.blocked(&["-a"]);
    repo.blocked(&["README.md"]);
    repo.blocked(&["--only", "README.md", "--amend"]);
    repo.git(&["add", "."]).ok();
    let said = repo.blocked(&[]).stderr;
    assert!(said.contains("it adds 5 keys"), "{said}");

    let first = TestRepo::unborn(&[]);
    first.stage("app.py", all_five());
    first.blocked(&[]);
}
