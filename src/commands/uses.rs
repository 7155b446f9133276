//! `keystop uses FINDING`: who else uses this key, so that nothing stops working by surprise when it is revoked.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};

use super::{find, search};
use crate::advice::Affected;
use crate::cli::{Listing, UsesArgs};
use crate::config::Config;
use crate::exit::Exit;
use crate::files;
use crate::finding::Finding;
use crate::git::{self, Held, Ownership, Repository, Store};
use crate::remedy::forms::{Form, Forms};
use crate::remedy::mentions::{Mention, Wanted};
use crate::remedy::services::{self, Owners, Service, Services};
use crate::report::{self, escape};
use crate::rules::Page;
use crate::text;

/// What speaks of the key in one line.
struct Place {
    path: String,
    line: u32,
    mention: Mention,
}

/// Everything that is known of a key's users.
pub struct Uses {
    pub services: BTreeMap<Service, ServiceUses>,
    /// Objects of the index and of the history that hold the value.
    pub objects: Vec<search::Held>,
}

/// The places of one service.
#[derive(Default)]
pub struct ServiceUses {
    pub owners: BTreeSet<String>,
    places: Vec<Place>,
}

pub fn run(args: &UsesArgs) -> Result<Exit> {
    let config = Config::find(&std::env::current_dir()?)?;
    let places = find::find(&config, &args.finding)?;
    let Some(found) = places.first() else { bail!("a finding has a place") };
    let short = || anyhow!("a value of {} bytes stands in too many places by chance", found.secret.len());
    let forms = Forms::of(&found.secret, &found.preview).ok_or_else(short)?;
    let page = Page::of(&found.provider, &found.rule);
    let name = page.as_ref().map_or(found.rule.as_str(), |page| &page.key.name);
    let uses = gather(&forms, page.as_ref(), &places)?;
    let mut out = io::stdout().lock();
    match args.format {
        Listing::Json => report::value(&as_json(&uses, found, &forms), &mut out)?,
        Listing::Human => report::lines(&lines(&uses, &format!("{name}, {}", found.preview), &forms), &mut out)?,
    }
    Ok(Exit::Clean)
}

impl Uses {
    /// The services, for a checklist: where each speaks of the key.
    pub fn affected(&self, forms: &Forms) -> Vec<Affected> {
        const FEW: usize = 4;
        let shown = |text: &str| escape(&forms.hide(text.as_bytes()));
        let affected = |(service, used): (&Service, &ServiceUses)| {
            let mut places: Vec<String> =
                used.places.iter().map(|place| format!("`{}:{}`", shown(&place.path), place.line)).collect();
            places.dedup();
            if let Some(more) = places.len().checked_sub(FEW).filter(|more| *more > 0) {
                places.truncate(FEW);
                places.push(format!("and {more} more"));
            }
            let owners = used.owners.iter().map(|owner| shown(owner)).collect();
            Affected { name: format!("{} `{}`", service.kind(), shown(&service.name())), owners, places }
        };
        self.services.iter().map(affected).collect()
    }
}

/// Searches the work tree for every mention, and every object that something reaches for the value.
///
/// # Errors
/// The repository or one of its files could not be read.
pub fn gather(forms: &Forms, page: Option<&Page>, places: &[Finding]) -> Result<Uses> {
    Repository::open(Ownership::Checked)?;
    let assigned: Vec<&str> = places.iter().filter_map(|found| found.assigned.as_deref()).collect();
    let wanted = Wanted::new(forms, page, &assigned);
    let services = match Repository::work_tree() {
        Some(top) => in_work_tree(&top, &wanted)?,
        None => BTreeMap::new(),
    };
    let (_, mut objects) = search::objects(&Store::Here, forms)?;
    objects.retain(|held| held.trace.held != Held::Nothing);
    Ok(Uses { services, objects })
}

