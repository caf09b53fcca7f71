//! Generated workspaces with random shapes. A seed determines each workspace.

#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod edits;
pub mod manifests;
pub mod plan;
pub mod random;
pub mod sources;

use std::any::Any;
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;

use rayon::prelude::*;

use crate::common::nix::{Workspace, repository};
use crate::common::symlink;
use manifests::{at, top};
use plan::Plan;
use random::{Random, Shape};
use sources::File;

/// One generated workspace, and its source of further random choices.
pub struct Case {
    pub seed: u64,
    pub without: BTreeSet<Shape>,
    pub plan: Plan,
    pub random: Random,
}

impl Case {
    pub fn new(seed: u64, without: &BTreeSet<Shape>) -> Self {
        let mut random = Random::new(seed, without);
        Self {
            seed,
            without: without.clone(),
            plan: plan::plan(&mut random),
            random,
        }
    }

    /// The command that runs this case again.
    pub fn again(&self) -> String {
        let without: Vec<String> = self
            .without
            .iter()
            .map(|shape| format!("{shape:?}"))
            .collect();
        format!(
            "CRATESIEVE_SEED={} CRATESIEVE_WITHOUT={}",
            self.seed,
            without.join(",")
        )
    }

    /// Writes the workspace without cratesieve.json and Cargo.lock.
    pub fn write(&self) -> Workspace {
        let workspace = Workspace::empty(self.plan.root);
        for (path, text) in manifests::manifests(&self.plan) {
            workspace.write(&path, &text);
        }
        for (path, file) in sources::sources(&self.plan) {
            match file {
                File::Text(text) => workspace.write(&path, &text),
                File::Link(target) => {
                    let place = workspace.path(&path);
                    fs::create_dir_all(place.parent().unwrap()).unwrap();
                    symlink(target.as_ref(), place.as_std_path());
                }
            }
        }
        workspace
    }

    /// Writes the workspace with its Cargo.lock.
    pub fn locked(&self) -> Workspace {
        let workspace = self.write();
        let seed = repository().join("tests/generated/third-party/Cargo.lock");
        let lock = workspace.path(&at(top(&self.plan), "Cargo.lock"));
        fs::copy(seed, lock).unwrap();
        lock_again(&workspace);
        workspace
    }
}

/// Lets Cargo update the lock to match the manifests.
pub fn lock_again(workspace: &Workspace) {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--format-version=1"])
        .current_dir(workspace.root())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "Cargo refuses what was generated: {stderr}"
    );
}

/// Tests a property on `number` workspaces, or on that of `CRATESIEVE_SEED`. If it fails, shapes are removed
/// from the workspace one by one, as long as the property still fails.
pub fn for_all(number: u64, property: impl Fn(&mut Case) + Sync) {
    for_all_batches(number, 1, &[], |cases| cases.iter_mut().for_each(&property));
}

/// Tests a property on batches of workspaces, if that is cheaper; without some shapes.
pub fn for_all_batches(
    number: u64,
    size: usize,
    never: &[Shape],
    property: impl Fn(&mut [Case]) + Sync,
) {
    let (seeds, mut without) = wanted(number);
    without.extend(never);
    let failed = seeds
        .par_chunks(size)
        .find_map_first(|seeds| Some((seeds, failure(seeds, &without, &property)?)));
    let Some((seeds, words)) = failed else { return };
    let alone = |seed: &u64| Some((*seed, failure(&[*seed], &without, &property)?));
    let Some((seed, words)) = seeds.iter().find_map(alone) else {
        panic!("it does not hold of the seeds {seeds:?} together\n{words}");
    };
    let (without, words) = simplest(seed, without, words, &property);
    let again = Case::new(seed, &without).again();
    panic!("it does not hold; run it again with {again}\n{words}");
}

/// The seeds to try, and the shapes to leave out.
fn wanted(number: u64) -> (Vec<u64>, BTreeSet<Shape>) {
    let given = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let seeds = match given("CRATESIEVE_SEED") {
        Some(seed) => vec![seed.parse().expect("CRATESIEVE_SEED is a number")],
        None => {
            let from = given("CRATESIEVE_FIRST_SEED").map_or(0, |seed| seed.parse().unwrap());
            let number = given("CRATESIEVE_CASES").map_or(number, |cases| cases.parse().unwrap());
            (from..from + number).collect()
        }
    };
    let without = given("CRATESIEVE_WITHOUT").unwrap_or_default();
    let names: Vec<&str> = without.split(',').filter(|name| !name.is_empty()).collect();
    let without = Shape::ALL
        .into_iter()
        .filter(|shape| names.contains(&format!("{shape:?}").as_str()))
        .collect();
    (seeds, without)
}

fn failure(
    seeds: &[u64],
    without: &BTreeSet<Shape>,
    property: &(impl Fn(&mut [Case]) + Sync),
) -> Option<String> {
    let cases = seeds.iter().map(|seed| Case::new(*seed, without));
    let mut cases: Vec<Case> = cases.collect();
    let outcome = catch_unwind(AssertUnwindSafe(|| property(&mut cases)));
    outcome.err().map(|panic| words(&*panic))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words").to_owned()
}

fn simplest(
    seed: u64,
    mut without: BTreeSet<Shape>,
    mut words: String,
    property: &(impl Fn(&mut [Case]) + Sync),
) -> (BTreeSet<Shape>, String) {
    for shape in Shape::ALL {
        if Case::new(seed, &without).random.taken.contains(&shape) {
            let mut fewer = without.clone();
            fewer.insert(shape);
            if let Some(failure) = failure(&[seed], &fewer, property) {
                (without, words) = (fewer, failure);
            }
        }
    }
    (without, words)
}
