//! The value goes to the team's store by the store's own command, on standard input: stand-ins on the PATH write down
//! what they were given.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::keys;
use crate::repo::TestRepo;

/// Writes down its words; keeps what it reads; gives it back in its own form, and fails where nothing is.
const STAND_IN: &str = "#!/bin/sh
printf '%s\\n' \"$*\" >> \"$STATE/words\"
kept=\"$STATE/kept\"
case \"$*\" in
@READS@) [ -f \"$kept\" ] || exit 2; @GIVES@ ;;
*) cat > \"$kept\"; @AFTER@ ;;
esac
";

const VAULT: (&str, &str, &str) =
    ("vault", "'kv get '*", "printf '{\"data\":{\"data\":{\"secret_key\":\"%s\"}}}' \"$(cat \"$kept\")\"");

fn key() -> String {
    keys::key("sk_live_{alnum:24}")
}

fn source() -> String {
    format!("key = \"{}\"\n", key())
}

/// A repository with a staged key, and a stand-in for a store's command.
fn with(store: &str, (program, reads, gives): (&str, &str, &str), after: &str) -> TestRepo {
    let mut repo = TestRepo::new();
    let script = STAND_IN.replace("@READS@", reads).replace("@GIVES@", gives).replace("@AFTER@", after);
    repo.write(format!("../bin/{program}"), script);
    fs::create_dir_all(repo.path("../state")).expect("it is ours");
    fs::set_permissions(repo.path(format!("../bin/{program}")), fs::Permissions::from_mode(0o755)).expect("it is ours");
    let path = std::env::var("PATH").expect("there is a PATH");
    repo.set("PATH", format!("{}:{path}", repo.path("../bin").display()));
    repo.set("STATE", repo.path("../state"));
    let mount = if store == "azure" { "mount = 'team-vault'\n" } else { "" };
    repo.write(".keystop.toml", format!("[store]\nuse = '{store}'\n{mount}"));
    repo.stage("a.py", source());
    repo
}

fn kept(repo: &TestRepo) -> Option<String> {
    fs::read_to_string(repo.path("../state/kept")).ok()
}

fn words(repo: &TestRepo) -> String {
    fs::read_to_string(repo.path("../state/words")).unwrap_or_default()
}

#[track_caller]
fn is_untouched(repo: &TestRepo) {
    assert_eq!(repo.read("a.py"), source().as_bytes());
    assert_eq!(repo.git(&["show", ":a.py"]).ok().stdout, source());
    assert!(!repo.path(".env").exists() && !repo.path(".env.example").exists());
    assert!(!repo.path(".git/keystop-fix").exists());
}

/// What was printed never has the key, and says `why`.
#[track_caller]
fn refused(repo: &TestRepo, args: &[&str], why: &str) {
    let ran = repo.keystop(&[&["fix", "a.py:1", "--apply"], args].concat());
    assert!(ran.code == 2 && ran.stderr.contains(why), "{}{}", ran.stdout, ran.stderr);
    assert!(!ran.stderr.contains(&key()[8..]) && !ran.stdout.contains(&key()[8..]), "the key was printed");
    is_untouched(repo);
}

#[test]
fn each_store_takes_the_value_on_standard_input_and_no_argument_has_it() {
    let cat = "cat \"$kept\"";
    for (store, stand_in, wanted) in [
        ("vault", VAULT, "kv put -mount=secret -cas=0 prod/stripe secret_key=-"),
        (
            "aws",
            ("aws", "*get-secret-value*", cat),
            "secretsmanager create-secret --region eu-west-1 --name prod/stripe",
        ),
        (
            "1password",
            ("op", "'read '*", "sed 's/.*\"value\": \"\\([^\"]*\\)\".*/\\1/' \"$kept\""),
            "item create --vault Prod -",
        ),
        ("doppler", ("doppler", "'secrets get '*", cat), "secrets set --silent --no-interactive STRIPE_SECRET_KEY"),
        ("sops", ("sops", "'decrypt '*", "tr -d '\"' < \"$kept\""), "set --value-stdin secrets.enc.yaml"),
        ("google", ("gcloud", "*access*", cat), "secrets create --data-file=- stripe-secret-key"),
        ("azure", ("az", "*' show '*", cat), "keyvault secret set --vault-name team-vault --name stripe-secret-key"),
    ] {
        let repo = with(store, stand_in, "");
        let shown = repo.keystop(&["fix", "a.py:1"]).ok().stdout;
        assert!(shown.contains(wanted), "{store}: {shown}");
        assert!(words(&repo).is_empty(), "{store}: nothing is asked before --apply");
        is_untouched(&repo);
        let ran = repo.keystop(&["fix", "a.py:1", "--apply"]).ok();
        assert!(!ran.stdout.contains(&key()[8..]), "the key was printed");
        assert!(kept(&repo).is_some_and(|kept| kept.contains(&key())), "{store}: {:?}", kept(&repo));
        assert!(words(&repo).contains(wanted) && !words(&repo).contains(&key()[8..]), "{store}: {}", words(&repo));
        let read = "import os\nkey = os.environ[\"STRIPE_SECRET_KEY\"]\n";
        assert_eq!(repo.git(&["show", ":a.py"]).ok().stdout, read);
        assert_eq!(repo.read("a.py"), read.as_bytes());
        assert!(!repo.path(".env").exists(), "{store}");
        assert_eq!(repo.read(".env.example"), b"STRIPE_SECRET_KEY=\n");
        repo.passes(&[]);
    }
}

