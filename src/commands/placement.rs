//! Where keystop's hooks belong: what install, uninstall and status agree on.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

use crate::cli::InstallArgs;
use crate::git::hooks::{Change, Directory, Hook, Owner, Scope, Shim, block, everywhere, file, settings};
use crate::report;

/// For whom hooks are placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The repository one stands in.
    Repository,
    /// All repositories of the user.
    Global,
    /// Repositories that git will make.
    Template,
}

impl Target {
    pub fn of(args: &InstallArgs) -> Self {
        match (args.global, args.template) {
            (true, _) => Self::Global,
            (_, true) => Self::Template,
            _ => Self::Repository,
        }
    }

    pub fn shown(self) -> &'static str {
        match self {
            Self::Repository => "this repository",
            Self::Global => "all your repositories",
            Self::Template => "repositories that you make or clone from now on",
        }
    }
}

/// How keystop gets into the hooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Files in a folder from which git runs hooks.
    Files(PathBuf, Owner),
    /// Lines in the scripts that people edit with husky.
    Husky(PathBuf),
    /// Settings, beside whatever else there is.
    Settings(Scope),
    /// A folder of keystop's own, which git takes all hooks from: `core.hooksPath`.
    Everywhere(PathBuf),
    /// A folder of keystop's own, which git copies into new repositories: `init.templateDir`.
    Template(PathBuf),
}

/// Keystop's hooks in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    pub way: Way,
    pub hooks: &'static [Hook],
}

const HOOKS_PATH: &str = "core.hooksPath";
const TEMPLATE_DIR: &str = "init.templateDir";

impl Placement {
    /// The places where keystop may be, the one to install in first.
    ///
    /// # Errors
    /// There is no repository, or its hooks are not its own to change.
    pub fn all(target: Target) -> Result<Vec<Self>> {
        let mut all = match target {
            Target::Repository => Self::in_repository()?,
            Target::Global => vec![Way::Settings(Scope::Global).of_work_trees(), global_folder()?.of_work_trees()],
            Target::Template => vec![template_folder()?.of_work_trees()],
        };
        let usable = settings::are_known()?;
        // Where git does not know hooks in settings, they can be taken out and nothing else.
        all.sort_by_key(|place| matches!(place.way, Way::Settings(_)) != usable);
        Ok(all)
    }

    fn in_repository() -> Result<Vec<Self>> {
        let Some(directory) = Directory::find()? else {
            let error = anyhow!("`core.hooksPath` is empty, so git runs whatever lies at the top of the work tree");
            return Err(report::hint(&error, "git config --show-origin --get-all core.hooksPath, and unset it there"));
        };
        let hooks = if directory.is_bare { Hook::OF_SERVERS } else { Hook::OF_WORK_TREES };
        let mut all = vec![Self { way: Way::Settings(Scope::Local), hooks }];
        let folder = directory.path;
        match directory.owner {
            Owner::Husky if folder.ends_with("_") => {
                let scripts = folder.parent().context("husky's folder is in another")?.to_owned();
                all.push(Self { way: Way::Husky(scripts), hooks });
            }
            Owner::Husky => all.push(Self { way: Way::Husky(folder), hooks }),
            Owner::Shared if !settings::are_known()? => return Err(shared(&folder)),
            Owner::Shared => {}
            owner => all.push(Self { way: Way::Files(folder, owner), hooks }),
        }
        Ok(all)
    }

    /// Where a hook is, as a person would look for it.
    pub fn shown(&self, hook: Hook) -> String {
        match &self.way {
            Way::Settings(scope) => format!("git config {} hook.keystop-{}.command", scope.option(), hook.name()),
            Way::Files(folder, _) | Way::Husky(folder) | Way::Everywhere(folder) => shown(&folder.join(hook.name())),
            Way::Template(folder) => shown(&folder.join("hooks").join(hook.name())),
        }
    }

    pub fn place(&self, hook: Hook, dry_run: bool) -> Result<Change> {
        let binary = binary()?;
        let name = hook.name();
        match &self.way {
            Way::Files(folder, _) => file::place(&folder.join(name), &Shim::new(hook, &binary), dry_run),
            Way::Husky(folder) => block::place(&folder.join(name), hook, dry_run),
            Way::Settings(scope) => settings::place(hook, *scope, &binary, dry_run),
            Way::Everywhere(folder) => file::place(&folder.join(name), &Shim::everywhere(hook, &binary), dry_run),
            Way::Template(folder) => file::place(&folder.join("hooks").join(name), &Shim::new(hook, &binary), dry_run),
        }
    }

