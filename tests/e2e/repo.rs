//! A repository of its own for a test: real git, the built keystop, and nothing of the machine's settings.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::sync::OnceLock;

use tempfile::TempDir;

/// The binary under test.
pub const KEYSTOP: &str = env!("CARGO_BIN_EXE_keystop");

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Fails the test unless the command succeeded.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        self
    }
}

/// A work tree in a folder that goes away, with a HOME beside it.
#[derive(Clone)]
pub struct TestRepo {
    /// Goes away with the last repository on this machine.
    _root: Rc<TempDir>,
    folder: PathBuf,
    env: BTreeMap<OsString, OsString>,
}

impl TestRepo {
    /// A repository with one commit and the hook installed.
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// The same, made with options of `git init`.
    pub fn with(init: &[&str]) -> Self {
        let repo = Self::unborn(init);
        repo.write("README.md", "# A project\n");
        repo.git(&["add", "."]).ok();
        repo.git(&["commit", "-q", "--no-verify", "-m", "first"]).ok();
        repo
    }

    /// A repository without a commit, the hook installed.
    pub fn unborn(init: &[&str]) -> Self {
        let repo = Self::folder();
        repo.git(&[&["init", "-q", "-b", "main"], init].concat()).ok();
        repo.hook();
        repo
    }

    /// A folder that is no repository.
    pub fn folder() -> Self {
        let root = TempDir::new().expect("a temporary folder can be made");
        let path = root.path().canonicalize().expect("it is there");
        fs::create_dir_all(path.join("home")).expect("it is writable");
        fs::create_dir_all(path.join("work")).expect("it is writable");
        let mut repo = Self { _root: Rc::new(root), folder: path.join("work"), env: BTreeMap::new() };
        repo.set("PATH", std::env::var_os("PATH").expect("there is a PATH"));
        if knows_hooks_in_settings() {
            // Hooks are looked for in files; what is different in settings has tests of its own.
            repo.pretend_git("2.53.0");
        }
        repo.set("HOME", path.join("home"));
        repo.set("HOOK_EXIT", path.join("hook-exit"));
        for (name, value) in [
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_CEILING_DIRECTORIES", path.to_str().expect("temporary folders have plain names")),
            ("GIT_EDITOR", "true"),
            ("GIT_AUTHOR_NAME", "Ada"),
            ("GIT_AUTHOR_EMAIL", "ada@example.org"),
            ("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z"),
            ("GIT_COMMITTER_NAME", "Ada"),
            ("GIT_COMMITTER_EMAIL", "ada@example.org"),
            ("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z"),
            ("LC_ALL", "C"),
            ("TERM", "dumb"),
        ] {
            repo.set(name, value);
        }
        repo
    }

    /// The same machine, standing in another folder; a relative one is below this.
    pub fn at(&self, folder: impl AsRef<Path>) -> Self {
        Self { folder: self.folder.join(folder), ..self.clone() }
    }

    /// Sets a variable for every command from here on.
    pub fn set(&mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) {
        self.env.insert(name.as_ref().to_owned(), value.as_ref().to_owned());
    }

