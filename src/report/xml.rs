//! Text as XML 1.0 takes it, in content and in attributes.

/// Escapes markup, keeps line breaks in attributes, and replaces what XML cannot hold at all.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push_str(&format!("&#{};", c as u32)),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_leaves_its_attribute() {
        assert_eq!(super::escape("a\"<b>&\n\u{1}"), "a&quot;&lt;b&gt;&amp;&#10;\u{fffd}");
    }
}
