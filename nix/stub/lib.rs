// The library of a stub, whose dependencies are compiled. No real library has this path.
#![cfg_attr(not(test), no_std)]
