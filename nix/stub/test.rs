// The test of a stub: it makes Cargo compile dev-dependencies.
