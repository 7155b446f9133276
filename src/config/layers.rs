//! Where decisions come from, lowest first: built in, the user's file, the project's file, the environment, flags.

use std::env;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::{Baseline, FILE, baseline, form};

/// A file to read in place of the project's.
const CONFIG: &str = "KEYSTOP_CONFIG";
/// Rules to switch off, separated by commas.
const DISABLE: &str = "KEYSTOP_DISABLE";
/// The baseline; set and empty for none.
const BASELINE: &str = "KEYSTOP_BASELINE";

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Layer {
    #[default]
    BuiltIn,
    User,
    Repository,
    Environment,
    Flags,
}

impl Layer {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BuiltIn => "built-in",
            Self::User => "user",
            Self::Repository => "repository",
            Self::Environment => "environment",
            Self::Flags => "flags",
        }
    }
}

/// Where a decision was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    pub layer: Layer,
    /// A file and a line, a variable, or a flag.
    pub place: String,
}

impl Origin {
    pub fn in_file(layer: Layer, file: &Path, source: &str, span: Range<usize>) -> Self {
        Self { layer, place: format!("`{}` line {}", file.display(), form::line_of(source, span.start)) }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)
    }
}

/// What was said on the command line.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    pub config: Option<PathBuf>,
    pub disable: Vec<String>,
    pub baseline: Option<PathBuf>,
    pub no_baseline: bool,
}

/// Everything that is asked, in order.
#[derive(Debug, Default)]
pub struct Layers {
    /// Files to read, there or not.
    pub files: Vec<(Layer, PathBuf)>,
    /// Rules that the environment and flags switch off.
    pub disable: Vec<(String, Origin)>,
    /// The baseline that the environment or a flag names; an empty path for none.
    named: Option<(PathBuf, Origin)>,
}

impl Layers {
    /// # Errors
    /// A file that somebody named is not there.
    pub fn of(folder: &Path, flags: &Overrides) -> Result<Self> {
        let set = |name| env::var_os(name).map(PathBuf::from);
        let by = |layer, place: &str| Origin { layer, place: place.to_owned() };
        let named = flags.config.clone().or_else(|| set(CONFIG).filter(|file| !file.as_os_str().is_empty()));
        if let Some(file) = named.as_ref().filter(|file| !file.is_file()) {
            bail!("there is no configuration `{}`", file.display());
        }
        let project = named.unwrap_or_else(|| home(folder));
        let mut files: Vec<_> = users_file().map(|file| (Layer::User, file)).into_iter().collect();
        files.push((Layer::Repository, project));
        let listed = env::var(DISABLE).unwrap_or_default();
        let ids = listed.split(',').map(str::trim).filter(|id| !id.is_empty());
        let mut disable: Vec<_> = ids.map(|id| (id.to_owned(), by(Layer::Environment, DISABLE))).collect();
        disable.extend(flags.disable.iter().map(|id| (id.clone(), by(Layer::Flags, "--disable"))));
        let flag = if flags.no_baseline { Some(PathBuf::new()) } else { flags.baseline.clone() };
        let named = flag.map(|file| (file, by(Layer::Flags, "--baseline")));
        let named = named.or_else(|| Some((set(BASELINE)?, by(Layer::Environment, BASELINE))));
        Ok(Self { files, disable, named })
    }

    /// One file by itself, as the project's.
    pub fn only(file: PathBuf) -> Self {
        Self { files: vec![(Layer::Repository, file)], ..Self::default() }
    }

    /// What holds on a server: the file in the repository's own git directory, and that of the account.
    pub fn of_server(git_dir: &Path) -> Self {
        let mut files: Vec<_> = users_file().map(|file| (Layer::User, file)).into_iter().collect();
        files.push((Layer::Repository, git_dir.join(FILE)));
        Self { files, ..Self::default() }
    }

    /// The baseline that holds, when the files say `configured`.
    pub fn baseline(&self, configured: &Baseline) -> (PathBuf, Origin) {
        let said =
            (!configured.file.as_os_str().is_empty()).then(|| (configured.file.clone(), configured.origin.clone()));
        let beside = || self.files.last().map(|(_, file)| baseline::default_place(file));
        self.named.clone().or(said).or_else(beside).unwrap_or_default()
    }
}

/// The user's own file, there or not.
fn users_file() -> Option<PathBuf> {
    let set = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let settings = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))?;
    Some(settings.join("keystop/config.toml"))
}

/// The project's file that holds in `folder`, there or not: the nearest one upwards, else the one at the top of the work
/// tree.
pub fn home(folder: &Path) -> PathBuf {
    let is_top = |folder: &&Path| folder.join(".git").exists();
    let top = folder.ancestors().find(is_top);
    let found = folder.ancestors().find(|folder| folder.join(FILE).exists());
    let inside = found.filter(|found| top.is_none_or(|top| found.starts_with(top)));
    inside.or(top).unwrap_or(folder).join(FILE)
}
