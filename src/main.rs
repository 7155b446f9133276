//! The binary: parse, dispatch, print a fatal error, exit.

use std::process::ExitCode;

use clap::Parser;
use keystop::{cli::Cli, commands, exit::Exit, report};

fn main() -> ExitCode {
    report::guard_panics();
    let exit = commands::run(Cli::parse()).unwrap_or_else(|error| {
        report::fatal(&error);
        Exit::Failed
    });
    exit.into()
}
