//! The tests that need no Nix. They are one program, because linking one program is faster than linking
//! twenty. Each module tests one command or one part of src; docs/contributing.md lists them.

#[path = "../common/mod.rs"]
mod common;

#[cfg(unix)]
#[path = "../common/comments.rs"]
mod comments;

#[cfg(unix)]
#[path = "../common/markdown.rs"]
mod markdown;

#[cfg(unix)]
#[path = "../generated/workspace/mod.rs"]
mod workspace;

mod adversarial;
mod affected;
mod book;
mod cli;
mod colors;
mod completions;
mod determinism;
mod elsewhere;
mod fuzzing;
mod generated;
mod graph;
mod init;
mod init_flakes;
mod merge;
mod modules;
mod named;
mod oracle;
mod problems;
mod promises;
mod rebuild_schedule;
mod replay;
mod rules;
mod schemas;
mod verify;
mod why;
mod workspaces;
