//! End to end: the built binary under real git.

mod keys;
mod repo;

mod bad_input;
mod committing;
mod content;
mod decisions;
mod five_keys;
mod layouts;
mod lines;
mod messages;
mod paths;
mod places;
mod verify;
