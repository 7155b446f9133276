//! The forms in which one secret may stand somewhere: as it is, base64, URL-encoded, UTF-16. Found, and hidden.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};
use memchr::memmem::Finder;

use crate::secret::Secret;

/// Shorter texts stand in too many places by chance.
const SHORTEST: usize = 6;

/// How a secret is written in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    Exact,
    Base64,
    UrlEncoded,
    Utf16,
}

impl Form {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Base64 => "base64",
            Self::UrlEncoded => "url-encoded",
            Self::Utf16 => "utf-16",
        }
    }
}

/// Everything to look for, ready to be searched with.
pub struct Forms {
    finders: Vec<(Form, Finder<'static>)>,
    longest: usize,
    /// What is shown in place of any of them.
    preview: String,
}

impl Forms {
    /// The forms of a secret; none if it is too short to be told from chance.
    pub fn of(secret: &Secret, preview: &str) -> Option<Self> {
        let bytes = telling(secret.expose());
        if bytes.len() < SHORTEST {
            return None;
        }
        let mut all = vec![(Form::Exact, bytes.to_vec())];
        all.extend(base64(bytes).into_iter().map(|text| (Form::Base64, text)));
        all.extend(url_encoded(bytes).into_iter().map(|text| (Form::UrlEncoded, text)));
        all.extend(utf16(bytes).into_iter().map(|text| (Form::Utf16, text)));
        let mut needles: Vec<(Form, Vec<u8>)> = Vec::new();
        for (form, text) in all {
            if text.len() >= SHORTEST && needles.iter().all(|(_, known)| *known != text) {
                needles.push((form, text));
            }
        }
        let longest = needles.iter().map(|(_, text)| text.len()).max().unwrap_or(0);
        let finders = needles.into_iter().map(|(form, text)| (form, Finder::new(&text).into_owned())).collect();
        Some(Self { finders, longest, preview: preview.to_owned() })
    }

    /// The first form, in the order of this file, that stands in `text`.
    pub fn find(&self, text: &[u8]) -> Option<Form> {
        self.finders.iter().find(|(_, finder)| finder.find(text).is_some()).map(|(form, _)| *form)
    }

    /// Every place in `text`: its form and where it begins, in the order of the text.
    pub fn find_all(&self, text: &[u8]) -> Vec<(Form, usize)> {
        let places = self.finders.iter().flat_map(|(form, finder)| finder.find_iter(text).map(|at| (*form, at)));
        let mut places: Vec<(Form, usize)> = places.collect();
        places.sort_by_key(|(form, at)| (*at, *form));
        places
    }

    /// `text` with every form replaced by the public prefix and the length: names of files and refs can hold a key.
    pub fn hide(&self, text: &[u8]) -> Vec<u8> {
        let mut hidden = text.to_vec();
        for (_, finder) in &self.finders {
            while let Some(at) = finder.find(&hidden) {
                hidden.splice(at..at + finder.needle().len(), self.preview.bytes());
            }
        }
        hidden
    }

    /// A search through a text that comes in pieces.
    pub fn stream(&self) -> Stream<'_> {
        Stream { forms: self, carry: Vec::new(), found: None }
    }
}

/// A search through a text that comes in pieces; what may be the beginning of a form is carried over.
pub struct Stream<'f> {
    forms: &'f Forms,
    carry: Vec<u8>,
    found: Option<Form>,
}

impl Stream<'_> {
    pub fn take(&mut self, piece: &[u8]) {
        if self.found.is_some() {
            return;
        }
        // Only the seam is copied: most of a piece is searched where it is.
        let overlap = self.forms.longest - 1;
        if !self.carry.is_empty() {
            self.carry.extend_from_slice(&piece[..piece.len().min(overlap)]);
            self.found = self.forms.find(&self.carry);
        }
        self.found = self.found.or_else(|| self.forms.find(piece));
        if piece.len() >= overlap {
            self.carry = piece[piece.len() - overlap..].to_vec();
        } else {
            let kept = if self.carry.is_empty() { piece } else { &self.carry };
            self.carry = kept[kept.len().saturating_sub(overlap)..].to_vec();
        }
    }

    pub fn finish(self) -> Option<Form> {
        self.found
    }
}

/// What identifies a secret of several lines wherever it is indented or joined: its longest line.
fn telling(secret: &[u8]) -> &[u8] {
    let lines = secret.split(|b| matches!(b, b'\n' | b'\r')).map(<[u8]>::trim_ascii);
    lines.rev().max_by_key(|line| line.len()).unwrap_or_default()
}

