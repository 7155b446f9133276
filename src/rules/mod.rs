//! Rules: one kind of key each, one file per provider under `catalogue/`.
//!
//! The build script reads the catalogue, rejects a bad rule by file and id, and writes what the scanner needs as static
//! tables, so that nothing is parsed when git waits. The texts of a provider's page stay in its file, which is embedded
//! as it is and read only when a finding has to be explained.

pub mod checksum;
pub mod example;
pub mod literal;
pub mod page;
pub mod prefilter;
mod rule;
pub mod syntax;

pub use literal::Opens;
pub use page::{Page, pages};
pub use prefilter::{Hit, Prefilter, begins_word};
pub use rule::{Near, Part, Rule, Shape};
pub use syntax::{Announced, Confidence, Severity, Structure};

use std::borrow::Cow;

/// The built-in rules and the prefilter that wakes them.
pub fn builtin() -> (&'static [Rule], &'static Prefilter) {
    (&generated::RULES, &generated::PREFILTER)
}

/// The providers' files as they are, sorted by provider.
pub(crate) fn embedded() -> &'static [(&'static str, &'static str)] {
    &generated::FILES
}

#[allow(unused_imports, reason = "what an empty catalogue does not name")]
mod generated {
    use super::checksum::Checksum;
    use super::prefilter::Stands::{Anywhere, Unjoined, Word};
    use super::prefilter::{Entry, Slot};
    use super::{Announced, Confidence, Cow, Near, Opens, Part, Prefilter, Rule, Severity, Shape, Structure};

    include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));
}
