//! Container images, put together from pieces of tar: every key is found, named by its layer and instruction.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::keys::{code, numbered};
use crate::packing::{gzip, tar, zip, zstd};
use crate::repo::{Ran, TestRepo};

/// A token of its own for each place.
fn token(seed: u64) -> String {
    numbered("ghp_{alnum:30}{check:github}", seed)
}

fn digest(content: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(content))
}

/// An image: its layers as tars, and its configuration.
struct Built {
    layers: Vec<Vec<u8>>,
    config: Value,
}

/// Keys in a file, in a file that is deleted later, in one that is replaced, in a variable and in a build argument.
fn built() -> Built {
    let line = |seed| format!("{}t = \"{}\"\n", code(2), token(seed)).into_bytes();
    let jar = zip(&[("config.properties", &line(7))]);
    let layers = vec![
        tar(&[("etc/os-release", b"ID=debian\n"), ("./app/kept.py", &line(1)), ("app/gone.py", &line(2))]),
        tar(&[("app/dir/deep.py", &line(3)), ("app/changed.py", &line(4)), ("app/a.jar", &jar)]),
        tar(&[("app/.wh.gone.py", b""), ("app/dir/.wh..wh..opq", b""), ("app/changed.py", b"t = None\n")]),
    ];
    let config = json!({
        "architecture": "amd64",
        "os": "linux",
        "config": {"Env": ["PATH=/bin", format!("GITHUB_TOKEN={}", token(5))], "Labels": {"note": token(8)}},
        "rootfs": {"type": "layers", "diff_ids": layers.iter().map(|layer| format!("sha256:{}", digest(layer))).collect::<Vec<_>>()},
        "history": [
            {"created_by": "/bin/sh -c #(nop) ADD file:1 in / "},
            {"created_by": format!("/bin/sh -c #(nop)  ENV GITHUB_TOKEN={}", token(5)), "empty_layer": true},
            {"created_by": format!("RUN |1 NPM_TOKEN={} /bin/sh -c npm ci # buildkit", token(6))},
            {"created_by": "RUN /bin/sh -c rm -r app/gone.py # buildkit"},
        ],
    });
    Built { layers, config }
}

impl Built {
    /// As docker saved images before it knew the OCI's layout.
    fn docker_save(&self) -> Vec<u8> {
        let config = self.config.to_string().into_bytes();
        let name = format!("{}.json", digest(&config));
        let layers: Vec<String> = (0..self.layers.len()).map(|at| format!("v{at}/layer.tar")).collect();
        let manifest = json!([{"Config": name, "RepoTags": ["app:1"], "Layers": layers}]).to_string();
        let mut files: Vec<(&str, &[u8])> = vec![(&name, &config), ("manifest.json", manifest.as_bytes())];
        files.extend(layers.iter().map(String::as_str).zip(self.layers.iter().map(Vec::as_slice)));
        tar(&files)
    }

    /// The files of an OCI layout, with layers packed by `pack`.
    fn oci(&self, pack: fn(&[u8]) -> Vec<u8>) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        let mut blob = |content: Vec<u8>| {
            let digest = digest(&content);
            let size = content.len();
            files.push((format!("blobs/sha256/{digest}"), content));
            json!({"digest": format!("sha256:{digest}"), "size": size})
        };
        let config = blob(self.config.to_string().into_bytes());
        let layers: Vec<Value> = self.layers.iter().map(|layer| blob(pack(layer))).collect();
        let manifest = blob(json!({"schemaVersion": 2, "config": config, "layers": layers}).to_string().into_bytes());
        let inner = blob(json!({"schemaVersion": 2, "manifests": [manifest]}).to_string().into_bytes());
        files.push(("index.json".into(), json!({"schemaVersion": 2, "manifests": [inner]}).to_string().into_bytes()));
        files.push(("oci-layout".into(), b"{\"imageLayoutVersion\":\"1.0.0\"}".to_vec()));
        files
    }
}

fn packed(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    tar(&files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect::<Vec<_>>())
}

fn scan(repo: &TestRepo, args: &[&str]) -> (i32, Value) {
    let ran = repo.keystop(&[&["scan", "--format", "json", "--image"], args].concat());
    (ran.code, serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.stderr)))
}

