//! The parser of reports and the simulation in `cargo bench --bench rebuild`.

#[allow(dead_code)]
#[path = "../bench/rebuild/calls.rs"]
mod calls;
#[path = "../bench/rebuild/schedule.rs"]
mod schedule;

use calls::{Call, Job, Kind, Report, Whose, report};
use schedule::simulate;

/// A compiler call that takes these seconds alone. Its metadata is complete after half of them.
fn call(hash: &str, begin: f64, seconds: f64, reads: &[&str]) -> Call {
    Call {
        kind: Kind::Compile,
        whose: Whose::Own,
        package: hash.to_owned(),
        is_build_script: false,
        hash: hash.to_owned(),
        links: false,
        cargo: 1,
        begin,
        end: begin + seconds,
        processor: seconds,
        metadata: 0.5,
        reads_metadata: reads.iter().map(|&hash| hash.to_owned()).collect(),
        reads_all: [].into(),
    }
}

/// A job that consists of these calls.
fn job(calls: Vec<Call>, after: &[usize]) -> Job {
    let end = calls.iter().map(|call| call.end).fold(0.0, f64::max);
    Job {
        name: "job".to_owned(),
        after: after.to_vec(),
        succeeded: true,
        wall: end,
        around: 0.0,
        around_at_work: 0.0,
        processor: calls.iter().map(|call| call.processor).sum(),
        begin: 0.0,
        calls,
    }
}

#[track_caller]
fn assert_takes(jobs: &[Job], cores: usize, seconds: f64) {
    let simulated = simulate(jobs, cores, true);
    assert!((simulated - seconds).abs() < 1e-9, "{simulated}");
}

#[test]
fn calls_that_read_nothing_share_cores() {
    let jobs = [job(
        vec![call("a", 0.0, 0.6, &[]), call("b", 0.6, 0.6, &[])],
        &[],
    )];
    assert_takes(&jobs, 1, 1.2);
    assert_takes(&jobs, 2, 0.6);
    assert_takes(&jobs, 16, 0.6);
}

#[test]
fn a_dependent_waits_for_metadata_and_with_no_pipelining_for_all() {
    let jobs = [job(
        vec![call("a", 0.0, 0.8, &[]), call("b", 0.8, 0.8, &["a"])],
        &[],
    )];
    assert_takes(&jobs, 1, 1.6);
    assert_takes(&jobs, 2, 1.2);
    assert_eq!(simulate(&jobs, 2, false), 1.6);
}

#[test]
fn a_link_waits_for_all_of_its_closure() {
    let mut link = call("c", 1.2, 0.2, &["b"]);
    link.links = true;
    link.metadata = 1.0;
    let mut low = call("a", 0.0, 0.9, &[]);
    low.metadata = 1.0 / 9.0;
    let jobs = [job(vec![low, call("b", 0.9, 0.2, &["a"]), link], &[])];
    // `b` starts at 0.1 and takes 0.2. The link waits for `a` until 0.9.
    assert_takes(&jobs, 4, 1.1);
}

#[test]
fn code_generation_divides() {
    let mut one = call("a", 0.0, 5.0, &[]);
    one.metadata = 0.2;
    let jobs = [job(vec![one], &[])];
    assert_takes(&jobs, 1, 5.0);
    assert_takes(&jobs, 4, 1.0 + 4.0 / 4.0);
    // Eight pieces of half a second each.
    assert_takes(&jobs, 16, 1.5);
}

#[test]
fn a_build_script_is_before_its_package() {
    let mut script = call("script", 0.0, 0.4, &[]);
    script.is_build_script = true;
    script.package = "a".to_owned();
    let jobs = [job(vec![script, call("a", 0.4, 0.4, &[])], &[])];
    assert_takes(&jobs, 2, 0.8);
}

#[test]
fn each_cargo_waits_for_the_one_before() {
    let mut second = call("b", 0.6, 0.4, &[]);
    second.cargo = 2;
    let jobs = [job(vec![call("a", 0.0, 0.4, &[]), second], &[])];
    // With the 0.2 seconds between the calls, in which nothing ran.
    assert_takes(&jobs, 2, 0.8);
}

#[test]
fn jobs_wait_for_jobs_and_for_a_free_builder() {
    let one = |after: &[usize]| job(vec![call("a", 0.0, 0.4, &[])], after);
    assert_takes(&[one(&[]), one(&[0]), one(&[])], 2, 0.8);
    assert_takes(&[one(&[]), one(&[]), one(&[])], 2, 0.8);
    // Jobs are listed in another order than they were built.
    assert_takes(&[one(&[1]), one(&[])], 4, 0.8);
}

#[test]
fn what_is_besides_takes_the_shorter_of_working_and_waiting() {
    let mut waiting = job(vec![call("a", 1.0, 0.4, &[])], &[]);
    // One second before the calls, all of it waiting; half a second after them, with two threads.
    waiting.wall = 1.9;
    waiting.around = 0.0;
    waiting.processor = 0.4;
    assert_eq!(waiting.besides(), (1.0, 0.5));
    assert_takes(std::slice::from_ref(&waiting), 1, 0.4);
    waiting.processor = 0.4 + 3.0;
    assert_takes(std::slice::from_ref(&waiting), 1, 1.9);
    // Time for the sandbox.
    waiting.wall += 0.3;
    waiting.around = 0.3;
    waiting.around_at_work = 0.2;
    assert_takes(&[waiting], 1, 2.1);
}

#[test]
fn reports_are_read() {
    let line = "cargo says cratesieve-bench call compile third-party itoa itoa 0123 ,lib dep-info,metadata,link \
                7 100.0 102,0 0m1.5s 1m0.5s 100.5 ,m4567,r89ab";
    let Some(Report::Call(call)) = report(line) else {
        panic!("no call")
    };
    assert_eq!((call.kind, call.whose), (Kind::Compile, Whose::ThirdParty));
    assert_eq!((call.processor, call.metadata), (62.0, 0.25));
    assert!(!call.links && call.cargo == 7 && call.hash == "0123");
    assert!(call.reads_metadata.contains("4567") && call.reads_all.contains("89ab"));

    let line = "cratesieve-bench builder 1 100.0 102.0 0m1.000s 0m0.250s";
    let Some(Report::Builder(builder)) = report(line) else {
        panic!("no builder")
    };
    assert!(!builder.succeeded && builder.processor == 1.25);
    assert!(report("cratesieve-bench call compile").is_none());
    assert!(report("a line").is_none());
}
