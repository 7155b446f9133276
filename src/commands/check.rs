//! `keystop check --live FINDING`: asks a key's provider, once and read-only, whether the key is alive.

use std::io;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use serde_json::json;

use super::find;
use crate::cli::{CheckArgs, Listing};
use crate::config::Config;
use crate::exit::Exit;
#[cfg(feature = "live")]
use crate::network::get;
use crate::remedy::forms::Forms;
use crate::remedy::live::{self, Request, Verdict};
use crate::report::{self, escape};
use crate::rules::{Page, pages, syntax::LiveForm};
use crate::secret::Secret;

/// A key, and what was found or typed beside it.
struct Key {
    page: Page,
    secret: Secret,
    preview: String,
    companions: Vec<(String, Secret)>,
}

/// What came of it.
struct Answer {
    verdict: Verdict,
    host: String,
    /// The status, or why there is none.
    status: Result<u16, String>,
    fields: Vec<(String, String)>,
}

pub fn run(args: &CheckArgs) -> Result<Exit> {
    if !args.live {
        let error = anyhow!("only the provider can tell, and nothing is sent without being told so");
        return Err(report::hint(&error, "keystop check --live FINDING"));
    }
    if !cfg!(feature = "live") {
        let error = anyhow!("this keystop was built without a network");
        return Err(report::hint(&error, "cargo install --path . --features live, or ./install.sh --live"));
    }
    let key = key(args)?;
    let remedy = key.page.key.remedy.as_ref();
    let unknown = || anyhow!("no question is known that would tell whether `{}` is alive", key.page.key.id);
    let form = remedy.and_then(|remedy| remedy.live.as_ref()).ok_or_else(unknown)?;
    let companions: Vec<(&str, &Secret)> = key.companions.iter().map(|(name, value)| (name.as_str(), value)).collect();
    let requests =
        live::requests(form, &key.secret, &companions).map_err(|why| anyhow!("it cannot be asked: {why}"))?;
    consent(args, &key, &requests)?;
    let answer = ask(args, &key, form, &requests)?;
    show(args, &key, &answer)?;
    Ok(match answer.verdict {
        Verdict::Alive => Exit::Found,
        Verdict::Dead => Exit::Clean,
        Verdict::Unknown => Exit::Failed,
    })
}

fn key(args: &CheckArgs) -> Result<Key> {
    let typed = args.with.iter().map(|(name, value)| (name.clone(), Secret::new(value.as_bytes())));
    if let Some(rule) = &args.rule {
        let page = pages().into_iter().find(|page| page.key.id == *rule);
        let page = page.with_context(|| format!("there is no built-in rule `{rule}`"))?;
        let secret = super::secret_from_stdin()?;
        let preview = format!("({} bytes)", secret.len());
        return Ok(Key { page, secret, preview, companions: typed.collect() });
    }
    let word = args.finding.as_deref().context("name a finding: its fingerprint, or path:line")?;
    let config = Config::find(&std::env::current_dir()?)?;
    let found = find::find(&config, word)?.into_iter().next().context("a finding has a place")?;
    // Rules of a configuration have no page: whoever writes a repository's files does not choose whom a key is sent to.
    let page = Page::of(&found.provider, &found.rule);
    let page = page.with_context(|| format!("`{}` is no built-in rule, and only those are asked about", found.rule))?;
    let beside = found.parts.into_iter().map(|part| (part.name, part.value));
    Ok(Key { page, secret: found.secret, preview: found.preview, companions: typed.chain(beside).collect() })
}

/// Somebody has to say yes: the key leaves this machine.
fn consent(args: &CheckArgs, key: &Key, requests: &[Request]) -> Result<()> {
    let hosts: Vec<&str> = requests.iter().map(|request| request.host.as_str()).collect();
    let what = format!("{} is sent to {}, which may log it", key.preview, hosts.join(" and "));
    if args.yes || report::confirm(&format!("{what}. Send it?"))? {
        return Ok(());
    }
    Err(report::hint(&anyhow!("nothing was sent: {what}"), "say so with --yes"))
}

/// Asks in turn: a key that one region does not know may live in the next.
fn ask(args: &CheckArgs, key: &Key, form: &LiveForm, requests: &[Request]) -> Result<Answer> {
    let forms = Forms::of(&key.secret, &key.preview);
    let mut last = None;
    for request in requests {
        let timeout = Duration::from_secs(args.timeout.into());
        let (status, body) = match get(&request.url, &request.headers, timeout) {
            Ok((status, body)) => (Ok(status), body),
            Err(why) => (Err(why), Vec::new()),
        };
        let verdict = status.as_ref().map_or(Verdict::Unknown, |status| live::judge(form, *status, &body));
        let fields = forms.as_ref().map_or_else(Vec::new, |forms| live::shown(form, &body, &key.secret, forms));
        last = Some(Answer { verdict, host: request.host.clone(), status, fields });
        if verdict != Verdict::Dead {
            break;
        }
    }
    last.context("a page names a host")
}

#[cfg(not(feature = "live"))]
fn get(_: &Secret, _: &[(String, Secret)], _: Duration) -> Result<(u16, Vec<u8>), String> {
    Err("this keystop was built without a network".into())
}

fn show(args: &CheckArgs, key: &Key, answer: &Answer) -> Result<()> {
    let verdict = answer.verdict.as_str();
    if args.format == Listing::Json {
        let fields: serde_json::Map<_, _> = answer.fields.iter().map(|(n, text)| (n.clone(), json!(text))).collect();
        let value = json!({
            "version": 1, "rule": key.page.key.id, "preview": key.preview, "verdict": verdict, "host": answer.host,
            "status": answer.status.as_ref().ok(), "why": answer.status.as_ref().err(), "fields": fields,
        });
        return Ok(report::value(&value, &mut io::stdout().lock())?);
    }
    let said = match &answer.status {
        Ok(status) => format!("{} answered {status}", answer.host),
        Err(why) => format!("{}: {why}", answer.host),
    };
    let mut lines = vec![format!("{}, {}: {verdict}", key.page.key.name, key.preview), format!("  {said}")];
    lines.extend(answer.fields.iter().map(|(name, text)| format!("  {name}: {}", escape(text.as_bytes()))));
    lines.push(match answer.verdict {
        Verdict::Alive => format!("revoke it now: keystop explain {}", key.page.key.id),
        Verdict::Dead => "its provider does not take it any more".to_owned(),
        Verdict::Unknown => "that says neither alive nor dead: take it for alive".to_owned(),
    });
    Ok(report::lines(&lines, &mut io::stdout().lock())?)
}
