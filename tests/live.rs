//! `keystop check --live` against a server of this machine that imitates providers, honest and hostile.
//!
//! The binary is told nothing of it but what any network may have: a proxy, and an authority of its own. So the host
//! that it asks for, the certificate that it takes and the request that it sends are those of real life.

#[path = "e2e/keys.rs"]
#[allow(dead_code, reason = "shared with the end-to-end tests")]
mod keys;
#[path = "e2e/repo.rs"]
#[allow(dead_code, reason = "shared with the end-to-end tests")]
mod repo;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use repo::{Ran, TestRepo};

/// What the server does once it has been asked.
#[derive(Clone)]
enum Behaviour {
    Answer(u16, String),
    Redirect,
    /// Sends on until nobody listens.
    Endless,
    Silent,
    Garbage,
    /// A certificate of an authority that nobody knows.
    Stranger,
    /// A right certificate, for another host.
    OtherHost,
}

/// What was asked of it.
#[derive(Default)]
struct Seen {
    hosts: Vec<String>,
    requests: Vec<String>,
}

/// A proxy on this machine, every host behind it.
struct Internet {
    port: u16,
    authority: String,
    seen: Arc<Mutex<Seen>>,
    behaviours: Arc<Mutex<Vec<Behaviour>>>,
}

fn authority() -> (Issuer<'static, KeyPair>, String) {
    let key = KeyPair::generate().expect("keys can be made");
    let mut params = CertificateParams::new(Vec::new()).expect("no name is a right name");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = params.self_signed(&key).expect("it signs itself").pem();
    (Issuer::new(params, key), pem)
}

impl Internet {
    /// Answers in turn; the last answer is given for ever.
    fn new(behaviours: &[Behaviour]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let (issuer, pem) = authority();
        let (seen, behaviours) = (Arc::default(), Arc::new(Mutex::new(behaviours.to_vec())));
        let internet = Self { port, authority: pem, seen: Arc::clone(&seen), behaviours: Arc::clone(&behaviours) };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let behaviour = {
                    let mut left = behaviours.lock().expect("nobody panicked");
                    if left.len() > 1 { left.remove(0) } else { left[0].clone() }
                };
                // A client that goes away in the middle is what some tests are about.
                let _ = serve(stream.expect("it came in"), &behaviour, &issuer, &seen);
            }
        });
        internet
    }

    fn now(&self, behaviour: Behaviour) {
        *self.behaviours.lock().expect("nobody panicked") = vec![behaviour];
    }

    fn hosts(&self) -> Vec<String> {
        self.seen.lock().expect("nobody panicked").hosts.clone()
    }

    fn requests(&self) -> Vec<String> {
        self.seen.lock().expect("nobody panicked").requests.clone()
    }

    /// A repository on a machine with this proxy and this authority.
    fn repo(&self) -> TestRepo {
        let mut repo = TestRepo::new();
        repo.write("../authority.pem", &self.authority);
        repo.set("HTTPS_PROXY", format!("http://127.0.0.1:{}", self.port));
        repo.set("SSL_CERT_FILE", repo.path("../authority.pem"));
        repo
    }
}

fn head(stream: &mut impl Read) -> std::io::Result<String> {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        read.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&read).into_owned())
}