/// `path:line layer deleted replaced instruction` of every finding, the image's own name aside.
fn places(said: &Value) -> Vec<String> {
    let place = |found: &Value| {
        let path = found["path"].as_str().expect("a path").split_once("!/").expect("it is inside").1.to_owned();
        let image = &found["image"];
        let gone = [&image["deleted_in_layer"], &image["replaced_in_layer"]];
        let by = image["instruction"].as_str().unwrap_or("-");
        format!("{path}:{} {} {} {} {by}", found["start"]["line"], image["layer"], gone[0], gone[1])
    };
    said["findings"].as_array().expect("a list").iter().map(place).collect()
}

#[test]
fn keys_are_named_by_layer_and_instruction_and_docker_and_oci_are_equal() {
    let (repo, image) = (TestRepo::folder(), built());
    repo.write("docker.tar", image.docker_save());
    repo.write("docker.tar.gz", gzip(&image.docker_save()));
    repo.write("oci.tar", packed(&image.oci(gzip)));
    for (folder, pack) in [("gz", gzip as fn(&[u8]) -> Vec<u8>), ("zst", zstd), ("plain", <[u8]>::to_vec)] {
        image.oci(pack).iter().for_each(|(name, content)| repo.write(format!("{folder}/{name}"), content));
    }
    let run = "RUN |1 NPM_TOKEN=ghp_...(40 bytes) /bin/sh -c npm ci # buildkit";
    let expected = [
        format!("app/a.jar!/config.properties:3 2 null null {run}"),
        format!("app/changed.py:3 2 null 3 {run}"),
        format!("app/dir/deep.py:3 2 3 null {run}"),
        "app/gone.py:3 1 3 null ADD file:1 in /".to_owned(),
        "app/kept.py:3 1 null null ADD file:1 in /".to_owned(),
        "config.json:5 null null null -".to_owned(),
        "config/Env:2 null null null ENV GITHUB_TOKEN=ghp_...(40 bytes)".to_owned(),
        "config/history:2 null null null ENV GITHUB_TOKEN=ghp_...(40 bytes)".to_owned(),
        format!("config/history:3 null null null {run}"),
    ];
    for name in ["docker.tar", "docker.tar.gz", "oci.tar", "gz", "zst", "plain"] {
        let (exit, said) = scan(&repo, &[name]);
        assert_eq!((exit, places(&said)), (1, expected.to_vec()), "{name} {said}");
        assert_eq!(said["complete"], true, "{name} {said}");
        let first = &said["findings"][0]["image"];
        assert_eq!(first["digest"], format!("sha256:{}", digest(&image.layers[1])), "{name}");
    }
}

#[test]
fn the_message_names_the_layer_and_says_how_to_build_without_the_key() {
    let repo = TestRepo::folder();
    repo.write("app.tar", built().docker_save());
    let ran = repo.keystop(&["scan", "--image", "app.tar"]);
    for part in [
        "keystop found 8 keys in this image. Whoever can pull it has what it holds: revoke first.",
        "app.tar!/app/gone.py:3:6 in layer 1 of 3",
        "deleted in layer 3, by: ADD file:1 in /",
        "A later layer only hides it",
        "RUN --mount=type=secret,id=GITHUB_TOKEN,env=GITHUB_TOKEN COMMAND",
        "docker build --secret id=GITHUB_TOKEN,env=GITHUB_TOKEN .",
        "docker run --env GITHUB_TOKEN IMAGE",
        "echo '**/kept.py' >> .dockerignore",
        "Build arguments stay in the image",
        "Not a key? keystop allow",
    ] {
        // Where a line ends depends on how long the paths are.
        let said = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(part), "{part}\n{}", ran.stdout);
    }
    for seed in 1..9 {
        assert!(!ran.stdout.contains(&token(seed)[4..12]), "{}", ran.stdout);
    }
}

#[test]
fn every_format_tells_the_layer_and_no_key() {
    let repo = TestRepo::folder();
    repo.write("app.tar", built().docker_save());
    for format in ["sarif", "jsonl", "github", "gitlab", "junit", "azure", "teamcity", "checkstyle"] {
        let said = repo.keystop(&["scan", "--image", "app.tar", "--format", format]).stdout;
        assert!(said.contains("in layer 1 of 3") || said.contains("\"layers\":3"), "{format}\n{said}");
        assert!((1..9).all(|seed| !said.contains(&token(seed)[4..12])), "{format}\n{said}");
    }
}

