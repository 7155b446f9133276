//! Which service a file belongs to, and who owns it: manifests, compose services, workflows, CODEOWNERS.

use std::collections::BTreeSet;

use globset::{Glob, GlobBuilder, GlobMatcher};

use super::language::Language;

/// Files that make their folder a service or a package.
const MANIFESTS: &[&str] = &[
    "package.json",
    "go.mod",
    "pyproject.toml",
    "requirements.txt",
    "setup.py",
    "setup.cfg",
    "Pipfile",
    "Gemfile",
    "composer.json",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "Cargo.toml",
    "Dockerfile",
    "Chart.yaml",
    "serverless.yml",
    "serverless.yaml",
    "pubspec.yaml",
    "mix.exs",
    "Package.swift",
    "deno.json",
];
const MANIFEST_ENDINGS: &[&str] = &[".csproj", ".fsproj", ".vbproj", ".gemspec", ".cabal"];

/// What runs or builds with a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// A folder with a manifest; empty for the top.
    Folder(String),
    Compose {
        file: String,
        service: String,
    },
    Workflow(String),
}

impl Service {
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Folder(_) => "folder",
            Self::Compose { .. } => "compose service",
            Self::Workflow(_) => "workflow",
        }
    }

    pub fn name(&self) -> String {
        match self {
            Self::Folder(folder) if folder.is_empty() => ".".to_owned(),
            Self::Folder(folder) => folder.clone(),
            Self::Compose { file, service } => format!("{service} in {file}"),
            Self::Workflow(file) => file.clone(),
        }
    }
}

/// Whether a path names what a folder depends on.
pub fn is_manifest(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    MANIFESTS.contains(&name)
        || MANIFEST_ENDINGS.iter().any(|ending| name.ends_with(ending))
        || (name.starts_with("requirements") && name.ends_with(".txt"))
}

/// Whether a path is a list of resolved versions: it repeats its manifest.
pub fn is_lock(path: &str) -> bool {
    const LOCKS: &[&str] = &["package-lock.json", "go.sum", "pnpm-lock.yaml", "npm-shrinkwrap.json"];
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with(".lock") || LOCKS.contains(&name)
}

/// The services of a repository.
pub struct Services {
    folders: BTreeSet<String>,
}

impl Services {
    pub fn of<'p>(paths: impl Iterator<Item = &'p str>) -> Self {
        let folders = paths.filter(|path| is_manifest(path)).map(|path| parent(path).to_owned());
        Self { folders: folders.collect() }
    }

    /// The service of one line of a file.
    pub fn service(&self, path: &str, text: &[u8], line: u32) -> Service {
        match Language::of(path.as_bytes()).id.as_str() {
            "compose" => {
                if let Some(service) = compose_service(text, line) {
                    return Service::Compose { file: path.to_owned(), service };
                }
            }
            "github-actions"
            | "gitlab-ci"
            | "circleci"
            | "jenkinsfile"
            | "azure-pipelines"
            | "travis"
            | "bitbucket-pipelines" => {
                return Service::Workflow(path.to_owned());
            }
            _ => {}
        }
        let mut folder = parent(path);
        while !folder.is_empty() && !self.folders.contains(folder) {
            folder = parent(folder);
        }
        Service::Folder(folder.to_owned())
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The service whose block holds a line of a compose file.
fn compose_service(text: &[u8], line: u32) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    let (mut inside, mut depth, mut current) = (false, None, None);
    for row in text.lines().take(usize::try_from(line).ok()?) {
        let content = row.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let indent = row.len() - content.len();
        if indent == 0 {
            inside = content.trim_end() == "services:";
            (depth, current) = (None, None);
        } else if inside && indent <= *depth.get_or_insert(indent) {
            current = content.trim_end().strip_suffix(':').map(|name| name.trim_matches(['"', '\'']).to_owned());
        }
    }
    current
}

/// The places where CODEOWNERS is looked for, in the order in which forges do.
pub const OWNERS_FILES: &[&str] = &[".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// Who owns which paths; the last line that fits decides.
#[derive(Default)]
pub struct Owners(Vec<(Vec<GlobMatcher>, Vec<String>)>);

impl Owners {
    pub fn parse(text: &str) -> Self {
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        // GitLab's section headings are no patterns.
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(['[', '^']));
        Self(lines.filter_map(owned).collect())
    }

    pub fn of(&self, path: &str) -> &[String] {
        let fits = |(globs, _): &&(Vec<GlobMatcher>, Vec<String>)| globs.iter().any(|glob| glob.is_match(path));
        self.0.iter().rev().find(fits).map_or(&[], |(_, owners)| owners)
    }
}

/// One line: a pattern as in `.gitignore`, then the owners.
fn owned(line: &str) -> Option<(Vec<GlobMatcher>, Vec<String>)> {
    let mut words = line.split_whitespace();
    let pattern = words.next()?;
    let bare = pattern.trim_matches('/');
    let anchored = pattern.starts_with('/') || bare.contains('/');
    let start = if anchored { bare.to_owned() } else { format!("**/{bare}") };
    let below = format!("{start}/**");
    // `docs/*` speaks of the files in docs, not of what lies deeper.
    let itself = !pattern.ends_with('/');
    let deeper = !bare.ends_with('*') || bare.ends_with("**") || bare == "*";
    let globs = [(itself, start), (deeper, below)].into_iter().filter(|(wanted, _)| *wanted);
    let globs: Option<Vec<GlobMatcher>> = globs.map(|(_, glob)| Some(glob_of(&glob)?.compile_matcher())).collect();
    Some((globs?, words.map(str::to_owned).collect()))
}

fn glob_of(pattern: &str) -> Option<Glob> {
    GlobBuilder::new(pattern).literal_separator(true).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_belongs_to_the_nearest_manifest() {
        let services = Services::of(["package.json", "api/go.mod", "api/x.go", "web/app/package.json"].into_iter());
        let name = |path: &str| services.service(path, b"", 1).name();
        assert_eq!(name("api/cmd/main.go"), "api");
        assert_eq!(name("web/app/src/a.ts"), "web/app");
        assert_eq!(name("web/readme.md"), ".");
        assert_eq!(services.service(".github/workflows/ci.yml", b"", 1).kind(), "workflow");
    }

    #[test]
    fn a_line_of_a_compose_file_belongs_to_its_service() {
        let text = b"version: '3'\nservices:\n  web:\n    image: x\n    environment:\n      A: b\n  db:\n    image: y\nvolumes:\n  v:\n";
        assert_eq!(compose_service(text, 6).as_deref(), Some("web"));
        assert_eq!(compose_service(text, 8).as_deref(), Some("db"));
        assert_eq!(compose_service(text, 10), None);
    }

    #[test]
    fn the_last_owner_that_fits_decides() {
        let owners = Owners::parse("# c\n*  @all\n/api/ @api @go # x\n*.ts @web\ndocs/* @docs\n[Section]\n");
        for (path, owner) in [
            ("a.md", "@all"),
            ("api/x/y.go", "@api @go"),
            ("api/a.ts", "@web"),
            ("docs/a.md", "@docs"),
            ("docs/b/a.md", "@all"),
            ("x/api/a.go", "@all"),
        ] {
            assert_eq!(owners.of(path).join(" "), owner, "{path}");
        }
        assert!(Owners::default().of("a").is_empty());
    }
}
