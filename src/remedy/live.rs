//! Is a key alive: the one read-only question to its provider, and what the answer means.
//!
//! Nothing here reaches a network. What a file of the repository says goes into a host only as a label below the
//! provider's own domain, and into the rest of an address percent-encoded: it cannot send the key elsewhere.

use data_encoding::BASE64;
use serde_json::Value;

use super::forms::Forms;
use super::naming::words;
use crate::rules::syntax::LiveForm;
use crate::secret::Secret;

/// What is asked, and whom.
pub struct Request {
    pub host: String,
    /// It may hold the key.
    pub url: Secret,
    pub headers: Vec<(String, Secret)>,
}

/// What an answer says of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Alive,
    Dead,
    Unknown,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Dead => "dead",
            Self::Unknown => "unknown",
        }
    }
}

/// The requests that a key's page describes, filled with the key and its companions: one for each region.
///
/// # Errors
/// A companion is not known, or has characters that do not belong where it goes.
pub fn requests(live: &LiveForm, secret: &Secret, companions: &[(&str, &Secret)]) -> Result<Vec<Request>, String> {
    let filler = Filler { secret, companions };
    std::iter::once(&live.url).chain(&live.elsewhere).map(|url| request(live, url, &filler)).collect()
}

fn request(live: &LiveForm, url: &str, filler: &Filler) -> Result<Request, String> {
    let (host, rest) = LiveForm::split(url).ok_or("the page of this key names no host")?;
    let host = filler.fill(host, label)?;
    let host = String::from_utf8(host).map_err(|_| "the host is not text")?;
    let mut url = format!("https://{host}").into_bytes();
    url.extend(filler.fill(rest, percent)?);
    let mut headers = Vec::new();
    for header in live.headers.iter().map(String::as_str).chain(live.auth.strip_prefix("header ")) {
        let (name, value) = header.split_once(": ").ok_or("a header of this page has no value")?;
        headers.push((name.to_owned(), Secret::new(&filler.fill(value, plain)?)));
    }
    if let Some(token) = live.auth.strip_prefix("bearer ") {
        let value = [b"Bearer ".as_slice(), &filler.fill(token, plain)?].concat();
        headers.push(("Authorization".to_owned(), Secret::new(&value)));
    }
    if let Some(pair) = live.auth.strip_prefix("basic ") {
        let value = format!("Basic {}", BASE64.encode(&filler.fill(pair, plain)?));
        headers.push(("Authorization".to_owned(), Secret::new(value.as_bytes())));
    }
    Ok(Request { host, url: Secret::new(&url), headers })
}

/// What an answer means; a status that the page does not speak of means nothing.
pub fn judge(live: &LiveForm, status: u16, body: &[u8]) -> Verdict {
    if live.dead.contains(&status) {
        return Verdict::Dead;
    }
    if !live.alive.contains(&status) {
        return Verdict::Unknown;
    }
    let Some(field) = &live.truth else { return Verdict::Alive };
    match serde_json::from_slice::<Value>(body).ok().as_ref().and_then(|answer| at(answer, field)?.as_bool()) {
        Some(true) => Verdict::Alive,
        Some(false) => Verdict::Dead,
        None => Verdict::Unknown,
    }
}

/// The fields of an answer that may be shown, in no form with the key in them.
pub fn shown(live: &LiveForm, body: &[u8], secret: &Secret, forms: &Forms) -> Vec<(String, String)> {
    const LONGEST: usize = 200;
    // Providers also echo the end of a key, between asterisks.
    const ECHO: usize = 4;
    let hidden = &secret.expose()[secret.len() / 4..];
    let Ok(answer) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    let field = |name: &String| {
        let text = match at(&answer, name)? {
            Value::String(text) => text.clone(),
            Value::Bool(_) | Value::Number(_) => at(&answer, name)?.to_string(),
            _ => return None,
        };
        // What comes back with the key in it is not what the field is for.
        let echoes = |part: &[u8]| memchr::memmem::find(text.as_bytes(), part).is_some();
        let honest =
            text.len() <= LONGEST && forms.find(text.as_bytes()).is_none() && !hidden.windows(ECHO).any(echoes);
        honest.then(|| (name.clone(), text))
    };
    live.show.iter().filter_map(field).collect()
}

/// A field by its path: `error.type`.
fn at<'v>(answer: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(answer, |value, name| value.get(name))
}

/// Fills the `{names}` of a template.
struct Filler<'a> {
    secret: &'a Secret,
    companions: &'a [(&'a str, &'a Secret)],
}

