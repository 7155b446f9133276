//! Keys for tests, made from shapes when a test runs: none stands in the repository.

use keystop::rules::example;

/// A key of a shape; the same shape gives the same key.
pub fn key(template: &str) -> String {
    numbered(template, 1)
}

/// One of many keys of a shape.
pub fn numbered(template: &str, seed: u64) -> String {
    example::expand(template, seed).expect("the shape is right").text
}

/// A GitHub token with a right checksum, and an AWS pair: what most tests try to commit.
pub fn secrets() -> String {
    format!("{}\n{}\n", github_line(), aws_lines())
}

pub fn github_token() -> String {
    key("ghp_{alnum:30}{check:github}")
}

/// A line of settings with the token in it.
pub fn github_line() -> String {
    format!("GITHUB_TOKEN = \"{}\"", github_token())
}

pub fn aws_lines() -> String {
    key("AWS_ACCESS_KEY_ID = \"AKIA{base32:16}\"\nAWS_SECRET_ACCESS_KEY = \"{base64:40}\"")
}

/// Clean lines.
pub fn code(lines: usize) -> String {
    (1..=lines).map(|line| format!("total_{line} = price_{line} * quantity_{line}\n")).collect()
}