fn serve(
    mut stream: TcpStream,
    behaviour: &Behaviour,
    issuer: &Issuer<KeyPair>,
    seen: &Mutex<Seen>,
) -> std::io::Result<()> {
    let connect = head(&mut stream)?;
    let host = connect.strip_prefix("CONNECT ").and_then(|rest| rest.split(":443 ").next());
    let host = host.expect("only https is spoken, on its port").to_owned();
    seen.lock().expect("nobody panicked").hosts.push(host.clone());
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    let mut stream = StreamOwned::new(server(&host, behaviour, issuer), stream);
    let request = head(&mut stream)?;
    seen.lock().expect("nobody panicked").requests.push(request);
    match behaviour {
        Behaviour::Answer(status, body) => {
            let length = body.len();
            write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")?;
        }
        Behaviour::Redirect => {
            let to = "https://evil.example/steal";
            write!(stream, "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")?;
        }
        Behaviour::Endless => {
            write!(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            loop {
                write!(stream, "10000\r\n{}\r\n", "a".repeat(0x10000))?;
            }
        }
        Behaviour::Garbage => stream.write_all(b"\x00\xff nothing that is HTTP\r\n\r\n")?,
        Behaviour::Silent => {
            // Until the client has had enough.
            let _ = stream.read(&mut [0]);
        }
        Behaviour::Stranger | Behaviour::OtherHost => {}
    }
    stream.flush()
}

fn server(host: &str, behaviour: &Behaviour, issuer: &Issuer<KeyPair>) -> ServerConnection {
    let named = if matches!(behaviour, Behaviour::OtherHost) { "evil.example" } else { host };
    let key = KeyPair::generate().expect("keys can be made");
    let params = CertificateParams::new(vec![named.to_owned()]).expect("it is a name");
    let certificate = match behaviour {
        Behaviour::Stranger => params.signed_by(&key, &authority().0),
        _ => params.signed_by(&key, issuer),
    };
    let certificate = certificate.expect("it can be signed").der().clone();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("there are some").with_no_client_auth().with_single_cert(vec![certificate], key);
    ServerConnection::new(Arc::new(config.expect("the key is the certificate's"))).expect("it is complete")
}

fn stripe_key() -> String {
    keys::key("sk_live_{alnum:24}")
}

/// Asks about a Stripe key of a file.
fn check(internet: &Internet, more: &[&str]) -> Ran {
    let repo = internet.repo();
    repo.stage("a.py", format!("key = \"{}\"\n", stripe_key()));
    let ran = repo.keystop(&[&["check", "--live", "a.py:1", "--timeout", "1"], more].concat());
    for said in [&ran.stdout, &ran.stderr] {
        assert!(!said.contains(&stripe_key()[8..]), "the key was printed: {said}");
    }
    ran
}

fn stripe_error() -> String {
    format!(
        "{{\"error\":{{\"type\":\"invalid_request_error\",\"code\":\"api_key_expired\",\
         \"message\":\"Expired API Key provided: {}\",\"doc_url\":\"https://docs.example/e\",\
         \"request_log_url\":\"https://dashboard.example/logs/1\"}}}}",
        stripe_key()
    )
}

#[test]
fn a_key_is_alive_or_dead_by_one_question_that_changes_nothing() {
    let internet = Internet::new(&[Behaviour::Answer(200, "{\"object\":\"balance\",\"livemode\":true}".into())]);
    let ran = check(&internet, &["--yes"]);
    assert!(ran.code == 1 && ran.stdout.contains("alive"), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(internet.hosts(), ["api.stripe.com"]);
    let asked = internet.requests();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].starts_with("GET /v1/balance HTTP/1.1\r\n"), "{}", asked[0]);
    let pair = data_encoding::BASE64.encode(format!("{}:", stripe_key()).as_bytes());
    assert!(asked[0].to_ascii_lowercase().contains("\r\nhost: api.stripe.com\r\n"), "{}", asked[0]);
    assert!(asked[0].contains(&format!("Basic {pair}\r\n")) && !asked[0].contains(&stripe_key()));
    internet.now(Behaviour::Answer(401, stripe_error()));
    let ran = check(&internet, &["--yes"]);
    assert!(ran.code == 0 && ran.stdout.contains(": dead\n"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn of_an_answer_only_named_fields_are_shown() {
    let internet = Internet::new(&[Behaviour::Answer(401, stripe_error())]);
    let ran = check(&internet, &["--yes", "--format", "json"]);
    let said: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!((said["verdict"].as_str(), said["status"].as_u64()), (Some("dead"), Some(401)));
    let fields = said["fields"].as_object().expect("they are named");
    let names: Vec<&str> = fields.keys().map(String::as_str).collect();
    assert_eq!(names, ["error.code", "error.doc_url", "error.request_log_url", "error.type"]);
    let echo = format!("{{\"error\":{{\"type\":\"it was {}\",\"code\":\"\\u001b[31mred\"}}}}", stripe_key());
    internet.now(Behaviour::Answer(401, echo));
    let ran = check(&internet, &["--yes"]);
    assert!(ran.stdout.contains("error.code") && !ran.stdout.contains("it was"), "{}", ran.stdout);
    assert!(!ran.stdout.contains('\u{1b}'), "a terminal would obey it");
}

#[test]
fn an_answer_that_is_no_answer_says_neither() {
    for behaviour in [
        Behaviour::Redirect,
        Behaviour::Garbage,
        Behaviour::Silent,
        Behaviour::Answer(429, "slow down".into()),
        Behaviour::Answer(500, stripe_error()),
    ] {
        let internet = Internet::new(&[behaviour]);
        let ran = check(&internet, &["--yes"]);
        assert!(ran.code == 2 && ran.stdout.contains("unknown"), "{}{}", ran.stdout, ran.stderr);
        assert_eq!(internet.hosts(), ["api.stripe.com"], "one try, and nothing is followed");
    }
}

#[test]
fn an_answer_without_end_is_not_read_to_its_end() {
    let internet = Internet::new(&[Behaviour::Endless]);
    let ran = check(&internet, &["--yes"]);
    assert!(ran.code == 1 && ran.stdout.contains("answered 200"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn nothing_is_said_to_whom_is_not_the_provider() {
    for behaviour in [Behaviour::Stranger, Behaviour::OtherHost] {
        let internet = Internet::new(&[behaviour]);
        let ran = check(&internet, &["--yes"]);
        assert!(ran.code == 2 && ran.stdout.contains("certificate"), "{}{}", ran.stdout, ran.stderr);
        assert_eq!(internet.hosts(), ["api.stripe.com"]);
        assert!(internet.requests().is_empty(), "the key was sent");
    }
}

#[test]
fn nothing_is_sent_without_a_yes_or_without_live() {
    let internet = Internet::new(&[Behaviour::Answer(200, String::new())]);
    let ran = check(&internet, &[]);
    assert!(ran.code == 2 && ran.stderr.contains("--yes") && ran.stderr.contains("api.stripe.com"), "{}", ran.stderr);
    let repo = internet.repo();
    repo.stage("a.py", format!("key = \"{}\"\n", stripe_key()));
    let ran = repo.keystop(&["check", "a.py:1", "--yes"]);
    assert!(ran.code == 2 && ran.stderr.contains("--live"), "{}", ran.stderr);
    repo.blocked(&[]);
    assert!(internet.hosts().is_empty(), "a hook or a command without consent has spoken");
}

#[test]
fn a_provider_that_answers_the_same_to_all_is_judged_by_what_it_says() {
    for (truth, code) in [(true, 1), (false, 0)] {
        let internet = Internet::new(&[Behaviour::Answer(200, format!("{{\"ok\":{truth},\"error\":\"x\"}}"))]);
        let repo = internet.repo();
        let token = keys::key("xoxb-{digit:12}-{digit:13}-{alnum:24}");
        repo.stage("a.py", format!("token = \"{token}\"\n"));
        let ran = repo.keystop(&["check", "--live", "a.py:1", "--yes"]);
        assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
        assert_eq!(internet.hosts(), ["slack.com"]);
    }
}

#[test]
fn a_key_is_dead_when_no_region_knows_it() {
    let (no, yes) = (Behaviour::Answer(401, String::new()), Behaviour::Answer(200, String::new()));
    for (answers, code) in [(vec![no.clone(), yes], 1), (vec![no.clone(), no], 0)] {
        let internet = Internet::new(&answers);
        let repo = internet.repo();
        repo.stage("a.py", keys::key("CUSTOMERIO_APP_API_KEY = \"{hex:32}\"\n"));
        let ran = repo.keystop(&["check", "--live", "a.py:1", "--yes"]);
        assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
        assert_eq!(internet.hosts(), ["api.customer.io", "api-eu.customer.io"]);
    }
}

#[test]
fn a_companion_that_stands_beside_the_key_is_sent_with_it() {
    let internet = Internet::new(&[Behaviour::Answer(200, String::new())]);
    let repo = internet.repo();
    let sid = keys::key("AC{hex:32}");
    repo.stage("a.py", format!("TWILIO_ACCOUNT_SID = \"{sid}\"\n{}", keys::key("TWILIO_AUTH_TOKEN = \"{hex:32}\"\n")));
    let ran = repo.keystop(&["check", "--live", "a.py:2", "--yes"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(internet.requests()[0].contains(&sid), "{}", internet.requests()[0]);
}

#[test]
fn after_its_rotation_the_old_key_is_proven_dead_though_the_file_has_it_no_more() {
    let internet = Internet::new(&[Behaviour::Answer(401, stripe_error())]);
    let repo = internet.repo();
    repo.commit_unseen("a.py", format!("key = \"{}\"\n", stripe_key()));
    let scanned = repo.keystop(&["scan", "--format", "json", "a.py"]).stdout;
    let scanned: serde_json::Value = serde_json::from_str(&scanned).expect("JSON");
    let print = scanned["findings"][0]["fingerprint"].as_str().expect("it has one");
    repo.commit_unseen("a.py", "import os\nkey = os.environ[\"STRIPE_SECRET_KEY\"]\n");
    let ran = repo.keystop(&["check", "--live", print, "--yes"]);
    assert!(ran.code == 0 && ran.stdout.contains(": dead\n"), "{}{}", ran.stdout, ran.stderr);
}
