//! What can be typed. Structs only: what a word means is decided by its command.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

use crate::assistant::settings::Tool;
use crate::config::Overrides;
use crate::git::hooks::Hook;
use crate::report::Format;

/// Stops a commit that holds a key, and says what to do now.
#[derive(Debug, Parser)]
#[command(name = "keystop", version, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    /// Run as if started in DIR
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// What git calls at each hook
    Hook(HookArgs),
    /// Look for keys in files, or in what is staged
    Scan(ScanArgs),
    /// In a pipeline: look for keys in what its commits bring
    Ci(CiArgs),
    /// The page of a key: what it is, how to store it, how to revoke it
    Explain(ExplainArgs),
    /// Say that a finding is not a key: writes it to `.keystop.toml`, with the reason
    Allow(AllowArgs),
    /// Accept the keys that are there today: the hooks let them through, and no new one
    Baseline(BaselineArgs),
    /// The configuration: check it, show where each decision comes from, take over another tool's
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// The rules: list them, check your own
    Rules {
        #[command(subcommand)]
        command: RulesCommand,
    },
    /// Install the hooks: here, or for all repositories. Existing hooks are kept and still run
    Install(InstallArgs),
    /// Take the hooks out again and put back what was there
    Uninstall(InstallArgs),
    /// Which hooks run in this repository, and what could stop them
    Status(StatusArgs),
    /// Read a key from the environment instead, its value moved to `.env` or a store: shows the change, `--apply` makes it
    Fix(FixArgs),
    /// Who else uses a key: its value, its variable, its client library, by service and owner
    Uses(UsesArgs),
    /// The incident as a checklist in Markdown: misuse, rotation, who is affected, history
    Plan(PlanArgs),
    /// Is a key gone from every object and every file?
    Verify(VerifyArgs),
    /// Is a key alive? Asks its provider, after a yes
    Check(CheckArgs),
    /// See a commit with a key stopped, in a repository made for it
    Demo,
    /// Completions for a shell, on standard output
    Completions { shell: clap_complete::Shell },
    /// The manual, one page a command, written to a folder
    #[command(hide = true)]
    Man {
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct HookArgs {
    /// The hook's name, as git calls it; `ai` for coding assistants
    pub hook: Called,
    /// What git hands to the hook
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub args: Vec<std::ffi::OsString>,
}

/// Who calls a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Called {
    ByGit(Hook),
    ByAssistant,
}

impl ValueEnum for Called {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [Called; Hook::ALL.len() + 1] = {
            let mut all = [Called::ByAssistant; Hook::ALL.len() + 1];
            let mut at = 0;
            while at < Hook::ALL.len() {
                all[at] = Called::ByGit(Hook::ALL[at]);
                at += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::ByGit(hook) => hook.name(),
            Self::ByAssistant => "ai",
        }))
    }
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("source").required(true).args(["paths", "staged", "range", "history", "stdin", "image"]))]
pub struct ScanArgs {
    /// Files and folders to read
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Read what is staged for the next commit
    #[arg(long)]
    pub staged: bool,
    /// Read what each commit of a range adds: A..B, or everything that leads to REV
    #[arg(long, value_name = "A..B|REV")]
    pub range: Option<String>,
    /// Only the newest N commits of the range
    #[arg(long, value_name = "N", requires = "range")]
    pub max_count: Option<u32>,
    /// Leave out merges
    #[arg(long, requires = "range")]
    pub no_merges: bool,
    /// Read what `.gitignore` leaves out, too
    #[arg(long, requires = "paths")]
    pub no_ignore: bool,
    /// Do not look into archives: read them as the bytes they are
    #[arg(long, requires = "paths")]
    pub no_archives: bool,
    /// Read the whole history: everything that branches, tags, stashes and notes lead to
    #[arg(long)]
    pub history: bool,
    /// Read standard input
    #[arg(long)]
    pub stdin: bool,
    /// Read a container image: a file of `docker save`, an OCI layout, or a name that docker or podman know here
    #[arg(long, value_name = "FILE|DIR|NAME")]
    pub image: Option<PathBuf>,
    /// Show no progress and no summary: findings only
    #[arg(short, long)]
    pub quiet: bool,
    /// Threads; as many as the machine runs at once if not given
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
    /// How to print findings
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// The topmost layer of the configuration.
#[derive(Debug, Args)]
pub struct SettingsArgs {
    /// Read FILE in place of the project's `.keystop.toml`
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Switch a rule off
    #[arg(long, value_name = "RULE")]
    pub disable: Vec<String>,
    /// Read FILE as the baseline
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    pub baseline: Option<PathBuf>,
    /// Report what the baseline accepts, too
    #[arg(long)]
    pub no_baseline: bool,
}

impl SettingsArgs {
    pub fn overrides(&self) -> Overrides {
        Overrides {
            config: self.config.clone(),
            disable: self.disable.clone(),
            baseline: self.baseline.clone(),
            no_baseline: self.no_baseline,
        }
    }
}

#[derive(Debug, Args)]
pub struct CiArgs {
    /// The commit that was there before, where the platform does not tell it; empty is none
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// How to print findings; what the platform shows by itself if not given
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Write a report beside what is printed; may be given more than once
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report_file)]
    pub report: Vec<(Format, PathBuf)>,
}

