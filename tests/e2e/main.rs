//! End to end: the built binary under real git.

mod fix;
mod fix_corpus;
mod fix_store;
mod keys;
mod repo;

mod bad_input;
mod baseline;
mod check;
mod committing;
mod config;
mod content;
mod decisions;
mod five_keys;
mod formats;
mod history;
mod hooks;
mod import;
mod install;
mod layouts;
mod lines;
mod managers;
mod messages;
mod page;
mod paths;
mod places;
mod push;
mod range;
mod schemas;
mod server;
mod snippets;
mod stages;
mod tree;
mod uses;
mod verify;
mod watching;
