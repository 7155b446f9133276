//! Archives of every kind: what stands in them is found, hostile ones do no harm, and what was not read is said.

use serde_json::Value;
use tar::EntryType;

use crate::keys::{code, github_line, github_token, numbered};
use crate::packing::{gzip, link, tar, xz, zip, zstd};
use crate::repo::TestRepo;

fn folder(name: &str, content: &[u8]) -> TestRepo {
    let repo = TestRepo::folder();
    repo.write(name, content);
    repo
}

fn scan(repo: &TestRepo) -> (i32, Value) {
    let ran = repo.keystop(&["scan", "--format", "json", "."]);
    (ran.code, serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.stderr)))
}

fn each<'v>(said: &'v Value, list: &str, field: &str) -> Vec<&'v str> {
    said[list].as_array().expect("a list").iter().map(|item| item[field].as_str().expect("a text")).collect()
}

/// A key in the third line.
fn text() -> Vec<u8> {
    format!("{}{}\n", code(2), github_line()).into_bytes()
}

#[track_caller]
fn assert_found_in(name: &str, archive: &[u8], path: &str) {
    let (exit, said) = scan(&folder(name, archive));
    assert_eq!((exit, each(&said, "findings", "path")), (1, vec![path]), "{said}");
    assert_eq!(said["findings"][0]["start"]["line"], 3);
    assert_eq!(said["complete"], true, "{said}");
}

/// Fails the test unless nothing was found and something is said not to have been read.
#[track_caller]
fn assert_unread(name: &str, archive: &[u8], path: &str, why: &str) {
    let (exit, said) = scan(&folder(name, archive));
    assert_eq!(exit, 2, "{said}");
    let told = each(&said, "errors", "path").into_iter().zip(each(&said, "errors", "message"));
    assert!(told.clone().any(|told| told.0 == path && told.1.contains(why)), "{said}");
}

#[test]
fn a_key_in_an_archive_is_found_where_it_stands() {
    let files: [(&str, &[u8]); 3] = [("a/clean.py", b"a = 1\n"), ("a/config.py", &text()), ("b/", b"")];
    for name in ["app.zip", "app.jar", "app-1.0-py3-none-any.whl", "app"] {
        assert_found_in(name, &zip(&files), &format!("{name}!/a/config.py"));
    }
    let tar = tar(&files);
    assert_found_in("app.tar", &tar, "app.tar!/a/config.py");
    assert_found_in("app.tar.gz", &gzip(&tar), "app.tar.gz!/a/config.py");
    assert_found_in("app.tar.xz", &xz(&tar), "app.tar.xz!/a/config.py");
    assert_found_in("app.tar.zst", &zstd(&tar), "app.tar.zst!/a/config.py");
}

#[test]
fn what_is_only_compressed_keeps_its_name() {
    assert_found_in("config.py.gz", &gzip(&text()), "config.py.gz");
    assert_found_in("config.py.xz", &xz(&text()), "config.py.xz");
    assert_found_in("config.py.zst", &zstd(&text()), "config.py.zst");
}

#[test]
fn archives_in_archives_are_opened() {
    let jar = zip(&[("config.properties", &text())]);
    let war = zip(&[("WEB-INF/lib/a.jar", &jar), ("index.html", b"hello")]);
    let whole = gzip(&tar(&[("dist/app.war", &war)]));
    assert_found_in("r.tgz", &whole, "r.tgz!/dist/app.war!/WEB-INF/lib/a.jar!/config.properties");
}

#[test]
fn members_of_compressed_files_and_tars_that_follow_each_other_are_read() {
    assert_found_in(
        "a.gz",
        &[gzip(code(1).as_bytes()), gzip(format!("\n{}\n", github_line()).as_bytes())].concat(),
        "a.gz",
    );
    assert_found_in("a.tar", &[tar(&[("a", b"a")]), tar(&[("b", &text())])].concat(), "a.tar!/b");
}

