//! End to end: the built binary under real git.

mod keys;
mod repo;

mod committing;
mod content;
mod hooks;
mod install;
mod layouts;
mod paths;
mod places;
mod push;
mod server;
mod verify;