#[test]
fn what_is_missing_or_not_what_its_digest_says_is_told() {
    let image = built();
    let whole = image.oci(gzip);
    for (at, why) in [(1, "its content is not what its digest says"), (0, "digest"), (4, "digest")] {
        let repo = TestRepo::folder();
        let mut files = whole.clone();
        // A word of the comment that gzip ends without, or a blank of JSON: nothing that the format itself would notice.
        if at == 1 {
            files[at].1[9] ^= 1;
        } else {
            files[at].1.push(b' ');
        }
        repo.write("app.tar", packed(&files));
        let ran = repo.keystop(&["scan", "--image", "app.tar"]);
        assert!(ran.code != 0 && format!("{}{}", ran.stdout, ran.stderr).contains(why), "{ran:?}");
        files.remove(at);
        repo.write("app.tar", packed(&files));
        let ran = repo.keystop(&["scan", "--image", "app.tar"]);
        assert!(ran.code != 0 && format!("{}{}", ran.stdout, ran.stderr).contains("is missing"), "{ran:?}");
    }
    let mut clean = built();
    clean.layers = vec![tar(&[("a", b"clean\n")])];
    clean.config = json!({"rootfs": {"diff_ids": [format!("sha256:{}", digest(b"another"))]}, "config": {}});
    let repo = TestRepo::folder();
    repo.write("app.tar", clean.docker_save());
    let (exit, said) = scan(&repo, &["app.tar"]);
    assert_eq!((exit, &said["errors"][0]["path"]), (2, &json!("app.tar!/layer 1")), "{said}");
}

#[test]
fn what_is_no_image_is_an_error() {
    let repo = TestRepo::folder();
    repo.write("a.tar", tar(&[("a", b"a")]));
    repo.write("folder/a", "a");
    repo.write("text", "clean");
    for name in ["a.tar", "folder", "text"] {
        let ran = repo.keystop(&["scan", "--image", name]);
        assert!(ran.code == 2 && ran.stderr.contains(&format!("cannot read the image `{name}`")), "{}", ran.stderr);
    }
}

/// A program in PATH that plays an engine.
fn pretend(repo: &mut TestRepo, engine: &str, script: &str) {
    let file = repo.path(format!("../engines/{engine}"));
    repo.write(&file, format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it is ours");
    repo.set("PATH", format!("{}:/bin:/usr/bin", file.parent().expect("it has one").display()));
}

fn by_name(repo: &TestRepo) -> Ran {
    repo.keystop(&["scan", "--image", "registry.example/app:1"])
}

#[test]
fn an_image_name_is_asked_of_docker_then_podman() {
    let mut repo = TestRepo::folder();
    repo.write("app.tar", built().docker_save());
    let saved = format!("[ \"$*\" = 'save -- registry.example/app:1' ] && cat '{}'", repo.path("app.tar").display());
    pretend(&mut repo, "docker", "echo 'no such image' >&2; exit 1");
    pretend(&mut repo, "podman", "echo 'no daemon' >&2; exit 125");
    let ran = by_name(&repo);
    assert!(ran.code == 2 && ran.stderr.contains("docker: no such image; podman: no daemon"), "{}", ran.stderr);
    pretend(&mut repo, "podman", &saved);
    let ran = by_name(&repo);
    assert!(ran.code == 1 && ran.stdout.contains("registry.example/app:1!/app/kept.py:3:6"), "{}", ran.stdout);
    pretend(&mut repo, "docker", &saved);
    pretend(&mut repo, "podman", "echo 'asked' >&2; exit 1");
    assert_eq!(by_name(&repo).code, 1);
    assert_eq!(repo.run("ls", &["-A"]).ok().stdout, "app.tar\n");
}

#[test]
fn the_answer_is_the_same_whatever_the_number_of_threads() {
    let repo = TestRepo::folder();
    repo.write("app.tar", packed(&built().oci(gzip)));
    let one = scan(&repo, &["app.tar", "--jobs", "1"]);
    for jobs in ["2", "8"] {
        assert_eq!(scan(&repo, &["app.tar", "--jobs", jobs]), one);
    }
}
