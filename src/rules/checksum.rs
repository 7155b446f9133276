//! Checksums that vendors build into their tokens, verified offline and completed for generated examples.
//!
//! Sources: GitHub "Behind GitHub's new authentication token formats" (CRC32, base62); npm "Announcing npm's new access
//! token format"; GitLab "Routable tokens" (CRC32, base36); BIP 173 (bech32: age, Nostr); NATS "nkeys" and Stellar SEP 23
//! (CRC16 inside base32); Atlassian, Bitbucket, Cloudflare, Grafana, Confluent and Zuplo from the tokens' published
//! shapes, recomputed on their documentation's samples.

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
    Zuplo,
    Bech32,
    Crc16,
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
            "zuplo" => Self::Zuplo,
            "bech32" => Self::Bech32,
            "crc16" => Self::Crc16,
            _ => return None,
        })
    }

    /// Bytes at the token's end that hold the checksum.
    fn width(self) -> usize {
        match self {
            Self::Crc16 => 4,
            Self::Github | Self::Confluent | Self::Bech32 => 6,
            Self::Gitlab => 7,
            Self::Atlassian | Self::Bitbucket | Self::Cloudflare | Self::Grafana | Self::Zuplo => 8,
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
            Self::Zuplo => {
                let body = head.strip_suffix(b"_").unwrap_or(head);
                format!("{:08x}", crc32fast::hash(body.strip_prefix(b"zpka_").unwrap_or(body))).into_bytes()
            }
            Self::Bech32 => bech32(head).unwrap_or_default(),
            Self::Crc16 => crc16_tail(head).unwrap_or_default(),
        }
    }

    /// Whether `token` ends in its own checksum.
    pub fn verifies(self, token: &[u8]) -> bool {
        let Some(at) = token.len().checked_sub(self.width()) else { return false };
        let (head, sum) = token.split_at(at);
        match self {
            Self::Crc16 => holds_crc16(token),
            _ => self.of(head) == sum,
        }
    }
}

/// The six characters of BIP 173 after a human-readable part, the last `1` and data, in the case of the data.
fn bech32(head: &[u8]) -> Option<Vec<u8>> {
    const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let separator = head.iter().rposition(|b| *b == b'1')?;
    let (name, data) = (&head[..separator], &head[separator + 1..]);
    let step = |sum: u32, value: u32| {
        const MIX: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
        let mixed = (sum & 0x01ff_ffff) << 5 ^ value;
        MIX.iter().enumerate().filter(|(bit, _)| sum >> 25 >> bit & 1 == 1).fold(mixed, |sum, (_, mix)| sum ^ mix)
    };
    let name = || name.iter().map(u8::to_ascii_lowercase).map(u32::from);
    let mut sum = name().map(|b| b >> 5).chain([0]).chain(name().map(|b| b & 31)).fold(1, step);
    for byte in data {
        let value = ALPHABET.iter().position(|b| b.eq_ignore_ascii_case(byte))?;
        sum = step(sum, u32::try_from(value).ok()?);
    }
    let sum = [0; 6].into_iter().fold(sum, step) ^ 1;
    let upper = head.iter().any(u8::is_ascii_uppercase);
    let digit = |at: u32| ALPHABET[(sum >> (5 * (5 - at)) & 31) as usize];
    Some((0..6).map(digit).map(|b| if upper { b.to_ascii_uppercase() } else { b }).collect())
}

/// The end of a base32 text whose last two bytes are the CRC16 of those before, the bits that `head` leaves open zero.
fn crc16_tail(head: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = data_encoding::BASE32_NOPAD.decode(&[head, b"AAAA"].concat()).ok()?;
    let body = bytes.len().checked_sub(2)?;
    let sum = crc16(&bytes[..body]).to_le_bytes();
    bytes[body..].copy_from_slice(&sum);
    let text = data_encoding::BASE32_NOPAD.encode(&bytes).into_bytes();
    Some(text[head.len()..].to_vec())
}

fn holds_crc16(token: &[u8]) -> bool {
    let Ok(bytes) = data_encoding::BASE32_NOPAD.decode(token) else { return false };
    bytes.split_last_chunk().is_some_and(|(body, sum)| u16::from_le_bytes(*sum) == crc16(body))
}

/// CRC16 as XMODEM has it.
fn crc16(bytes: &[u8]) -> u16 {
    let shift = |sum: u16| if sum & 0x8000 == 0 { sum << 1 } else { sum << 1 ^ 0x1021 };
    bytes.iter().fold(0, |sum, byte| (0..8).fold(sum ^ u16::from(*byte) << 8, |sum, _| shift(sum)))
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
            (Checksum::Zuplo, "zpka_abcdefghijabcdefghijabcdefghij12_"),
            (Checksum::Bech32, "AGE-SECRET-KEY-1QQPQQQSGZQPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQ"),
            (Checksum::Crc16, "SABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRS"),
        ] {
            let mut token = head.as_bytes().to_vec();
            token.extend(scheme.of(head.as_bytes()));
            assert!(scheme.verifies(&token), "{scheme:?}");
            token[8] ^= 1;
            assert!(!scheme.verifies(&token), "{scheme:?}");
        }
    }

    /// Test vectors of BIP 173 and of the CRC catalogue; no keys.
    #[test]
    fn published_vectors_hold() {
        assert!(Checksum::Bech32.verifies(b"A12UEL5L"));
        assert!(Checksum::Bech32.verifies(b"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"));
        assert!(!Checksum::Bech32.verifies(b"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxq"));
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }
}