#[test]
fn two_entries_of_one_name_are_both_read() {
    let twice = |seed| format!("t = \"{}\"\n", numbered("ghp_{alnum:30}{check:github}", seed));
    let mut archive = zip(&[("name-a", twice(1).as_bytes()), ("name-b", twice(2).as_bytes())]);
    let places: Vec<usize> =
        archive.windows(6).enumerate().filter(|(_, w)| *w == b"name-b").map(|(at, _)| at).collect();
    places.iter().for_each(|at| archive[at + 5] = b'a');
    let (_, said) = scan(&folder("a.zip", &archive));
    assert_eq!(each(&said, "findings", "path"), ["a.zip!/name-a", "a.zip!/name-a"]);
    let (_, said) = scan(&folder("a.tar", &tar(&[("a", twice(1).as_bytes()), ("a", twice(2).as_bytes())])));
    assert_eq!(each(&said, "findings", "path"), ["a.tar!/a", "a.tar!/a"]);
}

#[test]
fn names_that_would_lead_out_of_the_archive_lead_nowhere() {
    for archive in [tar(&[("../../etc/key", &text())]), zip(&[("/etc//./x/../key", &text())])] {
        let repo = folder("a.bin", &archive);
        assert_eq!(each(&scan(&repo).1, "findings", "path"), ["a.bin!/etc/key"]);
        assert_eq!(repo.run("ls", &["-A", ".", "..", "/etc/key"]).stdout.matches("key").count(), 0);
    }
}

#[test]
fn a_link_is_its_target_and_is_not_followed() {
    let repo = TestRepo::folder();
    repo.write("../secret", text());
    repo.write("a.tar", link("a", &repo.path("../secret").to_string_lossy(), EntryType::Symlink));
    repo.write("b.tar", link("b", &format!("https://{}@github.com", github_token()), EntryType::Symlink));
    repo.write("c.tar", link("c", "/etc/passwd", EntryType::Link));
    let (exit, said) = scan(&repo);
    assert_eq!((exit, each(&said, "findings", "path")), (1, vec!["b.tar!/b"]));
}

#[test]
fn what_is_damaged_is_said_and_what_stands_before_is_found() {
    let tar = tar(&[("a", &text()), ("b", code(4000).as_bytes())]);
    let whole = gzip(&tar);
    let (exit, said) = scan(&folder("a.tgz", &whole[..whole.len() / 2]));
    assert_eq!((exit, each(&said, "findings", "path")), (1, vec!["a.tgz!/a"]), "{said}");
    assert_eq!(said["complete"], false);
    let clean = code(4000).into_bytes();
    for (name, whole) in
        [("a.gz", gzip(&clean)), ("a.xz", xz(&clean)), ("a.zst", zstd(&clean)), ("a.zip", zip(&[("a", &clean)]))]
    {
        assert_unread(name, &whole[..whole.len() - 9], name, "");
    }
    assert_unread("a.tar", &tar[1024..4000], "a.tar", "");
}

#[test]
fn what_is_encrypted_is_said() {
    let mut archive = zip(&[("a", &text()), ("b", &text()), ("c", b"clean")]);
    // The bit that says so, in each local header and in the directory.
    for (signature, at) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let places: Vec<usize> =
            archive.windows(4).enumerate().filter(|(_, bytes)| bytes == signature).map(|(at, _)| at).collect();
        places.iter().take(2).for_each(|place| archive[place + at] |= 1);
    }
    assert_unread("a.zip", &archive, "a.zip!/a", "it is encrypted, and so is another file of the archive");
}

#[test]
fn kinds_that_are_not_opened_are_said() {
    assert_unread("a.bz2", b"BZh91AY&SY\0\0\0\0", "a.bz2", "does not open bzip2");
    assert_unread("a.7z", b"7z\xbc\xaf\x27\x1c\0\x04", "a.7z", "does not open 7z");
    assert_unread("a.zip", &zip(&[("b.rar", b"Rar!\x1a\x07\x01\0")]), "a.zip!/b.rar", "does not open rar");
}

