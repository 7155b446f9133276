//! Whether somebody used the key: since when they could, and where it would show.

use super::{Facts, text};
use crate::advice::{Block, Exposure, Reach, Section};

pub fn section(facts: &Facts) -> Section {
    let name = &facts.page.provider.name;
    let mut blocks = match facts.exposure() {
        Some(exposure) => vec![window(exposure)],
        None => vec![text(
            "Since when could it be read? `keystop explain PATH:LINE`, in the repository, tells the first commit and the \
             first push that this clone knows, in UTC: what the vendor's log is to be searched for.",
        )],
    };
    let remedy = facts.page.key.remedy.as_ref();
    let audit =
        remedy.map(|remedy| remedy.audit.trim_end_matches('.')).filter(|audit| !audit.is_empty() && *audit != "None");
    blocks.push(text(match audit {
        Some(audit) => format!("Where {name} shows it: {audit}."),
        None => format!("{name} publishes no log of a key's use: look for changes that none of you made."),
    }));
    blocks.extend(remedy.and_then(|remedy| remedy.audit_url.clone()).map(Block::Link));
    blocks.extend(connections(&facts.page.stem));
    blocks.push(text("What to look for:"));
    blocks.push(Block::Points(vec![
        "Addresses and programs that are not yours. A list of your servers' addresses makes this quick; so does an \
         allowlist, where there is one."
            .into(),
        "Times at which you do not work, and more requests than usual.".into(),
        "Things that no deploy of yours does: exports, deletions, new keys, new users, changed addresses and webhooks."
            .into(),
        "Requests that were refused: somebody trying what the key can do.".into(),
    ]));
    blocks.push(text(
        "Write down what you found and when you looked. An empty log is good news only for the time it covers.",
    ));
    Section::new("Was it misused?", blocks)
}

/// A database knows who is connected right now.
fn connections(stem: &str) -> Vec<Block> {
    let query = match stem {
        "postgresql" | "cockroachdb" | "supabase" | "neon" => {
            "SELECT usename, client_addr, backend_start FROM pg_stat_activity;"
        }
        "mysql" | "planetscale" => "SELECT user, host, time FROM information_schema.processlist;",
        "mssql" => "SELECT login_name, host_name, login_time FROM sys.dm_exec_sessions;",
        "mongodb" => "db.currentOp(true).inprog.map(op => op.client)",
        "redis" => "CLIENT LIST",
        _ => return Vec::new(),
    };
    vec![text("Who is connected to the database right now:"), Block::Code(vec![query.into()])]
}

/// Since when it could be read.
fn window(exposure: &Exposure) -> Block {
    let mut points = Vec::new();
    if let Some(first) = &exposure.first_commit {
        points.push(format!("First committed {} ({}).", first.when, first.what));
    }
    points.push(match (&exposure.first_push, exposure.reach) {
        (Some(push), _) => {
            format!("On a remote since {}: {}. Search the log from then until now.", push.when, push.what)
        }
        (None, Reach::Pushed) => "A remote has it; since when, this clone does not remember: search the log from the \
                                  first commit on."
            .into(),
        (None, _) => {
            "No sign here that it was pushed. That is no proof: a push to a bare address leaves no trace.".into()
        }
    });
    Block::Points(points)
}