/// The characters that depend on nothing but the secret, in each of the three alignments and both alphabets.
fn base64(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut texts = Vec::new();
    for before in 0..3 {
        let padded = [&[0_u8; 2][..before], secret].concat();
        let own = (before * 8).div_ceil(6)..padded.len() * 8 / 6;
        for alphabet in [&BASE64_NOPAD, &BASE64URL_NOPAD] {
            texts.push(alphabet.encode(&padded).into_bytes()[own.clone()].to_vec());
        }
    }
    texts
}

/// Percent-encoding as browsers, forms and servers write it: what is kept differs, and the case of the digits.
fn url_encoded(secret: &[u8]) -> Vec<Vec<u8>> {
    const KEPT: [&[u8]; 3] = [b"-_.~", b"-_.!~*'()", b"-_.~/"];
    let encode = |kept: &[u8], upper: bool| {
        let mut text = Vec::with_capacity(secret.len());
        for byte in secret {
            if byte.is_ascii_alphanumeric() || kept.contains(byte) {
                text.push(*byte);
            } else {
                let hex = if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
                text.extend_from_slice(hex.as_bytes());
            }
        }
        text
    };
    KEPT.iter().flat_map(|kept| [encode(kept, true), encode(kept, false)]).collect()
}

/// UTF-16 of either byte order; for ASCII the bytes between the first and the last are those of both.
fn utf16(secret: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = std::str::from_utf8(secret) else { return Vec::new() };
    if text.is_ascii() {
        let mut units: Vec<u8> = text.bytes().flat_map(|byte| [byte, 0]).collect();
        units.pop();
        return vec![units];
    }
    let units = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect();
    vec![units(u16::to_le_bytes), units(u16::to_be_bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64;

    fn forms(secret: &str) -> Forms {
        Forms::of(&Secret::new(secret.as_bytes()), "(hidden)").unwrap()
    }

    #[test]
    fn base64_is_found_whatever_stands_before_and_after() {
        let forms = forms("k/9+Zq~7Xw_v");
        for before in 0..7 {
            for after in 0..4 {
                let text = format!("{}k/9+Zq~7Xw_v{}", "u".repeat(before), "é".repeat(after));
                assert_eq!(forms.find(BASE64.encode(text.as_bytes()).as_bytes()), Some(Form::Base64), "{text}");
            }
        }
    }

    #[test]
    fn other_forms_are_told_apart() {
        let forms = forms("k/9+Zq~7Xw_v");
        assert_eq!(forms.find(b"a k/9+Zq~7Xw_v b"), Some(Form::Exact));
        assert_eq!(forms.find(b"?k=k%2F9%2BZq~7Xw_v&"), Some(Form::UrlEncoded));
        assert_eq!(forms.find(b"?k=k%2f9%2bZq~7Xw_v&"), Some(Form::UrlEncoded));
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let text: Vec<u8> = "x k/9+Zq~7Xw_v".encode_utf16().flat_map(bytes).collect();
            assert_eq!(forms.find(&text), Some(Form::Utf16));
        }
        assert_eq!(forms.find(b"k/9+Zq~7Xw_"), None);
    }

    #[test]
    fn pieces_are_searched_across_their_seams() {
        let forms = forms("abcdefghij");
        let text = b"--------------------abcdefghij--------------------";
        for size in 1..text.len() {
            let mut stream = forms.stream();
            text.chunks(size).for_each(|piece| stream.take(piece));
            assert_eq!(stream.finish(), Some(Form::Exact), "{size}");
        }
    }

    #[test]
    fn no_form_is_left_in_a_name() {
        let forms = forms("abcdefghij");
        assert_eq!(forms.hide(b"x/abcdefghij.txt"), b"x/(hidden).txt");
    }

    #[test]
    fn a_secret_of_several_lines_is_its_longest_line() {
        let forms = forms("-----BEGIN X-----\nQUJDREVGR0hJSktMTU5PUFFSU1RVVldY\n-----END X-----\n");
        assert_eq!(forms.find(b"key: |\n    QUJDREVGR0hJSktMTU5PUFFSU1RVVldY\n"), Some(Form::Exact));
        assert!(Forms::of(&Secret::new(b"abc"), "").is_none());
    }
}