#[test]
fn bombs_are_put_out() {
    let zeros = vec![0; 96 << 20];
    let why = "it unpacks to more than 64 MiB";
    assert_unread("a.gz", &gzip(&zeros), "a.gz", why);
    assert_unread("a.zst", &zstd(&zeros), "a.zst", why);
    assert_unread("a.zip", &zip(&[("zeros", &zeros), ("more", &[])]), "a.zip", why);
    let part = gzip(&zeros[..4 << 20]);
    let names: Vec<String> = (0..40).map(|number| number.to_string()).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), part.as_slice())).collect();
    assert_unread("a.tar", &tar(&files), "a.tar", why);
    let nested = (0..20).fold(b"the core".to_vec(), |inner, _| zip(&[("inner.zip", &inner)]));
    let path = format!("a.zip{}", "!/inner.zip".repeat(8));
    assert_unread("a.zip", &nested, &path, "more than 8 deep");
}

#[test]
fn a_name_as_large_as_memory_is_not_held() {
    let mut header = tar::Header::new_gnu();
    header.set_path("././@LongLink").expect("it is short");
    header.set_entry_type(EntryType::GNULongName);
    header.set_size(48 << 20);
    header.set_cksum();
    let archive = [header.as_bytes().to_vec(), vec![b'a'; 48 << 20], tar(&[("a", &text())])].concat();
    assert_unread("a.tgz", &gzip(&archive), "a.tgz", "unpacks to more");
}

#[test]
fn other_files_are_read_though_an_archive_is_hostile() {
    let repo = folder("a.gz", &gzip(&vec![0; 96 << 20]));
    repo.write("b.py", text());
    let (exit, said) = scan(&repo);
    assert_eq!((exit, each(&said, "findings", "path")), (1, vec!["b.py"]));
    assert_eq!(each(&said, "errors", "path"), ["a.gz"]);
}

#[test]
fn without_archives_they_are_the_bytes_they_are() {
    let repo = folder("a.zip", &zip(&[("packed", &text()), ("stored", &text())]));
    let found = |args: &[&str]| {
        let said: Value =
            serde_json::from_str(&repo.keystop(&[&["scan", "--format", "json", "."], args].concat()).stdout)
                .expect("it is JSON");
        each(&said, "findings", "path").join(" ")
    };
    assert_eq!(found(&["--no-archives"]), "a.zip");
    assert_eq!(found(&[]), "a.zip!/packed a.zip!/stored");
}

#[test]
fn a_commit_does_not_wait_for_archives() {
    let repo = TestRepo::new();
    repo.stage("a.zip", zip(&[("packed", &text())]));
    repo.passes(&[]);
}

#[test]
fn the_message_says_that_the_archive_is_to_be_made_again() {
    let repo = folder("a.zip", &zip(&[("src/a.py", &text())]));
    let said = repo.keystop(&["scan", "."]).stdout;
    for part in [
        "  a.zip!/src/a.py:3:17\n",
        "Take it out of what the archive is made from, and make it again.",
        "os.environ[\"GITHUB_TOKEN\"]",
        "Not a key? keystop allow ",
        "keystop: 1 file read, 1 key found",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
}

#[test]
fn the_answer_is_the_same_whatever_the_number_of_threads() {
    let repo = TestRepo::folder();
    for n in 0..60 {
        let line = format!("t = \"{}\"\n", numbered("ghp_{alnum:30}{check:github}", n));
        let inner = gzip(&tar(&[("a.py", line.as_bytes()), ("b.py", code(3).as_bytes())]));
        repo.write(format!("d{}/{n}.zip", n % 7), zip(&[("x.tgz", &inner), ("y.py", line.as_bytes())]));
    }
    let scan = |jobs: &str| repo.keystop(&["scan", "--jobs", jobs, "--format", "json", "."]).stdout;
    let one = scan("1");
    assert_eq!(one.matches("\"rule\"").count(), 120);
    for jobs in ["2", "3", "8"] {
        assert_eq!(scan(jobs), one);
    }
}
