use std::env;

fn main() {
    let count = env::args().count();
    let token: &str = "@KEY@";
    println!("{count} {token}");
}
