//! Values that a document or an emulator shows to everybody: they open nothing, wherever they are pasted.
//!
//! `published.txt` holds their digests, so that the list itself gives no scanner cause, each with where it stands.

use sha2::{Digest, Sha256};

static LIST: &str = include_str!("published.txt");

/// Whether `value` is in the list; whole values only.
pub fn is_published(value: &[u8]) -> bool {
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(value));
    LIST.lines().any(|line| line.split(' ').next() == Some(&digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_value_has_a_source_and_stands_once() {
        let lines: Vec<&str> = LIST.lines().skip(1).collect();
        for line in &lines {
            let (digest, source) = line.split_once(' ').unwrap();
            assert!(digest.len() == 64 && source.starts_with("https://"), "{line}");
        }
        assert!(lines.is_sorted_by(|a, b| a.split(' ').next() < b.split(' ').next()));
    }

    #[test]
    fn whole_values_only_are_published() {
        // RFC 6749, section 5.1, in two parts: nothing that reads like a token stands in this repository.
        let example = ["2YotnFZFEjr", "1zCsicMWpAA"].concat();
        assert!(is_published(example.as_bytes()));
        assert!(!is_published(format!("{example}x").as_bytes()) && !is_published(b""));
    }
}
