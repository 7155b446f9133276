//! Pipelines: environments as the platforms' documentation defines them, and the commits that are new in each.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use crate::ci_files;
use crate::keys::numbered;
use crate::repo::{KEYSTOP, Ran, TestRepo};

#[derive(Deserialize)]
struct Corpus {
    environment: Vec<Environment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Environment {
    name: String,
    variables: BTreeMap<String, String>,
    /// What GitHub writes to the file of `GITHUB_EVENT_PATH`.
    payload: Option<String>,
    /// What is fetched; all branches and tags if not given.
    #[serde(default)]
    refs: Vec<String>,
    depth: Option<u32>,
    #[serde(default)]
    args: Vec<String>,
    /// The commits that are to be judged.
    new: Option<BTreeSet<String>>,
    /// What is said where nothing can be judged.
    refused: Option<String>,
}

/// A server's repository; each commit adds a key of its own, so that findings tell which ones were judged.
struct Server {
    repo: TestRepo,
    ids: BTreeMap<&'static str, String>,
}

impl Server {
    fn new() -> Self {
        let mut server = Self { repo: TestRepo::folder(), ids: BTreeMap::new() };
        server.repo.git(&["init", "-q", "-b", "main"]).ok();
        let history: [(&str, &[&'static str]); 6] = [
            ("main", &["A", "B"]),
            ("rewritten", &["X1"]),
            ("feature", &["F1", "F2"]),
            ("main", &["C", "D"]),
            ("topic", &["T1", "T2"]),
            ("rewritten", &["R1"]),
        ];
        for (branch, names) in history {
            let from = if names[0] == "T1" { "D" } else { "B" };
            let from = server.ids.get(from).cloned().unwrap_or_default();
            match branch {
                "main" if server.ids.is_empty() => {}
                "main" => drop(server.repo.git(&["checkout", "-q", "main"]).ok()),
                _ => drop(server.repo.git(&["checkout", "-q", "-B", branch, &from]).ok()),
            }
            names.iter().for_each(|name| server.commit(name));
        }
        server.repo.git(&["checkout", "-q", "--detach", &server.ids["D"]]).ok();
        server.repo.git(&["merge", "-q", "--no-commit", "--no-ff", &server.ids["F2"]]).ok();
        server.commit("M");
        server.repo.git(&["update-ref", "refs/pull/1/merge", "HEAD"]).ok();
        server.repo.git(&["checkout", "-q", "--detach", &server.ids["C"]]).ok();
        server.commit("V1");
        server.repo.git(&["tag", "-a", "-m", "two", "v2"]).ok();
        server.repo.git(&["tag", "v1", &server.ids["D"]]).ok();
        server.repo.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]).ok();
        server
    }

    fn commit(&mut self, name: &'static str) {
        let token = numbered("ghp_{alnum:30}{check:github}", self.ids.len() as u64 + 1);
        self.repo.stage(format!("{name}.py"), format!("GITHUB_TOKEN = \"{token}\"\n"));
        self.repo.git(&["commit", "-q", "--no-verify", "-m", name]).ok();
        self.ids.insert(name, self.repo.git(&["rev-parse", "HEAD"]).ok().stdout.trim().to_owned());
    }

    /// `{D}` and `{D:12}` become the commit's id.
    fn fill(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, id) in &self.ids {
            text = text.replace(&format!("{{{name}}}"), id).replace(&format!("{{{name}:12}}"), &id[..12]);
        }
        text
    }

    /// What keystop says in the clone that a runner makes.
    fn run(&self, environment: &Environment, args: &[&str]) -> Ran {
        let filled: Vec<String> = environment.args.iter().map(|arg| self.fill(arg)).collect();
        let filled = filled.iter().map(String::as_str);
        self.clone(environment)
            .keystop(&["ci"].into_iter().chain(filled).chain(args.iter().copied()).collect::<Vec<_>>())
    }