#[test]
fn a_secret_that_is_there_gets_one_field_more_and_keeps_the_others() {
    let repo = with("aws", ("aws", "*get-secret-value*", "cat \"$kept\""), "");
    repo.write("../state/kept", "{\"webhook\":\"other\"}");
    repo.keystop(&["fix", "a.py:1", "--apply"]).ok();
    assert_eq!(kept(&repo), Some(format!("{{\"secret_key\":\"{}\",\"webhook\":\"other\"}}", key())));
    assert!(words(&repo).contains("put-secret-value"), "{}", words(&repo));

    let gives = "printf '{\"data\":{\"data\":%s}}' \"$(cat \"$kept\")\"";
    let after = "printf '{\"webhook\":\"other\",\"secret_key\":\"%s\"}' \"$(cat \"$kept\")\" > \"$kept.new\"; mv \"$kept.new\" \"$kept\"";
    let repo = with("vault", ("vault", "'kv get '*", gives), after);
    repo.write("../state/kept", "{\"webhook\":\"other\"}");
    repo.keystop(&["fix", "a.py:1", "--apply"]).ok();
    assert!(words(&repo).contains("kv patch -mount=secret -method=rw prod/stripe secret_key=-"), "{}", words(&repo));
}

#[test]
fn the_same_value_is_not_written_again_and_another_one_is_left_alone() {
    let repo = with("vault", VAULT, "");
    repo.write("../state/kept", "another");
    refused(&repo, &[], "has another value there");
    assert_eq!(kept(&repo).as_deref(), Some("another"));
    repo.write("../state/kept", key());
    repo.keystop(&["fix", "a.py:1", "--apply"]).ok();
    assert!(!words(&repo).contains("kv put") && !words(&repo).contains("kv patch"), "{}", words(&repo));
    assert!(repo.read("a.py").starts_with(b"import os\n"));
}

#[test]
fn a_store_that_fails_loses_nothing_and_its_complaint_does_not_show_the_key() {
    let complains = "echo \"denied: $(cat \"$kept\")\" >&2; rm \"$kept\"; exit 1";
    refused(&with("vault", VAULT, complains), &[], "`vault` failed, and nothing has changed here: denied: sk_live_...");
    let forgets = "echo other > \"$kept\"";
    refused(&with("vault", VAULT, forgets), &[], "does not give it back");
    let repo = with("vault", VAULT, "");
    fs::remove_file(repo.path("../bin/vault")).expect("it is there");
    refused(&repo, &[], "`vault` is not on the PATH");
    refused(&repo, &["--store", "conjur"], "takes a value as an argument");
    refused(&repo, &["--store", "azure"], "is not known");
}

#[test]
fn killed_while_the_store_is_asked_the_value_is_in_the_file_and_the_next_try_ends_it() {
    let repo = with("vault", VAULT, "[ -f \"$STATE/again\" ] || { touch \"$STATE/again\"; kill -KILL $PPID; }");
    let ran = repo.keystop(&["fix", "a.py:1", "--apply"]);
    assert_ne!(ran.code, 0);
    is_untouched(&repo);
    repo.keystop(&["fix", "a.py:1", "--apply"]).ok();
    assert_eq!(kept(&repo), Some(key()));
    assert!(!words(&repo).contains(&key()[8..]));
    assert!(repo.read("a.py").starts_with(b"import os\n"));
}

#[test]
fn a_store_is_chosen_for_one_time_and_its_names_are_the_teams() {
    let repo = with("vault", VAULT, "");
    repo.write(
        ".keystop.toml",
        "[store]\nuse = 'vault'\nmount = 'team'\npath = 'shop/pay'\nfield = 'secret_key'\nnamespace = 'eu'\n",
    );
    repo.keystop(&["fix", "a.py:1", "--store", "env", "--apply"]).ok();
    assert!(repo.path(".env").exists() && words(&repo).is_empty());
    repo.stage("b.py", source().replace("key =", "import os\nOTHER_KEY ="));
    repo.keystop(&["fix", "b.py:2", "--apply"]).ok();
    assert!(words(&repo).contains("kv put -mount=team -cas=0 shop/pay secret_key=-"), "{}", words(&repo));
    repo.write(".keystop.toml", "[store]\nuse = 'vault'\npath = '-address=http://evil.example'\n");
    repo.stage("a.py", source());
    let ran = repo.keystop(&["fix", "a.py:1", "--apply"]);
    assert!(ran.code == 2 && ran.stderr.contains("a name in a store has"), "{}", ran.stderr);
}
