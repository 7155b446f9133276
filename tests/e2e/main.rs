//! End to end: the built binary under real git.

mod keys;
mod repo;

mod committing;
mod content;
mod formats;
mod layouts;
mod paths;
mod places;
mod verify;
