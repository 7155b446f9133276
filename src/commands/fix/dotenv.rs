//! Files of variables: `.env`, and the example of it that has the names only.

use anyhow::{Result, bail};

use crate::secret::Secret;

pub const FILE: &str = ".env";
pub const EXAMPLE: &str = ".env.example";

/// The line that keeps a value, as a shell and every reader of such files takes it.
pub fn line(name: &str, secret: &Secret) -> Result<Vec<u8>> {
    let value = secret.expose();
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"_-./+=:@%,~".contains(b);
    if value.iter().all(plain) {
        return Ok([name.as_bytes(), b"=", value].concat());
    }
    if value.iter().all(|b| b.is_ascii_graphic() && !b"'\\".contains(b)) {
        return Ok([name.as_bytes(), b"='", value, b"'"].concat());
    }
    bail!("`.env` cannot hold this value: keep it in a file of its own, outside the repository")
}

/// A text with one line more, ended as its lines are.
pub fn with_line(text: &[u8], line: &[u8]) -> Vec<u8> {
    let ending: &[u8] = if memchr::memmem::find(text, b"\r\n").is_some() { b"\r\n" } else { b"\n" };
    let finished = text.is_empty() || text.ends_with(b"\n");
    [text, if finished { b"" } else { ending }, line, ending].concat()
}

/// What a file of variables has for a name.
pub fn value_of<'t>(text: &'t [u8], name: &str) -> Option<&'t [u8]> {
    let lines = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    let lines = lines.map(|line| line.strip_prefix(b"export ").unwrap_or(line));
    let value = lines
        .filter_map(|line| line.strip_prefix(name.as_bytes())?.trim_ascii_start().strip_prefix(b"="))
        .next_back()?;
    let value = value.trim_ascii();
    let inner = |quote: &[u8]| value.strip_prefix(quote).and_then(|value| value.strip_suffix(quote));
    Some(inner(b"'").or_else(|| inner(b"\"")).unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_added_as_the_others_end() {
        assert_eq!(with_line(b"", b"a"), b"a\n");
        assert_eq!(with_line(b"x", b"a"), b"x\na\n");
        assert_eq!(with_line(b"x\r\n", b"a"), b"x\r\na\r\n");
    }

    #[test]
    fn the_last_value_of_a_name_counts() {
        assert_eq!(value_of(b"A=1\nexport A='2'\nAB=3\n", "A"), Some(b"2".as_slice()));
        assert_eq!(value_of(b"#A=1\n", "A"), None);
    }
}
