fn key(live: bool) -> &'static str {
    if live { "@KEY@" } else { "none" }
}

fn main() {
    println!("{} {}", key(true), key(false).len());
}
