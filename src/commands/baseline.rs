//! `keystop baseline`: accepts the keys that are there today, and forgets those that are gone.

use std::collections::BTreeMap;
use std::io;

use anyhow::{Result, anyhow};

use super::{find, session};
use crate::allow::{self, Decision};
use crate::cli::BaselineArgs;
use crate::config::Config;
use crate::exit::Exit;
use crate::finding::{Finding, Fingerprint};
use crate::hunk::Hunk;
use crate::report;

pub fn run(args: &BaselineArgs) -> Result<Exit> {
    let mut config = Config::find(&std::env::current_dir()?)?;
    let mut baseline = std::mem::take(&mut config.baseline);
    if baseline.file.as_os_str().is_empty() {
        return Err(report::hint(
            &anyhow!("KEYSTOP_BASELINE is empty: there is no baseline"),
            "unset KEYSTOP_BASELINE",
        ));
    }
    if baseline.salt.is_empty() {
        baseline.draw_salt()?;
    }
    let here = prints(&config, &baseline.salt)?;
    let before = std::mem::take(&mut baseline.accepted);
    let kept = here.into_iter().filter(|(print, _)| !args.prune || before.contains_key(print));
    baseline.accepted = kept.collect();
    let gone = before.keys().filter(|print| !baseline.accepted.contains_key(*print)).count();
    let new = baseline.accepted.len() + gone - before.len();
    if baseline.accepted != before || !baseline.file.exists() {
        baseline.write()?;
    }
    let file = baseline.file.display();
    let said = format!("{file}: {} keys accepted, {new} of them new; {gone} are gone", baseline.accepted.len());
    report::lines(&[said], &mut io::stdout().lock())?;
    Ok(Exit::Clean)
}

/// Every key that would stop a commit here, if it was added today.
fn prints(config: &Config, salt: &[u8]) -> Result<BTreeMap<String, String>> {
    let scanner = session::scanner(config);
    let mut prints = BTreeMap::new();
    find::each_tracked(&mut |hunk: &Hunk| {
        let allowed = |found: &Finding| {
            matches!(allow::decide(config, allow::Comments::Heard, hunk, found), Decision::Allowed(_))
        };
        for found in scanner.scan(hunk).into_iter().filter(|found| found.blocks() && !allowed(found)) {
            prints.insert(Fingerprint::salted(salt, &found.secret).as_str().to_owned(), found.rule);
        }
    })?;
    Ok(prints)
}
