//! End to end: the built binary under real git.

mod fix;
mod fix_corpus;
mod keys;
mod repo;

mod bad_input;
mod check;
mod committing;
mod content;
mod decisions;
mod five_keys;
mod formats;
mod history;
mod hooks;
mod install;
mod layouts;
mod lines;
mod messages;
mod page;
mod paths;
mod places;
mod push;
mod range;
mod server;
mod tree;
mod uses;
mod verify;
