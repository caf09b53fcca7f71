// The library of a crate whose dependencies are being compiled. No real crate's source lies here.
#![cfg_attr(not(test), no_std)]
