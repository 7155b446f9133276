//! The team's store, reached by its own command: the value goes there on standard input, and is read back before
//! anything else changes.

use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, anyhow, bail};

use crate::config::{Placement, Store};
use crate::finding::Finding;
use crate::remedy::forms::Forms;
use crate::remedy::keeping::{Keeping, There};
use crate::remedy::language::Names;
use crate::remedy::{shell_quote, storing};
use crate::report::{self, escape};
use crate::secret::Secret;

/// Where the value goes.
pub struct Destination {
    pub store: Store,
    /// How a program is started that finds it there.
    pub start: Vec<String>,
    keeping: Keeping,
}

impl Destination {
    /// # Errors
    /// The store has no command that takes a value on standard input, or the team has not said where it is.
    pub fn of(store: Store, names: &Names, placement: &Placement) -> Result<Self> {
        let name = storing::name(store);
        let Some(keeping) = storing::keeping(store, names, placement) else {
            let error = anyhow!("the command line of {name} takes a value as an argument, which others can see");
            let way = format!("its page has commands that do not: keystop explain FINDING --store {}", store.id());
            return Err(report::hint(&error, format!("{way}; with --store env the value goes to .env")));
        };
        if keeping.read.iter().any(|word| word.contains('$')) {
            let error = anyhow!("which {name} is meant is not known");
            return Err(report::hint(&error, "say it in .keystop.toml: [store], mount = \"NAME\""));
        }
        Ok(Self { store, start: storing::start(store, names, placement), keeping })
    }

    /// The command, as a person would type it.
    pub fn shown(&self) -> String {
        let words = self.keeping.command(&There::Nothing).iter().map(|word| shell_quote(word.as_bytes()));
        let words = words.collect::<Vec<_>>().join(" ");
        format!("{}\n+{words}    (reads the value from its standard input)", storing::name(self.store))
    }

    /// Puts the value there and reads it back; what is there already is left as it is.
    ///
    /// # Errors
    /// It is not there for sure. Nothing in the repository has changed then.
    pub fn keep(&self, top: &Path, found: &Finding) -> Result<()> {
        let there = self.there(top, found)?;
        match there {
            There::Same => return Ok(()),
            There::Other => {
                let error = anyhow!("{} has another value there, and nothing has changed", storing::name(self.store));
                return Err(report::hint(&error, "choose another name: keystop fix FINDING --name NAME"));
            }
            There::Nothing | There::Beside(_) => {}
        }
        let command = self.keeping.command(&there).to_vec();
        let input = self.keeping.input(there, &found.secret).map_err(|why| anyhow!(why))?;
        let output = self.run(top, &command, Some(&input))?;
        if !output.status.success() {
            bail!("`{}` failed, and nothing has changed here: {}", command[0], complaint(&output, found));
        }
        if !matches!(self.there(top, found)?, There::Same) {
            bail!("{} took the value and does not give it back: nothing has changed here", storing::name(self.store));
        }
        Ok(())
    }

    fn there(&self, top: &Path, found: &Finding) -> Result<There> {
        let output = self.run(top, &self.keeping.read, None)?;
        let answer = output.status.success().then(|| Secret::from(output.stdout));
        self.keeping.there(answer.as_ref(), &found.secret).map_err(|why| anyhow!("nothing has changed: {why}"))
    }

    fn run(&self, top: &Path, words: &[String], input: Option<&Secret>) -> Result<Output> {
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).current_dir(top).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        command.envs(self.keeping.namespace.iter().map(|namespace| ("VAULT_NAMESPACE", namespace)));
        let mut child = command.spawn().map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                let error = anyhow!("`{}` is not on the PATH, and nothing has changed", words[0]);
                report::hint(&error, "install it, or take another store: keystop fix FINDING --store env")
            }
            _ => anyhow!("cannot run `{}`: {error}", words[0]),
        })?;
        let stdin = child.stdin.take();
        std::thread::scope(|scope| {
            // It may answer before it has read everything, so somebody else writes. One that stops reading says why.
            scope.spawn(move || stdin.zip(input).map(|(mut stdin, input)| stdin.write_all(input.expose())));
            child.wait_with_output().with_context(|| format!("cannot run `{}`", words[0]))
        })
    }
}

/// What a command says when it fails: its last line, in which the value must not stand.
fn complaint(output: &Output, found: &Finding) -> String {
    let last = output.stderr.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).rfind(|line| !line.is_empty());
    let Some(forms) = Forms::of(&found.secret, &found.preview) else {
        return "what it says may hold the value".to_owned();
    };
    escape(&forms.hide(last.unwrap_or_default()))
}
