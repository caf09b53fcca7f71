// The same for a procedural macro, which is always built for the host and its standard library.
