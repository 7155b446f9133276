//! keystop

pub mod advice;
pub mod allow;
pub mod cli;
pub mod commands;
pub mod config;
pub mod exit;
pub mod files;
pub mod finding;
pub mod git;
pub mod hunk;
pub mod remedy;
pub mod report;
pub mod rules;
pub mod scan;
pub mod secret;
pub mod text;
