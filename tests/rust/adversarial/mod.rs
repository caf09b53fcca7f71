//! Hostile and extreme input: broken texts, odd files, paths out of the repository, huge inputs, a full
//! disk. Each run gives the right answer, or an error that names the place. It writes complete files
//! only, and does not hang. [`ground::Ground::run`] checks what holds for every run.

#![cfg(unix)]

mod ground;
mod links;
mod outside;
mod pipes;
mod sizes;
mod texts;
mod unreadable;
mod writes;
