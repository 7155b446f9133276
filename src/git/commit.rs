//! Commits and tags as git stores them.

use anyhow::{Context, Result, bail};

use super::Id;
use super::objects::Objects;

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub id: Id,
    pub tree: Id,
    pub parents: Vec<Id>,
    pub author: String,
    /// Seconds since 1970 and the offset from UTC in minutes.
    pub time: (i64, i32),
    pub message: Vec<u8>,
}

impl Commit {
    /// When it was written, where it was written: `2026-01-02 03:04`.
    pub fn date(&self) -> String {
        let (seconds, offset) = self.time;
        minute(seconds.div_euclid(60) + i64::from(offset))
    }
}

/// A moment in UTC, told as such.
pub fn utc(seconds: i64) -> String {
    format!("{} UTC", minute(seconds.div_euclid(60)))
}

fn minute(minutes: i64) -> String {
    let (days, minute) = (minutes.div_euclid(1440), minutes.rem_euclid(1440));
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", minute / 60, minute % 60)
}

/// Year, month and day of a count of days since 1970; years are counted from March, so that leap days come last.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let (day, month) = (day_of_year - (153 * from_march + 2) / 5 + 1, (from_march + 2) % 12 + 1);
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// Reads a commit; `parents` are as git lists them, which stops where a shallow clone does.
///
/// # Errors
/// It is missing or broken.
pub fn read(objects: &Objects, id: Id, parents: Vec<Id>) -> Result<Commit> {
    let Some(raw) = objects.recall(&id)? else { bail!("commit {id} is missing") };
    let (headers, message) = split(&raw);
    let tree = header(headers, b"tree").and_then(Id::from_hex).with_context(|| format!("commit {id} is broken"))?;
    let (author, time) = signature(header(headers, b"author").unwrap_or_default());
    Ok(Commit { id, tree, parents, author, time, message: message.to_vec() })
}

/// What a tag names, and its message.
pub fn tag(raw: &[u8]) -> Option<(Id, Vec<u8>)> {
    let (headers, message) = split(raw);
    Some((header(headers, b"object").and_then(Id::from_hex)?, message.to_vec()))
}

/// Headers end at the first empty line.
fn split(raw: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memmem::find(raw, b"\n\n").unwrap_or(raw.len());
    (&raw[..end], raw.get(end + 2..).unwrap_or_default())
}

fn header<'a>(headers: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let value = |line: &'a [u8]| line.strip_prefix(name)?.strip_prefix(b" ");
    headers.split(|b| *b == b'\n').find_map(value)
}

/// `Ada <ada@example.org> 1767323045 +0100`
fn signature(raw: &[u8]) -> (String, (i64, i32)) {
    let text = String::from_utf8_lossy(raw);
    let (who, when) = text.rsplit_once('>').unwrap_or((&text, ""));
    let name = who.split('<').next().unwrap_or_default().trim().to_owned();
    let mut when = when.split_whitespace();
    let seconds = when.next().and_then(|seconds| seconds.parse().ok()).unwrap_or(0);
    let zone: i32 = when.next().and_then(|zone| zone.parse().ok()).unwrap_or(0);
    (name, (seconds, zone / 100 * 60 + zone % 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_calendars_do() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(20_455), (2026, 1, 2));
        assert_eq!(civil(-1), (1969, 12, 31));
    }

    #[test]
    fn a_signature_has_a_name_a_time_and_a_zone() {
        let (name, time) = signature(b"Ada L. <ada@example.org> 1767323045 -0130");
        assert_eq!((name.as_str(), time), ("Ada L.", (1_767_323_045, -90)));
        assert_eq!(signature(b""), (String::new(), (0, 0)));
    }
}
