//! A regex of another tool as a rule's: one capture group, the secret.

use regex::bytes::RegexBuilder;
use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{Ast, Group, GroupKind};

use super::Rule;
use crate::rules::syntax::KeyForm;

/// The same regex with one group left: the named one, else the first; around everything if there is none.
pub fn with_one_group(regex: &str, wanted: usize) -> Option<String> {
    let ast = Parser::new().parse(regex).ok()?;
    let mut groups = Vec::new();
    collect(&ast, &mut groups);
    if groups.is_empty() {
        return Some(format!("({regex})"));
    }
    let mut text = regex.to_owned();
    // From the end, so that what is in front stays where it is.
    groups.sort_by_key(|group| std::cmp::Reverse(group.span.start.offset));
    let count = groups.len();
    for (behind, group) in groups.iter().enumerate() {
        let opens = group.span.start.offset..group.ast.span().start.offset;
        let kept = count - behind == wanted.max(1);
        text.replace_range(opens, if kept { "(" } else { "(?:" });
    }
    Some(text)
}

fn collect<'a>(ast: &'a Ast, groups: &mut Vec<&'a Group>) {
    match ast {
        Ast::Group(group) => {
            if !matches!(group.kind, GroupKind::NonCapturing(_)) {
                groups.push(group);
            }
            collect(&group.ast, groups);
        }
        Ast::Concat(parts) => parts.asts.iter().for_each(|part| collect(part, groups)),
        Ast::Alternation(parts) => parts.asts.iter().for_each(|part| collect(part, groups)),
        Ast::Repetition(repeated) => collect(&repeated.ast, groups),
        _ => {}
    }
}

/// The rule if keystop takes it, with the keywords only where it needs them; else why not.
pub fn checked(mut rule: Rule) -> Result<Rule, String> {
    let keywords = std::mem::take(&mut rule.keywords);
    let first = judge(&rule);
    if first.as_ref().is_err_and(|why| why.contains("name `keywords`")) {
        rule.keywords = keywords.into_iter().map(|word| word.to_ascii_lowercase()).filter(|w| w.len() >= 3).collect();
        return judge(&rule).map(|()| rule);
    }
    first.map(|()| rule)
}

fn judge(rule: &Rule) -> Result<(), String> {
    #[derive(serde::Deserialize)]
    struct Form {
        rule: Vec<KeyForm>,
    }
    let form: Form = toml::from_str(&rule.to_toml()).map_err(|_| "it cannot be written down".to_owned())?;
    for form in &form.rule {
        form.derive()?;
    }
    let built = RegexBuilder::new(&rule.regex).unicode(false).build();
    built.map(drop).map_err(|_| "the regex is too large".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_group_stays() {
        assert_eq!(with_one_group("abc", 0).unwrap(), "(abc)");
        assert_eq!(with_one_group("a(b)(c)", 0).unwrap(), "a(b)(?:c)");
        assert_eq!(with_one_group("a(b(c))", 2).unwrap(), "a(?:b(c))");
        assert_eq!(with_one_group("(?i)a(?P<key>b)(?:c)", 1).unwrap(), "(?i)a(b)(?:c)");
        assert_eq!(with_one_group("a(", 0), None);
    }
}
