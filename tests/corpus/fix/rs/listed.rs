// don't panic
fn main() {
    let keys = vec!["@KEY@", "none"];
    let chosen = keys.iter().max_by_key(|key| key.len());
    let optional = Some("@KEY@");
    println!("{chosen:?} {optional:?}");
}
