//! What nobody means well by: broken texts, odd things in the tree, ways out of it, too much of
//! anything, a disk that is full. Each gets a right answer, or an error that names the place; nothing
//! is written by half, and nothing is waited for in vain. See [`ground::Ground::run`] for what holds of
//! every run.

#![cfg(unix)]

mod ground;
mod links;
mod outside;
mod pipes;
mod sizes;
mod texts;
mod unreadable;
mod writes;
