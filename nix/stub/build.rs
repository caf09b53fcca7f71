// Makes Cargo compile build-dependencies. No real crate's build script lies here.
fn main() {}
