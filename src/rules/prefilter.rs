//! The prefilter: which literals stand where in a text, from tables that are ready in the binary.
//!
//! A hook lives for a few milliseconds, so an automaton built at start would cost more than the scan itself. Here every
//! literal is represented by a window of three bytes, where with the byte behind it is rarest. At each position of the
//! text the window is hashed to a word of a bitmap, in which the byte behind it has a bit; only where that is set are
//! the literals with such a window looked at: first the four bytes on either side of it, which lie in the table itself,
//! then the literal as a whole and where it stands. The build script makes the tables for the catalogue and writes them
//! as statics; custom rules build theirs with the same code.

use std::borrow::Cow;

/// A literal and the rule that it wakes: what the tables are built from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needle {
    pub bytes: Vec<u8>,
    /// Compare without regard to ASCII case; `bytes` are lower case then.
    pub fold: bool,
    pub stands: Stands,
    pub rule: u16,
}

/// Where a literal has to stand to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stands {
    Anywhere,
    /// No word goes on there.
    Unjoined,
    /// A part of a word begins there; see [`begins_word`].
    Word,
}

/// A literal in the tables: where its bytes and its rules begin. Offsets, not pointers: a pointer in a static has to be
/// relocated when the program starts.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub start: u32,
    pub len: u8,
    pub fold: bool,
    pub stands: Stands,
    pub rules: u16,
    pub count: u16,
}

/// Where in a literal its window stands, and whose window it is. All bytes are folded.
#[derive(Debug, Clone, Copy)]
pub struct Slot {
    /// Three bytes.
    pub window: u32,
    /// What stands before the window, up to four bytes, and behind it.
    pub before: u32,
    pub after: u32,
    pub entry: u16,
    pub at: u8,
    /// Bytes of the literal behind the window.
    pub tail: u8,
}

