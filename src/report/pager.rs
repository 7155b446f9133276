//! A pager between a long text and a terminal.

use std::io::{self, Write};
use std::process::{Command, Stdio};

/// Settings of pagers that are not the user's own, as git has them: `less` quits if all fits on the screen, keeps colours
/// and leaves the text there.
const SETTINGS: [(&str, &str); 2] = [("LESS", "FRX"), ("LV", "-c")];

/// Prints through a pager; on standard output if there is none, or if it cannot be started.
pub fn print(pager: Option<&str>, print: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let started = pager.and_then(|pager| {
        let mut command = Command::new("sh");
        command.args(["-c", pager]).stdin(Stdio::piped());
        let unset = SETTINGS.iter().filter(|(name, _)| std::env::var_os(name).is_none());
        command.envs(unset.copied()).spawn().ok()
    });
    let Some(mut pager) = started else { return print(&mut io::stdout().lock()) };
    // Its input is closed before it is waited for.
    let printed = pager.stdin.take().map_or(Ok(()), |mut input| print(&mut input));
    match pager.wait()?.code() {
        // What a shell says of a program that is not there or cannot be run.
        Some(126 | 127) => self::print(None, print),
        _ => printed,
    }
}
