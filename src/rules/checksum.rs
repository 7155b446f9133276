//! Checksums that vendors build into their tokens, verified offline and completed for generated examples.
//!
//! Sources: GitHub "Behind GitHub's new authentication token formats" (CRC32, base62); npm "Announcing npm's new access
//! token format"; GitLab "Routable tokens" (CRC32, base36); Atlassian, Bitbucket, Cloudflare, Grafana and Confluent
//! from the tokens' published shapes, recomputed on their documentation's samples.

use serde::Deserialize;

/// A scheme by the name catalogue files use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Checksum {
    Github,
    Gitlab,
    Atlassian,
    Bitbucket,
    Cloudflare,
    Grafana,
    Confluent,
}

impl Checksum {
    /// The scheme called `name`, where there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "github" => Self::Github,
            "gitlab" => Self::Gitlab,
            "atlassian" => Self::Atlassian,
            "bitbucket" => Self::Bitbucket,
            "cloudflare" => Self::Cloudflare,
            "grafana" => Self::Grafana,
            "confluent" => Self::Confluent,
            _ => return None,
        })
    }

    /// Bytes at the token's end that hold the checksum.
    fn width(self) -> usize {
        match self {
            Self::Github | Self::Confluent => 6,
            Self::Gitlab => 7,
            Self::Atlassian | Self::Bitbucket | Self::Cloudflare | Self::Grafana => 8,
        }
    }

    /// The checksum of a token that lacks only it.
    pub fn of(self, head: &[u8]) -> Vec<u8> {
        let after_prefix = || {
            let at = head.iter().rposition(|b| *b == b'_').map_or(0, |at| at + 1);
            &head[at..]
        };
        match self {
            Self::Github => digits(crc32fast::hash(after_prefix()), 62, 6),
            Self::Gitlab => digits(crc32fast::hash(head), 36, 7).to_ascii_lowercase(),
            Self::Atlassian | Self::Bitbucket => format!("{:08X}", crc32fast::hash(head)).into_bytes(),
            Self::Cloudflare => format!("{:08x}", crc32fast::hash(after_prefix())).into_bytes(),
            Self::Grafana => {
                let body = head.strip_suffix(b"_").unwrap_or(head);
                format!("{:08x}", crc32fast::hash(body).swap_bytes()).into_bytes()
            }
            Self::Confluent => {
                let body = head.strip_prefix(b"cflt").unwrap_or(head);
                data_encoding::BASE64_NOPAD.encode(&crc32fast::hash(body).to_le_bytes()).into_bytes()
            }
        }
    }

    /// Whether `token` ends in its own checksum.
    pub fn verifies(self, token: &[u8]) -> bool {
        let Some(at) = token.len().checked_sub(self.width()) else { return false };
        let (head, sum) = token.split_at(at);
        self.of(head) == sum
    }
}

/// `value` in base 36 or 62 (`0-9A-Za-z`), left-padded with zeros.
fn digits(mut value: u32, base: u32, width: usize) -> Vec<u8> {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = vec![b'0'; width];
    for slot in text.iter_mut().rev() {
        *slot = ALPHABET[(value % base) as usize];
        value /= base;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_completed_token_verifies_and_a_changed_one_does_not() {
        for (scheme, head) in [
            (Checksum::Github, "ghp_0123456789abcdefghijABCDEFGHIJ"),
            (Checksum::Gitlab, "glpat-abcdefghijklmnopqrstuvwxyz0.01."),
            (Checksum::Atlassian, "ATATT3xFfGF0abcdef="),
            (Checksum::Cloudflare, "cfut_0123456789012345678901234567890123456789"),
            (Checksum::Grafana, "glsa_abcdefghijabcdefghijabcdefghij12_"),
            (Checksum::Confluent, "cfltabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcd"),
        ] {
            let mut token = head.as_bytes().to_vec();
            token.extend(scheme.of(head.as_bytes()));
            assert!(scheme.verifies(&token), "{scheme:?}");
            token[8] ^= 1;
            assert!(!scheme.verifies(&token), "{scheme:?}");
        }
    }
}
