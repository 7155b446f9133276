//! Path patterns of other tools as globs; `*` of a glob goes over slashes, as `.*` does.

use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{self, Ast};

/// Alternatives that one pattern may be written out to.
const MOST: usize = 64;

/// A regex over paths, which may match anywhere, as globs over whole paths; none where that cannot be said exactly.
pub fn from_regex(regex: &str) -> Option<Vec<String>> {
    let ast = Parser::new().parse(regex).ok()?;
    let mut globs = Vec::new();
    for top in alternatives(&ast) {
        let parts = sequence(top);
        let starts = matches!(parts.first(), Some(Ast::Assertion(at)) if is_start(&at.kind));
        let ends = matches!(parts.last(), Some(Ast::Assertion(at)) if is_end(&at.kind));
        let inner = &parts[usize::from(starts)..parts.len().checked_sub(usize::from(ends))?];
        let open = |open: bool| if open { "*" } else { "" };
        globs.extend(all(inner)?.iter().map(|glob| format!("{}{glob}{}", open(!starts), open(!ends))));
    }
    globs.iter_mut().for_each(|glob| *glob = squeezed(glob));
    (globs.len() <= MOST && globs.iter().all(|glob| !glob.is_empty())).then_some(globs)
}

/// A pattern as gitignore has it: without a slash in front it may begin in any folder.
pub fn from_gitignore(pattern: &str) -> Vec<String> {
    let pattern = if pattern.ends_with('/') { format!("{pattern}**") } else { pattern.to_owned() };
    match pattern.strip_prefix('/') {
        Some(rooted) => vec![rooted.to_owned()],
        None if pattern.starts_with("**") => vec![pattern],
        None => vec![format!("**/{pattern}"), pattern],
    }
}

fn alternatives(ast: &Ast) -> Vec<&Ast> {
    match ast {
        Ast::Alternation(all) => all.asts.iter().flat_map(alternatives).collect(),
        Ast::Group(group) => match &*group.ast {
            inner @ Ast::Alternation(_) => alternatives(inner),
            _ => vec![ast],
        },
        one => vec![one],
    }
}

fn sequence(ast: &Ast) -> Vec<&Ast> {
    match ast {
        Ast::Concat(parts) => parts.asts.iter().collect(),
        Ast::Empty(_) => Vec::new(),
        one => vec![one],
    }
}

fn is_start(kind: &ast::AssertionKind) -> bool {
    matches!(kind, ast::AssertionKind::StartLine | ast::AssertionKind::StartText)
}

fn is_end(kind: &ast::AssertionKind) -> bool {
    matches!(kind, ast::AssertionKind::EndLine | ast::AssertionKind::EndText)
}

/// Every way to write a sequence.
fn all(parts: &[&Ast]) -> Option<Vec<String>> {
    let mut heads = vec![String::new()];
    for part in parts {
        let tails = one(part)?;
        heads = heads.iter().flat_map(|head| tails.iter().map(move |tail| format!("{head}{tail}"))).collect();
        if heads.len() > MOST {
            return None;
        }
    }
    Some(heads)
}

fn one(ast: &Ast) -> Option<Vec<String>> {
    match ast {
        Ast::Empty(_) => Some(vec![String::new()]),
        Ast::Literal(literal) => Some(vec![escaped(literal.c)]),
        Ast::Dot(_) => Some(vec!["?".to_owned()]),
        Ast::Group(group) => one(&group.ast),
        Ast::Concat(parts) => all(&parts.asts.iter().collect::<Vec<_>>()),
        Ast::Alternation(parts) => {
            let lists: Option<Vec<_>> = parts.asts.iter().map(one).collect();
            Some(lists?.concat())
        }
        Ast::Repetition(repeated) => repetition(repeated),
        Ast::ClassBracketed(_) | Ast::ClassPerl(_) => class(ast).map(|class| vec![class]),
        // Flags, and assertions in the middle.
        _ => None,
    }
}

fn repetition(repeated: &ast::Repetition) -> Option<Vec<String>> {
    use ast::RepetitionKind::{OneOrMore, ZeroOrMore, ZeroOrOne};
    match (&*repeated.ast, &repeated.op.kind) {
        (Ast::Dot(_), ZeroOrMore) => Some(vec!["*".to_owned()]),
        (Ast::Dot(_), OneOrMore) => Some(vec!["?*".to_owned()]),
        (inner, ZeroOrOne) => Some([vec![String::new()], one(inner)?].concat()),
        // Of anything else a glob knows no repetition.
        _ => None,
    }
}