    /// Has git tell another version from here on.
    pub fn pretend_git(&mut self, version: &str) {
        let path = std::env::var("PATH").expect("there is one");
        let git = std::env::split_paths(&path).map(|folder| folder.join("git")).find(|git| git.exists()).expect("git");
        let git = git.display();
        let folder = self.path(format!("../git-{version}"));
        let script =
            format!("#!/bin/sh\n[ \"$1\" != --version ] || exec echo git version {version}\nexec '{git}' \"$@\"\n");
        self.write(folder.join("git"), script);
        fs::set_permissions(folder.join("git"), fs::Permissions::from_mode(0o755)).expect("it is ours");
        self.set("PATH", format!("{}:{path}", folder.display()));
    }

    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.folder.join(path)
    }

    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("it is below the work tree")).expect("a folder can be made");
        fs::write(path, content).expect("a file can be written");
    }

    pub fn read(&self, path: impl AsRef<Path>) -> Vec<u8> {
        fs::read(self.path(path)).expect("the file is there")
    }

    /// Writes a file and stages it.
    pub fn stage(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        self.write(&path, content);
        self.git(&[OsStr::new("add"), OsStr::new("-f"), OsStr::new("--"), path.as_ref().as_os_str()]).ok();
    }

    /// Writes a file and commits it without asking keystop.
    pub fn commit_unseen(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        self.stage(path, content);
        self.git(&["commit", "-q", "--no-verify", "-m", "before keystop"]).ok();
    }

    pub fn git<S: AsRef<OsStr>>(&self, args: &[S]) -> Ran {
        self.run("git", args)
    }

    pub fn keystop<S: AsRef<OsStr>>(&self, args: &[S]) -> Ran {
        self.run(KEYSTOP, args)
    }

    /// A program that stands here and knows nothing of the machine it runs on.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).env_clear().envs(&self.env).stdin(Stdio::null());
        command
    }

    pub fn run<S: AsRef<OsStr>>(&self, program: &str, args: &[S]) -> Ran {
        let output = self.command(program).args(args).output().expect("the program can be started");
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Installs a pre-commit hook that runs the binary under test.
    ///
    /// Git turns every failure of a hook into exit 1, so the hook notes keystop's own exit code, and 99 if the index it
    /// was given has changed meanwhile.
    pub fn hook(&self) {
        let folder = self.git(&["rev-parse", "--git-path", "hooks"]).ok().stdout;
        let script = format!(
            "#!/bin/sh\n\
             sum() {{ cksum \"$GIT_INDEX_FILE\" 2>/dev/null; }}\n\
             before=$(sum)\n\
             '{KEYSTOP}' hook pre-commit \"$@\"\n\
             code=$?\n\
             [ \"$before\" = \"$(sum)\" ] || code=99\n\
             echo $code >\"$HOOK_EXIT\"\n\
             exit $code\n"
        );
        let file = Path::new(folder.trim_end()).join("pre-commit");
        self.write(&file, script);
        fs::set_permissions(self.path(&file), fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    /// What keystop exited with when git last ran the hook; none if it did not run it.
    fn hook_exit(&self) -> Option<i32> {
        let noted = fs::read_to_string(&self.env[OsStr::new("HOOK_EXIT")]).ok()?;
        noted.trim().parse().ok()
    }

    fn commit(&self, args: &[&str]) -> Ran {
        // A hook that does not run must not leave the last one's answer.
        let _ = fs::remove_file(&self.env[OsStr::new("HOOK_EXIT")]);
        self.git(&[&["commit", "-q", "-m", "change"], args].concat())
    }

    /// Commits, and fails the test unless the hook let the commit happen.
    #[track_caller]
    pub fn passes(&self, args: &[&str]) -> Ran {
        let ran = self.commit(args);
        assert_eq!((ran.code, self.hook_exit()), (0, Some(0)), "a clean commit was stopped:\n{}", ran.stderr);
        ran
    }

    /// Commits, and fails the test unless keystop found a key, and nothing has changed.
    #[track_caller]
    pub fn blocked(&self, args: &[&str]) -> Ran {
        self.stopped(args, 1)
    }

    /// Commits, and fails the test unless keystop could not judge, and nothing has changed.
    #[track_caller]
    pub fn refused(&self, args: &[&str]) -> Ran {
        self.stopped(args, 2)
    }

    #[track_caller]
    fn stopped(&self, args: &[&str], exit: i32) -> Ran {
        let before = self.state();
        let ran = self.commit(args);
        let said = format!("git commit: {}, keystop: {:?}\n{}", ran.code, self.hook_exit(), ran.stderr);
        assert_eq!(ran.code, 1, "{said}");
        assert_eq!(self.hook_exit(), Some(exit), "{said}");
        assert_eq!(self.state(), before, "a commit that was stopped has changed something");
        ran
    }

    /// HEAD, what is staged, and every file of the work tree.
    fn state(&self) -> State {
        State {
            head: self.git(&["rev-parse", "-q", "--verify", "HEAD"]).stdout,
            staged: self.git(&["ls-files", "--stage", "-t"]).stdout,
            files: files_below(&self.folder, &|path| !path.as_os_str().as_encoded_bytes().ends_with(b".git")),
        }
    }
}

/// Whether the machine's git is 2.54 or later.
fn knows_hooks_in_settings() -> bool {
    static KNOWS: OnceLock<bool> = OnceLock::new();
    *KNOWS.get_or_init(|| {
        let output = Command::new("git").arg("--version").output().expect("git can be started");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut numbers = said.trim_start_matches("git version ").split('.').map(str::parse::<u32>);
        matches!((numbers.next(), numbers.next()), (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= (2, 54))
    })
}

#[derive(PartialEq, Eq)]
struct State {
    head: String,
    staged: String,
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let files: Vec<_> = self.files.iter().map(|(path, content)| (path, content.len())).collect();
        write!(f, "HEAD {} staged\n{}files {files:?}", self.head, self.staged)
    }
}

/// The bytes of every file and the target of every link below `folder`.
pub fn files_below(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).expect("the folder is there");
        for path in entries.map(|entry| entry.expect("it can be read").path()).filter(|path| wanted(path)) {
            let kind = fs::symlink_metadata(&path).expect("it is there").file_type();
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_symlink() {
                let target = fs::read_link(&path).expect("it is a link").into_os_string();
                files.insert(path, target.into_encoded_bytes());
            } else {
                let content = fs::read(&path).expect("it can be read");
                files.insert(path, content);
            }
        }
    }
    files
}
