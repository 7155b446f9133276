//! End to end: the built binary under real git.

mod fix;
mod keys;
mod repo;

mod committing;
mod content;
mod layouts;
mod paths;
mod places;
mod uses;
mod verify;
