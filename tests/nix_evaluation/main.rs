//! Evaluation of the Nix library, without building: which derivations change, what they are made from,
//! and which errors there are.

#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;

#[path = "../common/markdown.rs"]
mod markdown;

#[path = "../generated/workspace/mod.rs"]
mod workspace;

mod agreement;
mod arguments;
mod book;
mod changed_crate;
mod changed_sources;
mod changed_workspace;
mod contents;
mod documentation;
mod edits;
mod flake_module;
mod functions;
mod generated;
mod inputs;
mod laziness;
mod nine_tests;
mod options;
mod outputs;
mod plans;
mod rewrite_cases;
mod rewriting;
mod snapshot;
mod throws;
