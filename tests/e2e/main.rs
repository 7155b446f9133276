//! End to end: the built binary under real git.

mod fix;
mod keys;
mod repo;

mod bad_input;
mod committing;
mod content;
mod five_keys;
mod hooks;
mod install;
mod layouts;
mod paths;
mod places;
mod push;
mod server;
mod uses;
mod verify;
