// An empty build script: it makes Cargo compile build-dependencies. No real build script has this path.
fn main() {}