    /// The clone that a runner makes, with the variables that it sets.
    fn clone(&self, environment: &Environment) -> TestRepo {
        let mut clone = self.repo.at(format!("../clone-{}", environment.name.replace([' ', ':', ',', '\''], "-")));
        std::fs::create_dir_all(clone.path("")).expect("a folder can be made");
        clone.git(&["init", "-q"]).ok();
        clone.git(&["remote", "add", "origin", &format!("file://{}", self.repo.path(".").display())]).ok();
        let mut fetch = vec!["fetch".to_owned(), "-q".to_owned(), "--no-tags".to_owned()];
        fetch.extend(environment.depth.map(|depth| format!("--depth={depth}")));
        fetch.push("origin".to_owned());
        if environment.refs.is_empty() {
            let all = [
                "+refs/heads/*:refs/remotes/origin/*",
                "+refs/tags/*:refs/tags/*",
                "+refs/pull/1/merge:refs/remotes/pull/1/merge",
            ];
            fetch.extend(all.map(str::to_owned));
        }
        for name in &environment.refs {
            let local = name.replace("refs/heads/", "refs/remotes/origin/").replace("refs/pull/", "refs/remotes/pull/");
            fetch.push(format!("+{name}:{local}"));
        }
        clone.git(&fetch).ok();
        for (name, value) in &environment.variables {
            clone.set(name, self.fill(value));
        }
        if let Some(payload) = &environment.payload {
            let file = clone.path(".git/event.json");
            std::fs::write(&file, self.fill(payload)).expect("it can be written");
            clone.set("GITHUB_EVENT_PATH", &file);
        }
        clone
    }

    fn named(&self, findings: &Value) -> BTreeSet<String> {
        let commits = findings["findings"].as_array().expect("findings").iter();
        let commits: BTreeSet<&str> = commits.filter_map(|finding| finding["commit"].as_str()).collect();
        let named = self.ids.iter().filter(|(_, id)| commits.contains(id.as_str()));
        named.map(|(name, _)| (*name).to_owned()).collect()
    }
}

fn corpus() -> Vec<Environment> {
    let corpus: Corpus = toml::from_str(include_str!("ci/environments.toml")).expect("the corpus is right");
    corpus.environment
}

#[test]
fn every_environment_has_its_range_or_is_refused() {
    let server = Server::new();
    let corpus = corpus();
    assert!(corpus.len() >= 30);
    let mut faults = Vec::new();
    for environment in &corpus {
        let ran = server.run(environment, &["--format", "json"]);
        let right = match (&environment.new, &environment.refused) {
            (Some(new), None) => {
                let found = serde_json::from_str(&ran.stdout).map(|found| server.named(&found));
                ran.code == i32::from(!new.is_empty()) && found.is_ok_and(|found| found == *new)
            }
            (None, Some(refused)) => ran.code == 2 && ran.stdout.is_empty() && ran.stderr.contains(refused.as_str()),
            _ => false,
        };
        if !right {
            faults.push(format!("{}: exit {}, {}\n{}", environment.name, ran.code, ran.stderr, ran.stdout));
        }
    }
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), corpus.len(), faults.join("\n"));
}

fn of<'c>(corpus: &'c [Environment], name: &str) -> &'c Environment {
    corpus.iter().find(|environment| environment.name == name).expect("it is in the corpus")
}

#[test]
fn each_platform_is_told_in_its_own_form() {
    let (server, corpus) = (Server::new(), corpus());
    let github = server.run(of(&corpus, "GitHub Actions: push"), &[]);
    assert!(github.code == 1 && github.stdout.contains("::error "), "{}", github.stdout);
    let azure = server.run(of(&corpus, "Azure: pull request"), &[]);
    assert!(azure.stdout.contains("##vso[task.logissue type=error"), "{}", azure.stdout);
    let drone = server.run(of(&corpus, "Drone: push"), &[]);
    assert!(
        drone.stdout.contains("keystop found 2 keys. What was pushed is known to others: revoke them first."),
        "{}",
        drone.stdout
    );
    assert!(drone.stderr.contains("Drone, push to main: commit "), "{}", drone.stderr);
}

#[test]
fn reports_are_written_beside_what_is_shown() {
    let (server, corpus) = (Server::new(), corpus());
    let report = server.repo.path("../gl.json");
    let name = format!("gitlab={}", report.display());
    let ran = server.run(of(&corpus, "GitLab: push"), &["--report", &name]);
    assert!(ran.code == 1 && ran.stdout.contains("keystop found 2 keys"), "{}{}", ran.stdout, ran.stderr);
    let report: Value = serde_json::from_slice(&std::fs::read(report).expect("it is there")).expect("it is JSON");
    assert_eq!(report["vulnerabilities"].as_array().expect("a list").len(), 2);
    let ran = server.run(of(&corpus, "Drone: push"), &["--report", "nonsense"]);
    assert!(ran.code == 2 && ran.stderr.contains("FORMAT=FILE"), "{}", ran.stderr);
}