    /// Whether hooks in this place make those in the other needless. What a team shares stays: others may have an older
    /// git.
    pub fn replaces(&self, other: &Self) -> bool {
        let is_own = matches!(other.way, Way::Files(_, Owner::Repository) | Way::Everywhere(_));
        matches!(self.way, Way::Settings(_)) && is_own
    }

    /// Takes every hook out, and tells which have changed.
    pub fn take_out(&self, dry_run: bool) -> Result<Vec<(Hook, Change)>> {
        if !dry_run {
            self.withdraw()?;
        }
        let changes = self.hooks.iter().map(|hook| Ok((*hook, self.remove(*hook, dry_run)?)));
        let changes: Vec<_> = changes.collect::<Result<_>>()?;
        if !dry_run {
            self.clear()?;
        }
        Ok(changes.into_iter().filter(|(_, change)| *change != Change::Unchanged).collect())
    }

    fn remove(&self, hook: Hook, dry_run: bool) -> Result<Change> {
        let name = hook.name();
        match &self.way {
            Way::Files(folder, _) | Way::Everywhere(folder) => file::remove(&folder.join(name), dry_run),
            Way::Husky(folder) => block::remove(&folder.join(name), dry_run),
            Way::Settings(scope) => settings::remove(hook, *scope, dry_run),
            Way::Template(folder) => file::remove(&folder.join("hooks").join(name), dry_run),
        }
    }

    /// Has git look at a folder of keystop's own, once everything is in it.
    pub fn announce(&self) -> Result<()> {
        match &self.way {
            Way::Everywhere(folder) => {
                everywhere::pass_on(folder)?;
                everywhere::announce(HOOKS_PATH, folder)
            }
            Way::Template(folder) => everywhere::announce(TEMPLATE_DIR, folder),
            Way::Files(..) | Way::Husky(_) | Way::Settings(_) => Ok(()),
        }
    }

    /// Has git look elsewhere, before anything is taken out.
    fn withdraw(&self) -> Result<()> {
        match &self.way {
            Way::Everywhere(folder) => everywhere::withdraw(HOOKS_PATH, folder),
            Way::Template(folder) if *folder == everywhere::home()?.join("template") => {
                everywhere::withdraw(TEMPLATE_DIR, folder)
            }
            _ => Ok(()),
        }
    }

    /// Takes away what only served keystop's hooks.
    fn clear(&self) -> Result<()> {
        match &self.way {
            Way::Everywhere(folder) => everywhere::pass_no_more(folder).and_then(|()| everywhere::tidy()),
            Way::Template(_) => everywhere::tidy(),
            Way::Files(..) | Way::Husky(_) | Way::Settings(_) => Ok(()),
        }
    }
}

impl Way {
    fn of_work_trees(self) -> Placement {
        Placement { way: self, hooks: Hook::OF_WORK_TREES }
    }
}

/// The folder that the user has named for all repositories already, else one of keystop's own.
fn global_folder() -> Result<Way> {
    let own = everywhere::home()?.join("hooks");
    Ok(match everywhere::named(HOOKS_PATH)?.filter(|folder| *folder != own) {
        Some(folder) => Way::Files(folder, Owner::Shared),
        None => Way::Everywhere(own),
    })
}

fn template_folder() -> Result<Way> {
    let own = everywhere::home()?.join("template");
    Ok(Way::Template(everywhere::named(TEMPLATE_DIR)?.unwrap_or(own)))
}

/// A folder that other repositories use is not changed from within one of them.
fn shared(folder: &Path) -> anyhow::Error {
    if everywhere::home().is_ok_and(|home| home.join("hooks") == folder) {
        return report::hint(
            &anyhow!("keystop runs in all your repositories already"),
            "out again: keystop uninstall --global",
        );
    }
    let folder = folder.display();
    let error = anyhow!("git runs hooks from `{folder}` here (core.hooksPath), which other repositories use too");
    report::hint(&error, "to have keystop in all of them: keystop install --global")
}

/// Where this keystop can be found again: its name on PATH if that is this binary, so that an upgrade needs no install.
pub fn binary() -> Result<PathBuf> {
    let this = std::env::current_exe().context("cannot tell where keystop is")?;
    let real = |path: &Path| path.canonicalize().ok();
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let named = std::env::split_paths(&paths).map(|folder| folder.join("keystop"));
    let mut named = named.filter(|path| path.is_absolute() && real(path).is_some() && real(path) == real(&this));
    Ok(named.next().unwrap_or(this))
}

/// A path as one would type it from here.
pub fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}
