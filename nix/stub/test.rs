// Makes Cargo compile what the tests of a crate depend on.