/// A ready file, the environment to run it in, what the platform fills in, and the reports that it is to leave.
type Ready = (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

const FILES: [Ready; 13] = [
    ("docs/ci/github-actions.yml", "GitHub Actions: push", &[], &["keystop.sarif"]),
    ("action.yml", "GitHub Actions: push", &[("$KEYSTOP_SARIF", "k.sarif")], &["k.sarif"]),
    ("docs/ci/gitlab-ci.yml", "GitLab: push", &[], &["gl-secret-detection-report.json", "gl-code-quality-report.json"]),
    (
        "docs/ci/gitlab-component/templates/keystop.yml",
        "GitLab: merge request",
        &[("$[[ inputs.version ]]", ""), ("$[[ inputs.args ]]", "")],
        &["gl-secret-detection-report.json", "gl-code-quality-report.json"],
    ),
    (
        "docs/ci/circleci-config.yml",
        "CircleCI: branch of a pull request",
        &[("<< pipeline.git.base_revision >>", "{B}")],
        &["reports/keystop/junit.xml"],
    ),
    (
        "docs/ci/circleci-orb.yml",
        "CircleCI: branch of a pull request",
        &[("<< parameters.base >>", ""), ("<< parameters.version >>", "")],
        &["reports/keystop/junit.xml"],
    ),
    ("docs/ci/travis.yml", "Travis: push", &[], &[]),
    ("docs/ci/bitbucket-pipelines.yml", "Bitbucket: pull request", &[], &["test-results/keystop.xml"]),
    (
        "docs/ci/azure-pipelines.yml",
        "Azure: pull request",
        &[("$(Common.TestResultsDirectory)", "results")],
        &["results/keystop.xml"],
    ),
    ("docs/ci/buildkite-pipeline.yml", "Buildkite: pull request", &[], &["keystop.xml"]),
    ("docs/ci/drone.yml", "Drone: push", &[], &[]),
    ("docs/ci/woodpecker.yml", "Woodpecker: pull request", &[], &[]),
    ("docs/ci/jenkins/vars/keystop.groovy", "Jenkins: change request", &[], &["keystop.xml", "keystop-checkstyle.xml"]),
];

#[test]
fn every_ready_file_stops_a_key_where_its_platform_would_run_it() {
    let (tools, corpus) = (TestRepo::folder(), corpus());
    // What installs keystop has nothing to do: it is there.
    for tool in ["pip", "pipx", "apt-get"] {
        tools.write(tool, "#!/bin/sh\n");
        tools.run("chmod", &["+x", tool]).ok();
    }
    let keystop = std::path::Path::new(KEYSTOP).parent().expect("it is in a folder").to_owned();
    for (file, environment, fills, reports) in FILES {
        let server = Server::new();
        let mut clone = server.clone(of(&corpus, environment));
        let path = std::env::var("PATH").expect("there is one");
        clone.set("PATH", format!("{}:{}:{path}", tools.path("").display(), keystop.display()));
        let mut script = format!("set -e\n{}\n", ci_files::shell(file).join("\n"));
        for (slot, text) in fills {
            script = script.replace(slot, &server.fill(text));
        }
        let ran = clone.run("sh", &["-c", &script]);
        assert_eq!(ran.code, 1, "{file}: {script}\n{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("GitHub personal access token"), "{file}: {}", ran.stdout);
        for report in reports {
            let written = String::from_utf8(clone.read(report)).expect("a report is text");
            assert!(written.contains(".py"), "{file}: {report}: {written}");
        }
    }
    let ready = ci_files::files().len();
    assert_eq!(ready, FILES.len() + 1, "all but the Jenkinsfile, which calls the step, are run");
}

#[test]
fn the_message_of_a_pushed_tag_is_judged() {
    let (server, corpus) = (Server::new(), corpus());
    let token = numbered("ghp_{alnum:30}{check:github}", 99);
    server.repo.git(&["tag", "-f", "-a", "-m", &format!("token {token}"), "v1", &server.ids["D"]]).ok();
    let ran = server.run(of(&corpus, "GitHub Actions: tag on a branch"), &[]);
    assert!(ran.code == 1 && ran.stdout.contains("tag message"), "{}{}", ran.stdout, ran.stderr);
}
