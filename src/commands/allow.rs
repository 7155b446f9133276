//! `keystop allow FINGERPRINT --reason TEXT`: a decision, written where the team can read it.

use std::io;

use anyhow::{Result, anyhow};

use crate::cli::AllowArgs;
use crate::config;
use crate::exit::Exit;
use crate::report;

pub fn run(args: &AllowArgs) -> Result<Exit> {
    let is_fingerprint = args.fingerprint.len() == 16 && args.fingerprint.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_fingerprint {
        // Somebody may have pasted the secret itself: what was typed is not repeated.
        let error = anyhow!("this is not a fingerprint");
        return Err(report::hint(&error, "a fingerprint is 16 hex digits: keystop scan --format json shows it"));
    }
    let file = config::home(&std::env::current_dir()?);
    config::allow_fingerprint(&file, &args.fingerprint, &args.reason)?;
    let said = format!("{} is allowed in {}: {}", args.fingerprint, file.display(), args.reason);
    report::lines(&[said], &mut io::stdout().lock())?;
    Ok(Exit::Clean)
}