/// The tables. `heads[b]..heads[b + 1]` are the slots of bucket `b`.
#[derive(Debug)]
pub struct Prefilter {
    /// The bytes of all literals.
    pub bytes: Cow<'static, [u8]>,
    /// The rules of all literals.
    pub rules: Cow<'static, [u16]>,
    pub entries: Cow<'static, [Entry]>,
    /// For every bucket, a bit for each class of the byte behind the window.
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

const BUCKET_BITS: u32 = 13;
/// Folding is coarse (it also joins `[` and `{`): equal windows are only candidates.
const FOLD: u32 = 0x2020_2020;
const THREE: u32 = 0x00ff_ffff;

/// The bucket of a window.
fn bucket(window: u32) -> usize {
    (window.wrapping_mul(0x9E37_79B1) >> (32 - BUCKET_BITS)) as usize
}

/// The class, of 64, of a folded byte: the bits that folding leaves.
fn class(folded: u32) -> u32 {
    folded & 0x1f | folded >> 1 & 0x20
}

/// Which of the four bytes before a window a slot speaks of, by their number; and of those behind it.
const BEFORE: [u32; 5] = [0, 0xff00_0000, 0xffff_0000, 0xffff_ff00, 0xffff_ffff];
const AFTER: [u32; 5] = [0, 0xff, 0xffff, 0x00ff_ffff, 0xffff_ffff];

/// The first four bytes of `bytes`, folded; bytes that are not there count as zero.
fn behind(bytes: &[u8]) -> u32 {
    let four = bytes.first_chunk().copied().unwrap_or_else(|| {
        let mut four = [0; 4];
        four[..bytes.len()].copy_from_slice(bytes);
        four
    });
    u32::from_le_bytes(four) | FOLD
}

/// The last four, likewise.
fn ahead(bytes: &[u8]) -> u32 {
    let four = bytes.last_chunk().copied().unwrap_or_else(|| {
        let mut four = [0; 4];
        four[4 - bytes.len()..].copy_from_slice(bytes);
        four
    });
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
    let cost = |four: &[u8]| {
        let folded = four.to_ascii_lowercase();
        let everywhere = EVERYWHERE.windows(four.len()).any(|word| word == folded && !word.contains(&b' '));
        let rare = four.iter().map(|b| commonness(*b)).product::<u32>();
        // Where words meet, whatever the separator is, nothing stands by chance.
        if everywhere { rare * 256 } else { rare }
    };
    let windows = literal.windows(literal.len().min(4)).enumerate();
    let (at, rarest) = windows.min_by_key(|(_, four)| cost(four)).expect("a literal has three bytes");
    let tail = &literal[at + 3..];
    Slot {
        window: behind(rarest) & THREE,
        before: ahead(&literal[..at]),
        after: behind(tail),
        entry,
        at: fits(at, "literals have fewer than 256 bytes"),
        tail: fits(tail.len(), "likewise"),
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
        for same in needles.chunk_by(|a, b| (&a.bytes, a.fold, a.stands) == (&b.bytes, b.fold, b.stands)) {
            let literal = &same[0].bytes;
            let entry = fits(entries.len(), "fewer than 65,536 literals");
            slots.push(slot(literal, entry));
            entries.push(Entry {
                start: fits(bytes.len(), "literals are short and few"),
                len: fits(literal.len(), "literals have fewer than 256 bytes"),
                fold: same[0].fold,
                stands: same[0].stands,
                rules: fits(rules.len(), "a literal wakes few rules"),
                count: fits(same.len(), "fewer than 65,536 rules"),
            });
            bytes.extend_from_slice(literal);
            rules.extend(same.iter().map(|needle| needle.rule));
        }
        let mut bits = vec![0_u64; 1 << BUCKET_BITS];
        let mut buckets: Vec<Vec<Slot>> = vec![Vec::new(); 1 << BUCKET_BITS];
        for slot in slots {
            let bucket = bucket(slot.window);
            bits[bucket] |= if slot.tail == 0 { u64::MAX } else { 1 << class(slot.after & 0xff) };
            buckets[bucket].push(slot);
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
        for (at, four) in text.windows(4).enumerate() {
            let four = u32::from_le_bytes([four[0], four[1], four[2], four[3]]) | FOLD;
            let window = four & THREE;
            if bits[bucket(window) & mask] >> class(four >> 24) & 1 != 0 {
                self.compare(text, at, window, &mut hits);
            }
        }
        // The last three bytes have none behind them.
        if let Some(last) = text.last_chunk::<3>() {
            self.compare(text, text.len() - 3, behind(last) & THREE, &mut hits);
        }
        hits.sort_unstable();
        hits.dedup();
        hits
    }

    /// Appends the needles whose window is this one, at `at`.
    #[inline(never)]
    fn compare(&self, text: &[u8], at: usize, window: u32, hits: &mut Vec<Hit>) {
        let bucket = bucket(window);
        let slots = &self.slots[self.heads[bucket] as usize..self.heads[bucket + 1] as usize];
        let (before, after) = (ahead(&text[..at]), behind(&text[at + 3..]));
        for slot in slots {
            let differs = (slot.window ^ window)
                | (slot.before ^ before) & BEFORE[slot.at.min(4) as usize]
                | (slot.after ^ after) & AFTER[slot.tail.min(4) as usize];
            if differs != 0 {
                continue;
            }
            let entry = self.entries[slot.entry as usize];
            let Some(start) = at.checked_sub(slot.at as usize) else { continue };
            if self.is_at(text, start, entry) {
                let rules = &self.rules[entry.rules as usize..][..entry.count as usize];
                hits.extend(rules.iter().map(|rule| Hit { rule: *rule, at: start, len: entry.len }));
            }
        }
    }

    /// Whether a literal stands at `start`, in the way it has to.
    fn is_at(&self, text: &[u8], start: usize, entry: Entry) -> bool {
        let len = entry.len as usize;
        let literal = &self.bytes[entry.start as usize..][..len];
        let Some(found) = text.get(start..start + len) else { return false };
        let same = if entry.fold { found.eq_ignore_ascii_case(literal) } else { found == literal };
        same && match entry.stands {
            Stands::Anywhere => true,
            Stands::Unjoined => start == 0 || !is_word(text[start - 1]) || !is_word(text[start]),
            Stands::Word => begins_word(text, start, len),
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether a vendor's word at `at` begins a part of a word; short ones must end there too.
pub fn begins_word(text: &[u8], at: usize, len: usize) -> bool {
    let camel = |a: u8, b: u8| a.is_ascii_lowercase() && b.is_ascii_uppercase();
    let starts = at == 0 || !text[at - 1].is_ascii_alphabetic() || camel(text[at - 1], text[at]);
    let end = at + len;
    // `AWSSecretKey`: an acronym ends before a capital that a small letter follows.
    let acronym = |end: usize| text[end].is_ascii_uppercase() && text.get(end + 1).is_some_and(u8::is_ascii_lowercase);
    let ends = len >= 5
        || end >= text.len()
        || !text[end].is_ascii_alphabetic()
        || camel(text[end - 1], text[end])
        || acronym(end);
    starts && ends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needle(text: &str, fold: bool, rule: u16) -> Needle {
        Needle { bytes: text.as_bytes().to_vec(), fold, stands: Stands::Anywhere, rule }
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

    #[test]
    fn a_needle_stands_where_it_has_to() {
        let needles = [Stands::Anywhere, Stands::Unjoined, Stands::Word].into_iter().zip(0..);
        let filter =
            Prefilter::build(needles.map(|(stands, rule)| Needle { stands, rule, ..needle("sk_", true, 0) }).collect());
        for (text, rules) in [("sk_", &[0, 1, 2][..]), ("task_", &[0]), ("9sk_", &[0, 2]), ("theSk_", &[0, 2])] {
            let found: Vec<_> = filter.hits(text.as_bytes()).iter().map(|hit| hit.rule).collect();
            assert_eq!(found, rules, "{text}");
        }
    }
}
