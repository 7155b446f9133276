//! The only module that reaches a network; it is not built without the feature `live`, and no hook comes here.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use ureq::config::Config;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use crate::secret::Secret;

/// Of an answer, what is read at most.
const MOST: u64 = 64 * 1024;

/// Sends one GET over https, follows nothing, and returns the status and the beginning of the answer.
///
/// A proxy of `HTTPS_PROXY` is used, and the authorities of `SSL_CERT_FILE` in place of the built-in ones.
///
/// # Errors
/// Why there is no answer, in words that hold nothing of the request.
pub fn get(url: &Secret, headers: &[(String, Secret)], timeout: Duration) -> Result<(u16, Vec<u8>), String> {
    let url = std::str::from_utf8(url.expose()).map_err(|_| "the address is not text")?;
    let config = Config::builder()
        .https_only(true)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .timeout_global(Some(timeout))
        .user_agent(concat!("keystop/", env!("CARGO_PKG_VERSION")))
        .tls_config(TlsConfig::builder().root_certs(authorities()?).build())
        .build();
    let mut request = config.new_agent().get(url);
    for (name, value) in headers {
        request = request.header(name, value.expose());
    }
    let answer = request.call().map_err(|error| failure(&error))?;
    let status = answer.status().as_u16();
    let mut body = Vec::new();
    // What comes too late or breaks off does not take back the status.
    let _ = answer.into_body().into_reader().take(MOST).read_to_end(&mut body);
    Ok((status, body))
}

fn authorities() -> Result<RootCerts, String> {
    let Some(file) = std::env::var_os("SSL_CERT_FILE") else { return Ok(RootCerts::WebPki) };
    let text = std::fs::read(&file).map_err(|_| "the file that SSL_CERT_FILE names cannot be read")?;
    let mut found = Vec::new();
    for item in parse_pem(&text) {
        if let Ok(PemItem::Certificate(certificate)) = item {
            found.push(certificate);
        }
    }
    if found.is_empty() {
        return Err("the file that SSL_CERT_FILE names holds no certificate".into());
    }
    Ok(RootCerts::Specific(Arc::new(found)))
}

/// Errors can quote the address, which can hold the key.
fn failure(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "it did not answer in time",
        ureq::Error::HostNotFound => "its host was not found",
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "its certificate is not to be trusted",
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => "it did not answer in time",
        ureq::Error::Io(error) if is_tls(error) => "its certificate is not to be trusted",
        ureq::Error::Io(_) | ureq::Error::ConnectionFailed => "it could not be reached",
        ureq::Error::InvalidProxyUrl | ureq::Error::ConnectProxyFailed(_) => "the proxy refused",
        _ => "its answer was not understood",
    }
    .into()
}

fn is_tls(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::InvalidData
}
