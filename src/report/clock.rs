//! The time of a report, in UTC, for formats that want one.

use std::time::{SystemTime, UNIX_EPOCH};

/// `2026-01-31T23:59:59`.
pub fn now() -> String {
    // A clock before 1970 is as good as none.
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    at(seconds)
}

fn at(seconds: u64) -> String {
    let (year, month, day) = crate::text::date(seconds / 86_400);
    let rest = seconds % 86_400;
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60)
}

#[cfg(test)]
mod tests {
    #[test]
    fn seconds_are_a_date_and_a_time() {
        assert_eq!(super::at(0), "1970-01-01T00:00:00");
        assert_eq!(super::at(951_827_696), "2000-02-29T12:34:56");
    }
}
