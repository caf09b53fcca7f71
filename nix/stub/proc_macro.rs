// The library of a stub that is a procedural macro. It is always built for the host.
