//! Who else uses a key: every form, every place, by service and owner, and nothing of the key itself.

use data_encoding::BASE64;
use serde_json::Value;

use crate::keys;
use crate::repo::TestRepo;

fn key() -> String {
    keys::key("sk_live_{alnum:24}")
}

/// A repository with three services, a workflow and a stash that all know the key.
fn repo() -> TestRepo {
    let repo = TestRepo::new();
    repo.write(".github/CODEOWNERS", "* @all\n/pay/ @payments @ada\n");
    repo.write("pay/package.json", "{\"dependencies\": {\"stripe\": \"1\"}}\n");
    repo.write("pay/src/a.ts", format!("import Stripe from \"stripe\";\nconst stripe = new Stripe(\"{}\");\n", key()));
    repo.write("web/go.mod", "module web\n");
    repo.write(
        "web/main.go",
        "package main\nvar k = os.Getenv(\"STRIPE_SECRET_KEY\")\nconst h = \"https://api.stripe.com/v1\"\n",
    );
    repo.write(
        "compose.yaml",
        "services:\n  shop:\n    image: x\n    environment:\n      STRIPE_SECRET_KEY: ${STRIPE_SECRET_KEY:?}\n",
    );
    repo.write(
        ".github/workflows/deploy.yml",
        format!("on: push\nenv:\n  AUTH: {}\n", BASE64.encode(key().as_bytes())),
    );
    repo.git(&["add", "."]).ok();
    repo.git(&["commit", "-q", "--no-verify", "-m", "all"]).ok();
    repo.write("README.md", key());
    repo.git(&["stash", "-q"]).ok();
    repo.git(&["branch", "feature"]).ok();
    repo
}

fn uses(repo: &TestRepo, finding: &str) -> Value {
    let ran = repo.keystop(&["uses", finding, "--format", "json"]).ok();
    assert!(!ran.stdout.contains(&key()[8..]), "the key was printed");
    serde_json::from_str(&ran.stdout).expect("it is JSON")
}

#[test]
fn users_are_grouped_by_service_with_their_owners() {
    let repo = repo();
    let said = repo.keystop(&["uses", "pay/src/a.ts:2"]).ok().stdout;
    for line in [
        "folder pay, owned by @ada, @payments",
        "  pay/package.json:1  client library stripe",
        "  pay/src/a.ts:2  holds the value exact",
        "folder web, owned by @all",
        "  web/main.go:2  reads STRIPE_SECRET_KEY",
        "  web/main.go:3  host api.stripe.com",
        "compose service shop in compose.yaml, owned by @all",
        "  compose.yaml:5  sets STRIPE_SECRET_KEY",
        "workflow .github/workflows/deploy.yml, owned by @all",
        "  .github/workflows/deploy.yml:3  holds the value base64",
    ] {
        assert!(said.lines().any(|said| said == line), "{line}:\n{said}");
    }
    assert!(said.contains("refs/stash") && said.contains("refs/heads/feature"), "{said}");
}

#[test]
fn a_fingerprint_and_a_place_name_the_same_key_from_any_folder() {
    let repo = repo();
    let by_place = uses(&repo.at("pay"), "src/a.ts:2");
    let print = by_place["fingerprint"].as_str().expect("there is one");
    assert_eq!(uses(&repo, print), by_place);
    let objects = by_place["objects"].as_array().expect("a list");
    assert!(objects.iter().any(|object| object["path"] == "README.md" && object["refs"][0] == "refs/stash"));
}

#[test]
fn staged_content_that_the_work_tree_no_longer_has_is_found() {
    let repo = TestRepo::new();
    repo.stage("a.py", format!("STRIPE = '{}'\n", key()));
    repo.write("a.py", "STRIPE = 1\n");
    let answer = uses(&repo, "a.py:1");
    assert_eq!(answer["objects"][0]["staged"], true, "{answer}");
}

#[test]
fn a_key_in_names_of_files_refs_and_owners_is_not_printed() {
    let repo = TestRepo::new();
    repo.write("CODEOWNERS", format!("* @{}\n", key()));
    repo.commit_unseen(format!("{}/a.py", key()), format!("STRIPE = '{}'\n", key()));
    repo.git(&["branch", &key()]).ok();
    let ran = repo.keystop(&["uses", &format!("{}/a.py:1", key())]).ok();
    assert!(!ran.stdout.contains(&key()[8..]) && ran.stdout.contains("sk_live_...(32 bytes)/a.py:1"), "{}", ran.stdout);
    uses(&repo, &format!("{}/a.py:1", key()));
}

#[test]
fn what_names_nothing_is_told() {
    let repo = TestRepo::new();
    let ran = repo.keystop(&["uses", "README.md:1"]);
    assert!(ran.code == 2 && ran.stderr.contains("nothing here is `README.md:1`"), "{}", ran.stderr);
    let ran = repo.keystop(&["uses", "0123456789abcdef"]);
    assert!(ran.code == 2 && ran.stderr.contains("nothing here"), "{}", ran.stderr);
}
