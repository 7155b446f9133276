//! `keystop config`: check what holds here, show where it comes from, print its schema, import.

use std::io;

use anyhow::Result;
use serde_json::json;

use super::{find, import, session};
use crate::allow;
use crate::cli::{ConfigCommand, Listing, SettingsArgs};
use crate::config::{Allow, Config, Layer, Layers, Origin};
use crate::exit::Exit;
use crate::report;
use crate::rules;

/// What editors complete and check with; a test keeps it true.
const SCHEMA: &str = include_str!("../../docs/keystop.schema.json");

pub fn run(command: &ConfigCommand) -> Result<Exit> {
    match command {
        ConfigCommand::Check { settings } => check(settings),
        ConfigCommand::Show { settings, format } => show(settings, *format),
        ConfigCommand::Import { file, dry_run } => import::run(file, *dry_run),
        ConfigCommand::Schema => {
            report::lines(&[SCHEMA.trim_end()], &mut io::stdout().lock())?;
            Ok(Exit::Clean)
        }
    }
}

/// What is right and of no use: told, and an exit code that CI can go by.
fn check(settings: &SettingsArgs) -> Result<Exit> {
    let config = Config::load(&std::env::current_dir()?, &settings.overrides())?;
    let mut used = vec![false; config.allow.len()];
    let mut accepted = std::collections::BTreeSet::new();
    let scanner = session::scanner(&config);
    find::each_tracked(&mut |hunk| {
        for found in scanner.scan(hunk) {
            for (entry, used) in config.allow.iter().zip(&mut used) {
                *used |= allow::covers(&entry.value, &found);
            }
            if allow::is_accepted(&config.baseline, &found) {
                accepted.insert(found.fingerprint);
            }
        }
    })?;
    let mut lines = Vec::new();
    for (entry, used) in config.allow.iter().zip(used) {
        match &entry.value.expires {
            Some(day) if entry.value.expired => lines.push(format!("{}: expired on {}", entry.origin, day.0)),
            _ if !used => lines.push(format!("{}: allows nothing that is here", entry.origin)),
            _ => {}
        }
    }
    let gone = config.baseline.accepted.len().saturating_sub(accepted.len());
    if gone > 0 {
        lines.push(format!("{}: {gone} keys are gone: keystop baseline --prune", config.baseline.file.display()));
    }
    let faults = lines.len();
    let entries = config.allow.len() + config.disabled.len() + config.forms.len();
    lines.push(format!("{entries} entries checked, {faults} of no use"));
    report::lines(&lines, &mut io::stdout().lock())?;
    Ok(if faults == 0 { Exit::Clean } else { Exit::Found })
}

/// One decision, and where it was made.
struct Row<'a> {
    name: &'static str,
    value: String,
    origin: &'a Origin,
}

fn show(settings: &SettingsArgs, format: Listing) -> Result<Exit> {
    let layers = Layers::of(&std::env::current_dir()?, &settings.overrides())?;
    let config = Config::of(&layers)?;
    let rows = rows(&config);
    let mut out = io::stdout().lock();
    match format {
        Listing::Json => {
            let files = layers.files.iter().map(
                |(layer, file)| json!({"layer": layer.as_str(), "file": file.display().to_string(), "found": file.exists()}),
            );
            let rows = rows.iter().map(|row| {
                json!({"name": row.name, "value": row.value, "layer": row.origin.layer.as_str(), "place": row.origin.place})
            });
            let all = json!({"files": files.collect::<Vec<_>>(), "decisions": rows.collect::<Vec<_>>()});
            report::value(&all, &mut out)?;
        }
        Listing::Human => {
            let mut lines = vec![format!("{:12} {} rules", Layer::BuiltIn.as_str(), rules::builtin().0.len())];
            lines.extend(layers.files.iter().map(|(layer, file)| {
                let there = if file.exists() { "" } else { " (not there)" };
                format!("{:12} {}{there}", layer.as_str(), file.display())
            }));
            lines.push(String::new());
            let line = |row: &Row| {
                format!("{:9} {}\n          {}: {}", row.name, row.value, row.origin.layer.as_str(), row.origin)
            };
            lines.extend(rows.iter().map(line));
            report::lines(&lines, &mut out)?;
        }
    }
    Ok(Exit::Clean)
}

fn rows(config: &Config) -> Vec<Row<'_>> {
    let baseline = &config.baseline;
    let held = if baseline.file.as_os_str().is_empty() {
        "none".to_owned()
    } else {
        format!("{}: {} keys accepted", baseline.file.display(), baseline.accepted.len())
    };
    let mut rows = vec![Row { name: "baseline", value: held, origin: &baseline.origin }];
    if let Some(store) = config.placement.value.store {
        rows.push(Row { name: "store", value: store.id().to_owned(), origin: &config.placement.origin });
    }
    if let Some(footer) = &config.message_footer {
        rows.push(Row { name: "footer", value: footer.value.clone(), origin: &footer.origin });
    }
    if let Some(least) = &config.stop_from {
        rows.push(Row { name: "stop from", value: least.value.as_str().to_owned(), origin: &least.origin });
    }
    rows.extend(config.allow.iter().map(|entry| Row {
        name: "allow",
        value: described(&entry.value),
        origin: &entry.origin,
    }));
    rows.extend(config.disabled.iter().map(|entry| Row {
        name: "disable",
        value: format!("{}: {}", entry.value.rule, entry.value.reason),
        origin: &entry.origin,
    }));
    rows.extend(config.forms.iter().map(|form| Row {
        name: "rule",
        value: format!("{}: {}", form.value.id, form.value.name),
        origin: &form.origin,
    }));
    rows
}

/// An entry in a line. Of value patterns only the number: a pattern can be the value itself.
fn described(entry: &Allow) -> String {
    let mut said = Vec::new();
    let lists = [("rules", &entry.rules), ("paths", &entry.globs), ("fingerprints", &entry.fingerprints)];
    said.extend(
        lists.iter().filter(|(_, list)| !list.is_empty()).map(|(name, list)| format!("{name} {}", list.join(", "))),
    );
    if !entry.values.is_empty() {
        said.push(format!("values {}", entry.values.len()));
    }
    let until = entry
        .expires
        .as_ref()
        .map_or_else(String::new, |day| format!(" ({} {})", if entry.expired { "expired on" } else { "until" }, day.0));
    let who = entry.who.as_ref().map_or_else(String::new, |who| format!(" ({who})"));
    format!("{}: {}{who}{until}", said.join("; "), entry.reason)
}
