//! Line numbers: those of `git diff`, whatever was edited.

use std::collections::BTreeSet;

use keystop::git::added_lines;

use crate::repo::TestRepo;

/// A generator of edits; the same seed gives the same ones.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit
    }

    /// A text of few different lines, so that there is much to confuse, with any end.
    fn text(&mut self) -> Vec<String> {
        let lines = self.below(40);
        (0..lines).map(|_| format!("line {}", self.below(6))).collect()
    }

    fn edit(&mut self, lines: &[String]) -> Vec<String> {
        let mut lines = lines.to_vec();
        for _ in 0..1 + self.below(5) {
            let at = self.below(lines.len() + 1);
            match self.below(3) {
                0 => lines.insert(at, format!("line {}", self.below(6))),
                1 if at < lines.len() => drop(lines.remove(at)),
                _ if at < lines.len() => lines[at] = format!("changed {}", self.below(6)),
                _ => {}
            }
        }
        lines
    }

    fn join(&mut self, lines: &[String]) -> String {
        let end = if self.below(3) == 0 { "" } else { "\n" };
        lines.join("\n") + if lines.is_empty() { "" } else { end }
    }
}

/// The added lines of every file, as `git diff -U0` tells them.
fn as_git_tells(repo: &TestRepo) -> Vec<(String, BTreeSet<u32>)> {
    let diff = repo.git(&["diff", "--cached", "-U0", "--no-indent-heuristic", "--no-prefix"]).ok().stdout;
    let mut files: Vec<(String, BTreeSet<u32>)> = Vec::new();
    for line in diff.lines() {
        if let Some(path) = line.strip_prefix("+++ ") {
            files.push((path.to_owned(), BTreeSet::new()));
        }
        let Some(range) = line.strip_prefix("@@ ").and_then(|hunk| hunk.split('+').nth(1)) else { continue };
        let range = range.split(' ').next().expect("a range ends in a blank");
        let (start, count) = range.split_once(',').unwrap_or((range, "1"));
        let (start, count): (u32, u32) = (start.parse().expect("a number"), count.parse().expect("a number"));
        files.last_mut().expect("a file comes before its hunks").1.extend(start..start + count);
    }
    files
}

#[test]
fn added_lines_are_those_that_git_diff_tells() {
    let repo = TestRepo::new();
    let mut random = Random(3);
    let texts: Vec<(String, String, String)> = (100..400)
        .map(|number| {
            let old = random.text();
            let new = random.edit(&old);
            (format!("f{number}.txt"), random.join(&old), random.join(&new))
        })
        .collect();
    for (path, old, _) in &texts {
        repo.write(path, old);
    }
    repo.git(&["add", "."]).ok();
    repo.git(&["commit", "-q", "--no-verify", "-m", "old"]).ok();
    for (path, _, new) in &texts {
        repo.write(path, new);
    }
    repo.git(&["add", "."]).ok();
    let mut told = 0;
    for (path, lines) in as_git_tells(&repo) {
        let (_, old, new) = texts.iter().find(|(name, ..)| *name == path).expect("a file we wrote");
        let own: BTreeSet<u32> = added_lines(old.as_bytes(), new.as_bytes()).into_iter().flatten().collect();
        // Of equal lines, either may be called the added one: the number of them, and what they say, is the same.
        let said = |numbers: &BTreeSet<u32>| {
            let mut lines: Vec<&str> =
                numbers.iter().map(|n| new.lines().nth(*n as usize - 1).expect("it exists")).collect();
            lines.sort_unstable();
            lines.into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(said(&own), said(&lines), "{path}: {own:?} {lines:?}\n--- old\n{old}\n--- new\n{new}");
        told += 1;
    }
    assert!(told > 200, "{told} files");
}

#[test]
fn a_finding_has_the_line_and_column_of_an_editor() {
    let repo = TestRepo::new();
    let filler: String = (1..=60).map(|line| format!("line {line}\n")).collect();
    repo.commit_unseen("app.py", &filler);
    let mut lines: Vec<String> = filler.lines().map(str::to_owned).collect();
    lines.insert(10, "inserted".into());
    lines.remove(3);
    for at in [20, 45] {
        lines.insert(at, format!("é = '{}'", crate::keys::numbered("sk_live_{alnum:24}", at as u64)));
    }
    repo.stage("app.py", lines.join("\n"));
    let found: serde_json::Value =
        serde_json::from_str(&repo.keystop(&["scan", "--staged", "--format", "json"]).stdout).expect("it is JSON");
    let places: Vec<(u64, u64, u64)> = found["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| {
            let number = |position: &str, field: &str| finding[position][field].as_u64().expect("a number");
            (number("start", "line"), number("start", "column"), number("end", "column"))
        })
        .collect();
    assert_eq!(places, [(21, 7, 39), (46, 7, 39)], "columns count bytes, and the end is exclusive");
}
