//! `.gitleaksignore`: places, as `commit:path:rule:line` or `path:rule:line`.

use super::{Imported, Place};

pub fn read(source: &str) -> Imported {
    let mut imported = Imported::default();
    let lines = source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut unknown = 0;
    for line in lines {
        match place(line) {
            Some(place) => imported.places.push(place),
            None => unknown += 1,
        }
    }
    if unknown > 0 {
        imported.leave(format!("{unknown} lines that are no place of a finding"));
    }
    imported
}

fn place(line: &str) -> Option<Place> {
    let (rest, line) = line.rsplit_once(':')?;
    let (path, _rule) = rest.rsplit_once(':')?;
    let line = line.parse().ok()?;
    let is_commit = |word: &str| word.len() >= 7 && word.bytes().all(|b| b.is_ascii_hexdigit());
    match path.split_once(':') {
        Some((commit, path)) if is_commit(commit) => {
            Some(Place { commit: Some(commit.to_owned()), path: path.to_owned(), line })
        }
        _ => Some(Place { commit: None, path: path.to_owned(), line }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_may_be_of_a_commit() {
        let of = |commit: Option<&str>, path: &str, line| {
            Some(Place { commit: commit.map(str::to_owned), path: path.to_owned(), line })
        };
        let id = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(place(&format!("{id}:a/b.py:aws-access-token:12")), of(Some(id), "a/b.py", 12));
        assert_eq!(place("a/b.py:generic-api-key:3"), of(None, "a/b.py", 3));
        assert_eq!(place("a.py|rule|0123"), None);
    }
}
