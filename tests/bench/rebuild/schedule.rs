//! Simulates the measured jobs on another number of cores, with list scheduling.
//!
//! A job (a derivation, or a command of Cargo) is a chain: its work before the first compiler call, its
//! calls, and the rest. A call waits for the calls in its job whose output it reads. With `pipelining`
//! it waits only for their metadata, if that is enough. Each task takes one core for the processor time
//! that it took. Work between calls takes the shorter of processor time and elapsed time. Code generation
//! and documentation tests can use up to [`PIECES`] cores. As many jobs run as there are cores. Among
//! tasks that can start, the one with the longest path behind it starts first.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::calls::{Call, Job, Kind};

/// The largest number of code generation units into which rustc divides a crate.
const PIECES: usize = 16;
/// Shorter work is not divided.
const PIECE_SECONDS: f64 = 0.5;

/// A piece of work for one core.
struct Task {
    seconds: f64,
    job: usize,
    /// The tasks that wait for it.
    before: Vec<usize>,
    waits_for: usize,
}

#[derive(Default)]
struct Plan {
    tasks: Vec<Task>,
}

impl Plan {
    fn add(&mut self, job: usize, seconds: f64, after: &[usize]) -> usize {
        let task = self.tasks.len();
        self.tasks.push(Task {
            seconds,
            job,
            before: Vec::new(),
            waits_for: after.len(),
        });
        for &earlier in after {
            self.tasks[earlier].before.push(task);
        }
        task
    }

    /// Adds work that several cores can share. Returns its last task.
    fn add_divisible(&mut self, job: usize, seconds: f64, after: &[usize]) -> usize {
        let pieces = ((seconds / PIECE_SECONDS) as usize).clamp(1, PIECES);
        if pieces == 1 {
            return self.add(job, seconds, after);
        }
        let share = seconds / pieces as f64;
        let parts: Vec<usize> = (0..pieces).map(|_| self.add(job, share, after)).collect();
        self.add(job, 0.0, &parts)
    }
}

/// Seconds until all jobs are done.
pub fn simulate(jobs: &[Job], cores: usize, pipelining: bool) -> f64 {
    let mut plan = Plan::default();
    let mut starts = vec![0; jobs.len()];
    let mut ends = vec![usize::MAX; jobs.len()];
    for job in in_order(jobs) {
        let after: Vec<usize> = jobs[job].after.iter().map(|&other| ends[other]).collect();
        (starts[job], ends[job]) = add_job(&mut plan, job, &jobs[job], &after, pipelining);
    }
    run(&plan.tasks, &starts, &ends, cores)
}

/// The jobs in an order in which each comes after those that it waits for.
fn in_order(jobs: &[Job]) -> Vec<usize> {
    fn visit(job: usize, jobs: &[Job], seen: &mut BTreeSet<usize>, order: &mut Vec<usize>) {
        if seen.insert(job) {
            for &other in &jobs[job].after {
                visit(other, jobs, seen, order);
            }
            order.push(job);
        }
    }
    let (mut seen, mut order) = (BTreeSet::new(), Vec::new());
    for job in 0..jobs.len() {
        visit(job, jobs, &mut seen, &mut order);
    }
    order
}

fn add_job(
    plan: &mut Plan,
    index: usize,
    job: &Job,
    after: &[usize],
    pipelining: bool,
) -> (usize, usize) {
    let (before, rest) = job.besides();
    let compiling: f64 = job.calls.iter().map(|call| call.processor).sum();
    let waited = before + rest;
    let worked = (job.processor - compiling).max(0.0);
    let scale = if waited > 0.0 {
        (worked / waited).min(1.0)
    } else {
        0.0
    };
    let start = plan.add(index, job.around_at_work + before * scale, after);
    let mut last = vec![start];
    for calls in by_cargo(&job.calls) {
        last = add_calls(plan, index, &calls, &last, pipelining);
    }
    (start, plan.add(index, rest * scale, &last))
}

/// The calls, grouped by process of Cargo. These processes run one after the other.
fn by_cargo(calls: &[Call]) -> Vec<Vec<&Call>> {
    let mut groups: BTreeMap<u64, Vec<&Call>> = BTreeMap::new();
    for call in calls {
        groups.entry(call.cargo).or_default().push(call);
    }
    let mut groups: Vec<Vec<&Call>> = groups.into_values().collect();
    for group in &mut groups {
        group.sort_by(|a, b| a.begin.total_cmp(&b.begin));
    }
    groups.sort_by(|a, b| a[0].begin.total_cmp(&b[0].begin));
    groups
}

