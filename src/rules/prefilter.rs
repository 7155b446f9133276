//! The prefilter: which literals stand where in a text, from tables that are ready in the binary.
//!
//! A hook lives for a few milliseconds, so an automaton built at start would cost more than the scan itself. Here every
//! literal is represented by its rarest four-byte window (three, if it is no longer). Each position of the text is
//! hashed and tested against a bitmap; only where the bit is set are the literals themselves compared. The build script
//! makes the tables for the catalogue and writes them as statics; custom rules build theirs with the same code.

use std::borrow::Cow;

/// A literal and the rules that it wakes.
#[derive(Debug, Clone)]
pub struct Needle {
    pub bytes: Cow<'static, [u8]>,
    /// Compare without regard to ASCII case; `bytes` are lower case then.
    pub fold: bool,
    pub rules: Cow<'static, [u16]>,
}

/// Where in a needle its window stands, and whose window it is.
#[derive(Debug, Clone, Copy)]
pub struct Slot {
    pub window: u32,
    pub needle: u16,
    pub at: u8,
    pub width: u8,
}

/// The tables. `heads[b]..heads[b + 1]` are the slots of bucket `b`.
#[derive(Debug)]
pub struct Prefilter {
    pub needles: Cow<'static, [Needle]>,
    pub bits: Cow<'static, [u64]>,
    pub heads: Cow<'static, [u16]>,
    pub slots: Cow<'static, [Slot]>,
}

/// A literal found: the text's offset of its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    pub rule: u16,
    pub at: usize,
    pub len: u8,
}

const HASH_BITS: u32 = 17;
const BUCKET_BITS: u32 = 12;
/// Folding is coarse (it also joins `[` and `{`): equal windows are only candidates.
const FOLD: u32 = 0x2020_2020;
const THREE: u32 = 0x00ff_ffff;

fn hash(window: u32) -> u32 {
    window.wrapping_mul(0x9E37_79B1) >> (32 - HASH_BITS)
}

fn window_at(bytes: &[u8]) -> u32 {
    let mut four = [0; 4];
    let len = bytes.len().min(4);
    four[..len].copy_from_slice(&bytes[..len]);
    u32::from_le_bytes(four) | FOLD
}

/// How often a byte is met in source text, roughly: the window of a needle is where it is rarest.
fn commonness(byte: u8) -> u32 {
    match byte.to_ascii_lowercase() {
        b'e' | b't' | b'a' | b'i' | b'n' | b's' | b'r' | b'o' | b' ' => 8,
        b'l' | b'c' | b'd' | b'p' | b'm' | b'u' | b'-' | b'_' | b'.' | b'=' | b'"' => 5,
        b'g' | b'f' | b'h' | b'b' | b'y' | b'k' | b'v' | b'w' | b'/' | b':' => 3,
        _ => 1,
    }
}

impl Prefilter {
    /// Builds the tables for `needles`, each at least three bytes long.
    pub fn build(needles: Vec<Needle>) -> Self {
        let mut buckets: Vec<Vec<Slot>> = vec![Vec::new(); 1 << BUCKET_BITS];
        let mut bits = vec![0_u64; 1 << (HASH_BITS - 6)];
        for (index, needle) in needles.iter().enumerate() {
            let width = needle.bytes.len().min(4);
            let windows = needle.bytes.windows(width).enumerate().take(200);
            let cost = |window: &[u8]| window.iter().map(|b| commonness(*b)).product::<u32>();
            let (at, rarest) = windows.min_by_key(|(_, window)| cost(window)).expect("a needle has three bytes");
            let window = if width == 3 { window_at(rarest) & THREE } else { window_at(rarest) };
            let hashed = hash(window);
            bits[(hashed >> 6) as usize] |= 1 << (hashed & 63);
            buckets[(hashed >> (HASH_BITS - BUCKET_BITS)) as usize].push(Slot {
                window,
                needle: u16::try_from(index).expect("fewer than 65,536 literals"),
                at: u8::try_from(at).expect("windows are taken from the first 200 bytes"),
                width: u8::try_from(width).expect("three or four"),
            });
        }
        let mut heads = vec![0];
        for bucket in &buckets {
            heads.push(heads[heads.len() - 1] + u16::try_from(bucket.len()).expect("slots are few"));
        }
        Self { needles: needles.into(), bits: bits.into(), heads: heads.into(), slots: buckets.concat().into() }
    }

    /// Every needle in `text`, as (rule, offset) pairs in the order of rules.
    pub fn hits(&self, text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        let bits: &[u64] = &self.bits;
        let mask = bits.len() - 1;
        let lit = |hashed: u32| bits[(hashed >> 6) as usize & mask] >> (hashed & 63) & 1 != 0;
        let full = text.len().saturating_sub(3);
        for (at, four) in text.windows(4).enumerate() {
            let window = u32::from_le_bytes([four[0], four[1], four[2], four[3]]) | FOLD;
            let three = window & THREE;
            if lit(hash(window)) {
                self.compare(text, at, window, 4, &mut hits);
            }
            if lit(hash(three)) {
                self.compare(text, at, three, 3, &mut hits);
            }
        }
        for at in full..text.len().saturating_sub(2) {
            self.compare(text, at, window_at(&text[at..at + 3]) & THREE, 3, &mut hits);
        }
        hits.sort_unstable();
        hits.dedup();
        hits
    }

    #[cold]
    fn compare(&self, text: &[u8], at: usize, window: u32, width: u8, hits: &mut Vec<Hit>) {
        let bucket = (hash(window) >> (HASH_BITS - BUCKET_BITS)) as usize;
        for slot in &self.slots[self.heads[bucket] as usize..self.heads[bucket + 1] as usize] {
            if slot.window != window || slot.width != width {
                continue;
            }
            let needle = &self.needles[slot.needle as usize];
            let Some(start) = at.checked_sub(slot.at as usize) else { continue };
            let Some(found) = text.get(start..start + needle.bytes.len()) else { continue };
            let same = if needle.fold { found.eq_ignore_ascii_case(&needle.bytes) } else { *found == *needle.bytes };
            if same {
                let len = u8::try_from(needle.bytes.len()).unwrap_or(u8::MAX);
                hits.extend(needle.rules.iter().map(|rule| Hit { rule: *rule, at: start, len }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needle(text: &str, fold: bool, rule: u16) -> Needle {
        Needle { bytes: text.as_bytes().to_vec().into(), fold, rules: vec![rule].into() }
    }

    #[test]
    fn finds_every_needle_wherever_it_stands() {
        let filter =
            Prefilter::build(vec![needle("sk_live_", false, 1), needle("cio", true, 2), needle("stripe", true, 3)]);
        for text in ["sk_live_", "xxsk_live_yy", "a STRIPE b CIO", "cio", "Strip stripe", "ci", ""] {
            let mut expected = Vec::new();
            let lower = text.to_ascii_lowercase();
            for (word, whole, rule) in
                [("sk_live_", text, 1), ("cio", lower.as_str(), 2), ("stripe", lower.as_str(), 3)]
            {
                expected.extend(whole.match_indices(word).map(|(at, _)| (rule, at)));
            }
            expected.sort_unstable();
            let found: Vec<_> = filter.hits(text.as_bytes()).iter().map(|hit| (hit.rule, hit.at)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn an_exact_needle_minds_its_case() {
        let filter = Prefilter::build(vec![needle("AKIA", false, 0)]);
        assert!(filter.hits(b"akia").is_empty());
        assert_eq!(filter.hits(b"xAKIAx").len(), 1);
    }
}
