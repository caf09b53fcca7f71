//! How a crate comes to depend on another one, or on a third-party package: the names of a chain.

use super::state::State;
use crate::chain::{self, Step};
use crate::rewrite::read_lock::Lock;
use crate::source::Role;

/// The shortest chain to a crate: of path dependencies, without dev-dependencies if there is one,
/// or else by way of the lock.
pub fn to_crate(state: &State<'_>, name: &str, role: Role, to: &str) -> Option<Vec<String>> {
    let graph = &state.analysis.graph;
    let none = Lock::default();
    let lock = state.sources.read.lock.as_ref().unwrap_or(&none);
    let tests = role == Role::Test;
    let steps = chain::by_paths(graph, name, to, false)
        .or_else(|| chain::by_paths(graph, name, to, tests))
        .or_else(|| lock.chain(graph, name, to, false))
        .or_else(|| lock.chain(graph, name, to, tests))?;
    Some(names(lock, name, &steps))
}

/// The shortest chain to what depends on a third-party package, which is not part of it.
pub fn to_package(state: &State<'_>, name: &str, role: Role, package: &str) -> Option<Vec<String>> {
    let graph = &state.analysis.graph;
    let lock = state.sources.read.lock.as_ref()?;
    let chain = |tests| lock.chain_to_package(graph, name, package, tests);
    let mut steps = chain(false).or_else(|| chain(role == Role::Test))?;
    steps.pop();
    Some(names(lock, name, &steps))
}

fn names(lock: &Lock, first: &str, steps: &[Step<'_>]) -> Vec<String> {
    let others = steps.iter().map(|step| lock.name(step.to));
    std::iter::once(first)
        .chain(others)
        .map(str::to_owned)
        .collect()
}
