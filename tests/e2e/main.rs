//! End to end: the built binary under real git.

mod fix;
mod keys;
mod repo;

mod bad_input;
mod committing;
mod content;
mod five_keys;
mod layouts;
mod paths;
mod places;
mod uses;
mod verify;