/// A class of literals and ranges, as a glob has them too.
fn class(ast: &Ast) -> Option<String> {
    let Ast::ClassBracketed(bracketed) = ast else {
        return matches!(ast, Ast::ClassPerl(class) if class.kind == ast::ClassPerlKind::Digit && !class.negated)
            .then(|| "[0-9]".to_owned());
    };
    let ast::ClassSet::Item(item) = &bracketed.kind else { return None };
    let items = match item {
        ast::ClassSetItem::Union(union) => union.items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut text = String::from(if bracketed.negated { "[!" } else { "[" });
    for item in items {
        match item {
            ast::ClassSetItem::Literal(literal) if literal.c.is_ascii_alphanumeric() || "._".contains(literal.c) => {
                text.push(literal.c);
            }
            ast::ClassSetItem::Range(range) => text.extend([range.start.c, '-', range.end.c]),
            _ => return None,
        }
    }
    text.push(']');
    Some(text)
}

fn escaped(c: char) -> String {
    if "*?[]{}!\\".contains(c) { format!("[{c}]") } else { c.to_string() }
}

/// `**` would mean folders.
fn squeezed(glob: &str) -> String {
    let mut text = glob.to_owned();
    while text.contains("**") {
        text = text.replace("**", "*");
    }
    text
}

#[cfg(test)]
mod tests {
    use globset::Glob;
    use regex::Regex;

    use super::*;

    const PATHS: &[&str] = &[
        "gitleaks.toml",
        "a/gitleaks.toml",
        "gitleaks.toml.old",
        "tests/a.py",
        "src/tests/a.py",
        "vendor/x",
        "a/vendor/x",
        "logo.png",
        "a.jpeg",
        "a.jpg",
        "go.sum",
        "go.mod",
        "goXsum",
        "node_modules/a/b.js",
        "a1.txt",
        "ab.txt",
        "poetry.lock",
        "x*y",
        "package-lock.json",
    ];

    #[test]
    fn a_glob_matches_what_the_regex_matches() {
        for regex in [
            r"gitleaks\.toml",
            r"^gitleaks\.toml$",
            r"(.*?)(jpe?g|gif|png)$",
            r"^tests/",
            r"tests/.*\.py$",
            r"go\.(mod|sum)$",
            r"(^|/)vendor/",
            r"^vendor/.*|^tests/",
            r"(?:package-lock\.json|poetry\.lock)$",
            r"a[0-9]\.txt",
            r"a\d\.txt$",
            r"node_modules/.+",
            r"x\*y",
            r".*",
        ] {
            let known = Regex::new(regex).unwrap();
            let Some(globs) = from_regex(regex) else {
                assert_eq!(regex, r"(^|/)vendor/", "only an assertion in the middle cannot be said");
                continue;
            };
            let globs: Vec<_> = globs.iter().map(|glob| Glob::new(glob).unwrap().compile_matcher()).collect();
            for path in PATHS {
                assert_eq!(globs.iter().any(|glob| glob.is_match(path)), known.is_match(path), "{regex} {path}");
            }
        }
        assert_eq!(from_regex("[a-z]+/x"), None);
        assert_eq!(from_regex("(?i)README"), None);
    }

    #[test]
    fn a_gitignore_pattern_begins_in_any_folder() {
        for (pattern, path, matches) in [
            ("docs/**", "docs/a.md", true),
            ("docs/**", "a/docs/a.md", true),
            ("/docs/**", "a/docs/a.md", false),
            ("**/*.md", "a.md", true),
            ("docs/", "docs/a/b", true),
            ("a.sh", "b/a.sh", true),
            ("a.sh", "ba.sh", false),
        ] {
            let globs: Vec<_> =
                from_gitignore(pattern).iter().map(|glob| Glob::new(glob).unwrap().compile_matcher()).collect();
            assert_eq!(globs.iter().any(|glob| glob.is_match(path)), matches, "{pattern} {path}");
        }
    }
}
