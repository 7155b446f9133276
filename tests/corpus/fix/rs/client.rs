//! It's a client.

use std::collections::BTreeMap;
use std::fmt::{
    self,
    Display,
};

struct Client<'a> {
    key: &'a str,
}

impl Display for Client<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bearer {}", self.key)
    }
}

fn main() {
    let client = Client { key: "@KEY@" };
    let headers = BTreeMap::from([("Authorization", client.to_string())]);
    println!("{headers:?}");
}
