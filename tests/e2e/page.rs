//! The page of a key: for a kind, for a finding, for the team's store.

use crate::keys;
use crate::repo::TestRepo;

fn key() -> String {
    keys::key("sk_live_{alnum:24}")
}

fn source() -> String {
    format!("import os\n\nstripe_key = \"{}\"\n", key())
}

#[track_caller]
fn page(repo: &TestRepo, args: &[&str]) -> String {
    let ran = repo.keystop(&[&["explain"], args].concat()).ok();
    assert!(!ran.stdout.contains(&key()[8..]), "the key was printed");
    ran.stdout
}

#[track_caller]
fn says(page: &str, parts: &[&str]) {
    // Lines are broken to fit a terminal.
    let flat = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in parts {
        assert!(flat.contains(part), "`{part}` is missing in:\n{page}");
    }
}

#[test]
fn a_finding_is_named_by_its_place_or_its_fingerprint() {
    let repo = TestRepo::new();
    repo.stage("pay.py", source());
    let by_place = page(&repo, &["pay.py:3"]);
    says(&by_place, &["My Stripe secret key (live) leaked!", "os.environ[\"STRIPE_SECRET_KEY\"]"]);
    let listed = repo.keystop(&["scan", "--staged", "--format", "json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed.stdout).expect("it is JSON");
    let fingerprint = listed["findings"][0]["fingerprint"].as_str().expect("a text");
    assert_eq!(page(&repo, &[fingerprint]), by_place);
}

#[test]
fn the_page_tells_since_when_the_key_could_be_read() {
    let mut repo = TestRepo::new();
    repo.git(&["init", "-q", "--bare", "../remote.git"]).ok();
    repo.git(&["remote", "add", "origin", "../remote.git"]).ok();
    repo.set("GIT_COMMITTER_DATE", "2026-02-03T04:05:06+02:00");
    repo.commit_unseen("pay.py", source());
    let local = page(&repo, &["pay.py:3"]);
    says(&local, &["First committed 2026-02-03 02:05 UTC", "No sign here that it was pushed"]);
    repo.set("GIT_COMMITTER_DATE", "2026-02-04T00:00:00Z");
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]).ok();
    let pushed = page(&repo, &["pay.py:3"]);
    says(&pushed, &["First committed 2026-02-03 02:05 UTC", "pushed from here to origin/main"]);
}

#[test]
fn the_teams_store_comes_first_with_its_own_names() {
    let repo = TestRepo::new();
    repo.write(
        ".keystop.toml",
        "message_footer = 'Tell security@example.org.'\n\n[store]\nuse = 'vault'\nmount = 'team'\npath = 'shop/pay'\nfield = 'live'\nnamespace = 'eu'\n",
    );
    let shown = page(&repo, &["stripe-secret-key-live", "--lang", "python"]);
    says(
        &shown,
        &[
            "1. HashiCorp Vault",
            "mount_point=\"team\", path=\"shop/pay\"",
            "vault kv patch -mount=team shop/pay live=-",
            "export VAULT_NAMESPACE=eu",
            "Tell security@example.org.",
        ],
    );
    repo.stage("pay.py", source());
    assert!(repo.blocked(&[]).stderr.contains("\nTell security@example.org.\n"));
    repo.write(".keystop.toml", "[store]\nuse = 'drawer'\n");
    let ran = repo.keystop(&["explain", "stripe-secret-key-live"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains(".keystop.toml` line 2: unknown variant `drawer`; one of `env`, `aws`,"),
        "{}",
        ran.stderr
    );
}