impl Filler<'_> {
    fn fill(&self, template: &str, encode: fn(&[u8]) -> Option<Vec<u8>>) -> Result<Vec<u8>, String> {
        let mut filled = Vec::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or("a name of this page does not end")?;
            filled.extend_from_slice(before.as_bytes());
            let value = self.value(name).ok_or_else(|| format!("it takes the {name} too: --with \"{name}=VALUE\""))?;
            let value =
                encode(value.expose()).ok_or_else(|| format!("the {name} found has characters of no {name}"))?;
            filled.extend(value);
            rest = after;
        }
        filled.extend_from_slice(rest.as_bytes());
        Ok(filled)
    }

    fn value(&self, name: &str) -> Option<&Secret> {
        if name == "secret" {
            return Some(self.secret);
        }
        let same = |(own, _): &&(&str, &Secret)| words(own) == words(name);
        self.companions.iter().find(same).map(|(_, value)| *value)
    }
}

fn label(value: &[u8]) -> Option<Vec<u8>> {
    let belongs = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
    (!value.is_empty() && value.iter().all(belongs)).then(|| value.to_vec())
}

fn percent(value: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    for byte in value {
        match byte {
            b if b.is_ascii_alphanumeric() || b"-_.~".contains(b) => text.push(*b),
            b => text.extend_from_slice(format!("%{b:02X}").as_bytes()),
        }
    }
    Some(text)
}

/// In a header: nothing that could end it.
fn plain(value: &[u8]) -> Option<Vec<u8>> {
    value.iter().all(|b| b.is_ascii_graphic() || *b == b' ').then(|| value.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(url: &str, auth: &str) -> LiveForm {
        LiveForm {
            method: "GET".into(),
            url: url.into(),
            auth: auth.into(),
            alive: vec![200],
            dead: vec![401],
            headers: vec!["v: 1".into()],
            elsewhere: Vec::new(),
            truth: None,
            show: vec!["error.type".into(), "echo".into()],
        }
    }

    fn url(form: &LiveForm, companions: &[(&str, &Secret)]) -> Result<String, String> {
        let made = requests(form, &Secret::new(b"k+y"), companions)?;
        Ok(String::from_utf8_lossy(made[0].url.expose()).into())
    }

    #[test]
    fn a_request_is_filled_and_encoded() {
        let basic = requests(&form("https://a.b/c", "basic {secret}:"), &Secret::new(b"k"), &[]).unwrap();
        let headers: Vec<String> =
            basic[0].headers.iter().map(|(n, v)| format!("{n}: {}", String::from_utf8_lossy(v.expose()))).collect();
        assert_eq!(headers, ["v: 1", "Authorization: Basic azo="]);
        assert_eq!(url(&form("https://a.b/c?k={secret}", "query"), &[]).unwrap(), "https://a.b/c?k=k%2By");
        let site = Secret::new(b"shop-1");
        let made = url(&form("https://{site}.a.b/{Site}", "bearer {secret}"), &[("site", &site)]);
        assert_eq!(made.unwrap(), "https://shop-1.a.b/shop-1");
    }

    #[test]
    fn a_companion_cannot_send_the_key_elsewhere() {
        let form = form("https://{site}.a.b/", "bearer {secret}");
        for hostile in ["evil.example/", "evil.example#", "a@evil", "a:1", ""] {
            assert!(url(&form, &[("site", &Secret::new(hostile.as_bytes()))]).is_err(), "{hostile}");
        }
        assert!(url(&form, &[]).unwrap_err().contains("--with"));
        let header = self::form("https://a.b/", "header X: {secret}");
        assert!(requests(&header, &Secret::new(b"a\r\nHost: evil"), &[]).is_err());
    }

    #[test]
    fn an_answer_is_judged_by_its_status_and_its_truth() {
        let mut form = form("https://a.b/", "bearer {secret}");
        assert_eq!(judge(&form, 200, b""), Verdict::Alive);
        assert_eq!(judge(&form, 401, b""), Verdict::Dead);
        for status in [204, 302, 403, 429, 500] {
            assert_eq!(judge(&form, status, b""), Verdict::Unknown);
        }
        form.truth = Some("ok".into());
        assert_eq!(judge(&form, 200, b"{\"ok\":true}"), Verdict::Alive);
        assert_eq!(judge(&form, 200, b"{\"ok\":false}"), Verdict::Dead);
        assert_eq!(judge(&form, 200, b"<html>"), Verdict::Unknown);
    }

    #[test]
    fn only_named_fields_are_shown_and_none_that_echoes_the_key() {
        let form = form("https://a.b/", "bearer {secret}");
        let key = Secret::new(b"abcdefghij");
        let forms = Forms::of(&key, "").unwrap();
        let body = br#"{"error":{"type":"invalid","message":"m"},"echo":"x abcdefghij"}"#;
        assert_eq!(shown(&form, body, &key, &forms), [("error.type".to_owned(), "invalid".to_owned())]);
        assert!(shown(&form, br#"{"echo":"*****ghij"}"#, &key, &forms).is_empty());
        assert!(shown(&form, b"{\"echo\":\"YWJjZGVmZ2hpag==\"}", &key, &forms).is_empty());
    }
}