fn in_work_tree(top: &Path, wanted: &Wanted) -> Result<BTreeMap<Service, ServiceUses>> {
    let listed = git::listed(top, &["--cached", "--others", "--exclude-standard"])?;
    let names: Vec<String> = listed.iter().map(|path| String::from_utf8_lossy(path).into_owned()).collect();
    let services = Services::of(names.iter().map(String::as_str));
    let owners = services::OWNERS_FILES.iter().find_map(|file| std::fs::read_to_string(top.join(file)).ok());
    let owners = owners.map(|text| Owners::parse(&text)).unwrap_or_default();
    let mut uses: BTreeMap<Service, ServiceUses> = BTreeMap::new();
    for (bytes, path) in listed.iter().zip(&names) {
        let file = top.join(files::path(bytes));
        if services::is_lock(path) || !std::fs::symlink_metadata(&file).is_ok_and(|meta| meta.is_file()) {
            continue;
        }
        let content = std::fs::read(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
        let content = text::decode(&content);
        let wide = matches!(content, Cow::Owned(_));
        for (line, mention) in wanted.find(&content, services::is_manifest(path)) {
            let service = uses.entry(services.service(path, &content, line)).or_default();
            service.owners.extend(owners.of(path).iter().cloned());
            let mention = match mention {
                Mention::Value(Form::Exact) if wide => Mention::Value(Form::Utf16),
                other => other,
            };
            service.places.push(Place { path: path.clone(), line, mention });
        }
    }
    Ok(uses)
}

fn lines(uses: &Uses, title: &str, forms: &Forms) -> Vec<String> {
    let shown = |text: &str| escape(&forms.hide(text.as_bytes()));
    let values = uses.services.values().flat_map(|service| &service.places);
    let values = values.filter(|place| matches!(place.mention, Mention::Value(_))).count();
    let mut lines = vec![format!(
        "{title}\n{values} places of the work tree hold it, {} services speak of it, {} objects of the history hold it",
        uses.services.len(),
        uses.objects.len()
    )];
    for (service, used) in &uses.services {
        let owners = used.owners.iter().map(|owner| shown(owner)).collect::<Vec<_>>().join(", ");
        let owners = if owners.is_empty() { String::new() } else { format!(", owned by {owners}") };
        lines.push(format!("\n{} {}{owners}", service.kind(), shown(&service.name())));
        for Place { path, line, mention } in &used.places {
            lines.push(format!("  {}:{line}  {} {}", shown(path), mention.kind(), shown(mention.what())));
        }
    }
    if !uses.objects.is_empty() {
        lines.push("\nindex, branches, tags, stashes and reflogs".to_owned());
    }
    for held in &uses.objects {
        let (trace, form) = (&held.trace, held.form.as_str());
        let path = trace.path.as_deref().map_or_else(String::new, |path| format!(" {}", escape(&forms.hide(path))));
        lines.push(format!("  {} {}{path} ({form}), {}", trace.kind.as_str(), short(trace.id), by(held, forms)));
    }
    lines
}

fn by(held: &search::Held, forms: &Forms) -> String {
    const FEW: usize = 6;
    let trace = &held.trace;
    match trace.held {
        Held::Index => "staged".to_owned(),
        Held::Reflog => "in a reflog".to_owned(),
        _ => {
            let names: Vec<String> = trace.refs.iter().take(FEW).map(|name| escape(&forms.hide(name))).collect();
            let more = if trace.refs.len() > FEW { ", ..." } else { "" };
            let commit = trace.commits.last().map_or_else(String::new, |id| format!("since commit {}, ", short(*id)));
            format!("{commit}in {}{more}", names.join(", "))
        }
    }
}

fn short(id: git::Id) -> String {
    id.to_string()[..12].to_owned()
}

fn as_json(uses: &Uses, found: &Finding, forms: &Forms) -> Value {
    let shown = |bytes: &[u8]| String::from_utf8_lossy(&forms.hide(bytes)).into_owned();
    let text = |text: &str| shown(text.as_bytes());
    let place = |place: &Place| json!({"path": text(&place.path), "line": place.line, "kind": place.mention.kind(), "what": text(place.mention.what())});
    let service = |(service, used): (&Service, &ServiceUses)| {
        json!({
            "kind": service.kind(), "name": text(&service.name()),
            "owners": used.owners.iter().map(|owner| text(owner)).collect::<Vec<_>>(),
            "places": used.places.iter().map(place).collect::<Vec<_>>(),
        })
    };
    let object = |held: &search::Held| {
        let trace = &held.trace;
        json!({
            "id": trace.id.to_string(), "type": trace.kind.as_str(), "form": held.form.as_str(),
            "path": trace.path.as_deref().map(shown), "staged": trace.held == Held::Index,
            "commits": trace.commits.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "refs": trace.refs.iter().map(|name| shown(name)).collect::<Vec<_>>(),
        })
    };
    json!({
        "version": 1, "rule": found.rule, "fingerprint": found.fingerprint.as_str(), "preview": found.preview,
        "services": uses.services.iter().map(service).collect::<Vec<_>>(),
        "objects": uses.objects.iter().map(object).collect::<Vec<_>>(),
    })
}