fn report_file(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, file) = text.split_once('=').filter(|(_, file)| !file.is_empty()).ok_or("this is not FORMAT=FILE")?;
    Ok((Format::from_str(format, true)?, PathBuf::from(file)))
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, reader) = self.describe();
        Some(PossibleValue::new(name).help(reader))
    }
}

/// How lists and answers are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Listing {
    Human,
    Json,
}

/// How a page is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PageFormat {
    /// For a terminal, in its pager
    Human,
    /// Markdown, for a ticket
    Md,
    /// One JSON document
    Json,
    /// One self-contained file
    Html,
}

#[derive(Debug, Args)]
pub struct PlanArgs {
    /// A finding: its fingerprint, or path:line
    #[arg(value_name = "FINDING")]
    pub finding: String,
}

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A key's id as `keystop rules list` names it, a fingerprint, or path:line
    pub key: String,
    /// Language of the snippets, such as python, go or ruby
    #[arg(long, value_name = "LANGUAGE")]
    pub lang: Option<String>,
    /// Where to store the key
    #[arg(long, value_name = "STORE")]
    pub store: Option<String>,
    /// How to print the page
    #[arg(long, value_enum, default_value_t = PageFormat::Human)]
    pub format: PageFormat,
}

#[derive(Debug, Args)]
pub struct FixArgs {
    /// A finding: its fingerprint, or path:line; without one, only a fix that was cut off is finished
    #[arg(value_name = "FINDING")]
    pub finding: Option<String>,
    /// Make the change
    #[arg(long)]
    pub apply: bool,
    /// The variable's name
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Put the value there in place of `.env`, with the store's own command; the configured store if not given
    #[arg(long, value_name = "STORE")]
    pub store: Option<String>,
}

#[derive(Debug, Args)]
pub struct UsesArgs {
    /// A finding: its fingerprint, or path:line
    #[arg(value_name = "FINDING")]
    pub finding: String,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = Listing::Human)]
    pub format: Listing,
}

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// A finding: its fingerprint, or path:line
    #[arg(value_name = "FINDING", required_unless_present = "stdin")]
    pub finding: Option<String>,
    /// Read the key itself from standard input
    #[arg(long, conflicts_with = "finding")]
    pub stdin: bool,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = Listing::Human)]
    pub format: Listing,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// A finding: its fingerprint, or path:line
    #[arg(value_name = "FINDING", required_unless_present = "stdin")]
    pub finding: Option<String>,
    /// Send the key to its provider: one read-only request
    #[arg(long)]
    pub live: bool,
    /// Do not ask before it is sent
    #[arg(long)]
    pub yes: bool,
    /// Read the key itself from standard input
    #[arg(long, conflicts_with = "finding", requires = "rule")]
    pub stdin: bool,
    /// What kind of key that is
    #[arg(long, value_name = "RULE", requires = "stdin")]
    pub rule: Option<String>,
    /// What belongs to the key and was not found beside it, such as "account sid=AC..."
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub with: Vec<(String, String)>,
    /// Seconds until an answer comes too late
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=120))]
    pub timeout: u16,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = Listing::Human)]
    pub format: Listing,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("a name, `=` and a value")?;
    Ok((name.to_owned(), value.to_owned()))
}

#[derive(Debug, Args)]
pub struct AllowArgs {
    /// A finding's fingerprint, as messages and `--format json` give it
    pub fingerprint: String,
    /// Why this is not a secret
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

#[derive(Debug, Args)]
pub struct BaselineArgs {
    /// Only take out what is gone; accept nothing new
    #[arg(long)]
    pub prune: bool,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Is it right, and is every entry still needed? Expired and unused ones are named
    Check {
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Every decision that holds here, and where it comes from
    Show {
        #[command(flatten)]
        settings: SettingsArgs,
        #[arg(long, value_enum, default_value_t = Listing::Human)]
        format: Listing,
    },
    /// Take over the decisions of gitleaks, detect-secrets, secretlint or GitGuardian
    Import {
        /// .gitleaks.toml, .gitleaksignore, .secrets.baseline, .secretlintrc or .gitguardian.yaml
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Only show what would be written
        #[arg(long)]
        dry_run: bool,
    },
    /// The JSON Schema of `.keystop.toml`, for editors
    Schema,
}

#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// Every rule: id, severity, provider and name
    List {
        #[arg(long, value_enum, default_value_t = RulesFormat::Human)]
        format: RulesFormat,
    },
    /// Check rules: the built-in ones, those of `.keystop.toml`, or catalogue files
    Check {
        /// Catalogue files; without any, the built-in and the configured rules
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

impl ValueEnum for Tool {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

/// How rules are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RulesFormat {
    Human,
    Json,
    /// The built-in rules by provider: the table of `docs/providers.md`
    Markdown,
}

#[derive(Debug, Args)]
pub struct InstallArgs {
    /// For all your repositories; each one's own hooks still run
    #[arg(long)]
    pub global: bool,
    /// For repositories that will be made or cloned from now on (init.templateDir)
    #[arg(long, conflicts_with = "global")]
    pub template: bool,
    /// Hooks of coding assistants instead of git's: of those that are used here, or of the ones named
    #[arg(long, value_enum, value_name = "ASSISTANT", num_args = 0.., require_equals = true, value_delimiter = ',', conflicts_with = "template")]
    pub ai: Option<Vec<Tool>>,
    /// Only show what would be done
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct StatusArgs {
    #[arg(long, value_enum, default_value_t = Listing::Human)]
    pub format: Listing,
}
