//! Paths as URI references: every byte that is not unreserved is written as `%XX`, so that any path survives.

/// A relative reference; a first segment with a colon would read as a scheme, and is escaped like everything else.
pub fn of(path: &[u8]) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    #[test]
    fn any_path_is_a_uri() {
        assert_eq!(super::of(b"a b/c:\n\xff.py"), "a%20b/c%3A%0A%FF.py");
    }
}
