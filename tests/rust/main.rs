//! Everything that needs no Nix: one program, so that there is one to link. A module is what belongs to
//! one command or one part of src; docs/contributing.md has a table of them.

#[path = "../common/mod.rs"]
mod common;

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
