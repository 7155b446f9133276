//! The prefilter: which literals stand where in a text, from tables that are ready in the binary.
//!
//! A hook lives for a few milliseconds, so an automaton built at start would cost more than the scan itself. Here every
//! literal is represented by its rarest four-byte window (three, if it is no longer). Each position of the text is
//! hashed and tested against a bitmap; only where the bit is set are the literals themselves compared. The build script
//! makes the tables for the catalogue and writes them as statics; custom rules build theirs with the same code.

use std::borrow::Cow;

/// A literal and the rule that it wakes: what the tables are built from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needle {
    pub bytes: Vec<u8>,
    /// Compare without regard to ASCII case; `bytes` are lower case then.
    pub fold: bool,
    pub rule: u16,
}

/// A literal in the tables: where its bytes and its rules begin. Offsets, not pointers: a pointer in a static has to be
/// relocated when the program starts.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub start: u32,
    pub len: u8,
    pub fold: bool,
    pub rules: u16,
    pub count: u16,
}

/// Where in a literal its window stands, and whose window it is.
#[derive(Debug, Clone, Copy)]
pub struct Slot {
    pub window: u32,
    pub entry: u16,
    pub at: u8,
    pub width: u8,
}

/// The tables. `heads[b]..heads[b + 1]` are the slots of bucket `b`.
#[derive(Debug)]
pub struct Prefilter {
    /// The bytes of all literals.
    pub bytes: Cow<'static, [u8]>,
    /// The rules of all literals.
    pub rules: Cow<'static, [u16]>,
    pub entries: Cow<'static, [Entry]>,
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

const HASH_BITS: u32 = 19;
const BUCKET_BITS: u32 = 13;
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

/// What programs and their texts are full of: a window within one of these is met everywhere.
const EVERYWHERE: &[u8] =
    b"account action address admin application array assert author backend basket billing boolean \
    branch browser bucket buffer build button cache callback channel class client cloud code column command comment \
    commit component config connect console const container content context controller copy count create credential \
    current customer data database date debug default define delete description details device document domain drawer \
    email enable endpoint engine entry environment error event example exception execute export extension false \
    feature field file filter financial folder format forms frame from function generate global graph group handle \
    header helper html http icon image import include index info initial input insert instance integer integration \
    interface internal invoice issue item json label language layout length library license limit line link list \
    listen load local location logger login manager manifest market mail message meta method model module monitor \
    name network node notification null number object option order output package page panel param parse partner \
    password path pattern payment platform player point policy port post preview private process product profile \
    project property protocol provider proxy public query queue random range record region register release remote \
    render report repository request require resource response result return review route runtime sample save \
    scale schedule schema scope script search secret section security select self send sequence server service \
    session setting shared shop site size source space stack stage start state static status storage store stream \
    string struct style submit super support sync system table target task team template test text theme this thread \
    ticket time title token tool track transaction translate true type undefined unique unit update upload user util \
    value variable vector version video view virtual void volume webhook weather widget window with word work world \
    write";

/// The slot of a literal: its rarest window.
fn slot(literal: &[u8], entry: u16) -> Slot {
    let width = literal.len().min(4);
    let cost = |window: &[u8]| {
        let folded = window.to_ascii_lowercase();
        let everywhere = EVERYWHERE.windows(window.len()).any(|word| word == folded && !word.contains(&b' '));
        let rare = window.iter().map(|b| commonness(*b)).product::<u32>();
        // Where words meet, whatever the separator is, nothing stands by chance.
        if everywhere { rare * 256 } else { rare }
    };
    let windows = literal.windows(width).enumerate();
    let (at, rarest) = windows.min_by_key(|(_, window)| cost(window)).expect("a literal has three bytes");
    Slot {
        window: if width == 3 { window_at(rarest) & THREE } else { window_at(rarest) },
        entry,
        at: fits(at, "literals have fewer than 256 bytes"),
        width: fits(width, "three or four"),
    }
}

fn fits<T: TryFrom<usize>>(value: usize, why: &str) -> T {
    T::try_from(value).ok().expect(why)
}

impl Prefilter {
    /// Builds the tables for `needles`, each at least three bytes long; equal literals share an entry.
    pub fn build(mut needles: Vec<Needle>) -> Self {
        needles.sort_unstable();
        needles.dedup();
        let (mut bytes, mut rules, mut entries) = (Vec::new(), Vec::new(), Vec::new());
        let mut slots = Vec::new();
        for same in needles.chunk_by(|a, b| (&a.bytes, a.fold) == (&b.bytes, b.fold)) {
            let literal = &same[0].bytes;
            let entry = fits(entries.len(), "fewer than 65,536 literals");
            slots.push(slot(literal, entry));
            entries.push(Entry {
                start: fits(bytes.len(), "literals are short and few"),
                len: fits(literal.len(), "literals have fewer than 256 bytes"),
                fold: same[0].fold,
                rules: fits(rules.len(), "a literal wakes few rules"),
                count: fits(same.len(), "fewer than 65,536 rules"),
            });
            bytes.extend_from_slice(literal);
            rules.extend(same.iter().map(|needle| needle.rule));
        }
        let mut bits = vec![0_u64; 1 << (HASH_BITS - 6)];
        let mut buckets: Vec<Vec<Slot>> = vec![Vec::new(); 1 << BUCKET_BITS];
        for slot in slots {
            let hashed = hash(slot.window);
            bits[(hashed >> 6) as usize] |= 1 << (hashed & 63);
            buckets[(hashed >> (HASH_BITS - BUCKET_BITS)) as usize].push(slot);
        }
        let mut heads: Vec<u16> = vec![0];
        for bucket in &buckets {
            heads.push(heads[heads.len() - 1] + fits::<u16>(bucket.len(), "slots are few"));
        }
        Self {
            bytes: bytes.into(),
            rules: rules.into(),
            entries: entries.into(),
            bits: bits.into(),
            heads: heads.into(),
            slots: buckets.concat().into(),
        }
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
        // The last three bytes have no fourth.
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
            let entry = self.entries[slot.entry as usize];
            let literal = &self.bytes[entry.start as usize..][..entry.len as usize];
            let Some(start) = at.checked_sub(slot.at as usize) else { continue };
            let Some(found) = text.get(start..start + literal.len()) else { continue };
            let same = if entry.fold { found.eq_ignore_ascii_case(literal) } else { found == literal };
            if same {
                let rules = &self.rules[entry.rules as usize..][..entry.count as usize];
                hits.extend(rules.iter().map(|rule| Hit { rule: *rule, at: start, len: entry.len }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needle(text: &str, fold: bool, rule: u16) -> Needle {
        Needle { bytes: text.as_bytes().to_vec(), fold, rule }
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