/// The tasks of a call that others wait for.
struct Added {
    metadata: usize,
    end: usize,
    /// The hashes of all units that it needs, also indirectly.
    closure: BTreeSet<String>,
}

/// Adds tasks for calls. Returns the last task of each call.
fn add_calls(
    plan: &mut Plan,
    job: usize,
    calls: &[&Call],
    after: &[usize],
    pipelining: bool,
) -> Vec<usize> {
    let mut added: BTreeMap<&str, Added> = BTreeMap::new();
    let mut scripts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut last = after.to_vec();
    let mut doctest = None;
    // A call starts later than the calls whose output it reads.
    for call in calls {
        let mut waits: BTreeSet<usize> = after.iter().copied().collect();
        let mut closure = BTreeSet::new();
        for hash in call.reads_metadata.iter().chain(&call.reads_all) {
            if let Some(read) = added.get(hash.as_str()) {
                let is_enough = pipelining && !call.links && call.reads_metadata.contains(hash);
                waits.insert(if is_enough { read.metadata } else { read.end });
                closure.extend(read.closure.iter().cloned());
                closure.insert(hash.clone());
            }
        }
        if call.links {
            let ends = closure.iter().filter_map(|hash| added.get(hash.as_str()));
            waits.extend(ends.map(|read| read.end));
        }
        if !call.is_build_script {
            waits.extend(scripts.get(call.package.as_str()));
        }
        let (metadata, end) = if call.kind == Kind::Doctest {
            // Cargo runs the documentation tests of one crate after the other.
            waits.extend(doctest);
            let end = plan.add_divisible(job, call.processor, &Vec::from_iter(waits));
            doctest = Some(end);
            (end, end)
        } else {
            let first = plan.add(job, call.processor * call.metadata, &Vec::from_iter(waits));
            let rest = call.processor * (1.0 - call.metadata);
            let end = if rest > 0.0 {
                plan.add_divisible(job, rest, &[first])
            } else {
                first
            };
            (first, end)
        };
        if call.is_build_script {
            scripts.insert(&call.package, end);
        }
        last.push(end);
        added.insert(
            &call.hash,
            Added {
                metadata,
                end,
                closure,
            },
        );
    }
    last
}

/// A number of seconds that can be ordered.
#[derive(Clone, Copy, PartialEq)]
struct By(f64, usize);

impl Eq for By {}

impl Ord for By {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0
            .total_cmp(&other.0)
            .then_with(|| other.1.cmp(&self.1))
    }
}

impl PartialOrd for By {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn run(tasks: &[Task], starts: &[usize], ends: &[usize], cores: usize) -> f64 {
    // Tasks wait only for earlier tasks.
    let mut path = vec![0.0_f64; tasks.len()];
    for index in (0..tasks.len()).rev() {
        let followed = tasks[index].before.iter().map(|&next| path[next]);
        path[index] = tasks[index].seconds + followed.fold(0.0, f64::max);
    }
    let starts: BTreeSet<usize> = starts.iter().copied().collect();
    let ends: BTreeSet<usize> = ends.iter().copied().collect();
    let mut waits_for: Vec<usize> = tasks.iter().map(|task| task.waits_for).collect();
    let (mut ready, mut unopened) = (BinaryHeap::new(), BinaryHeap::new());
    let mut running: BinaryHeap<By> = BinaryHeap::new();
    for index in 0..tasks.len() {
        if waits_for[index] == 0 {
            let heap = if starts.contains(&index) {
                &mut unopened
            } else {
                &mut ready
            };
            heap.push(By(path[index], index));
        }
    }
    let mut open = BTreeSet::new();
    let mut now = 0.0;
    loop {
        while running.len() < cores {
            let next = if open.len() < cores && ready.peek() < unopened.peek() {
                unopened.pop()
            } else {
                ready.pop()
            };
            let Some(By(_, task)) = next else { break };
            open.insert(tasks[task].job);
            running.push(By(-(now + tasks[task].seconds), task));
        }
        let Some(By(negated, done)) = running.pop() else {
            return now;
        };
        now = -negated;
        if ends.contains(&done) {
            open.remove(&tasks[done].job);
        }
        for &next in &tasks[done].before {
            waits_for[next] -= 1;
            if waits_for[next] == 0 {
                let heap = if starts.contains(&next) {
                    &mut unopened
                } else {
                    &mut ready
                };
                heap.push(By(path[next], next));
            }
        }
    }
}
