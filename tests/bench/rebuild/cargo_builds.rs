//! The contender warm Cargo: the commands in one target directory.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use camino::Utf8Path;

use crate::calls::{Job, Report, report};
use crate::measured::Measured;
use crate::options::Options;
use crate::process::{Spent, must, run};
use crate::workspace::Toolchain;

/// Runs each command, and measures it. Packages are downloaded in advance.
pub fn measure(
    options: &Options,
    toolchain: &Toolchain,
    root: &Utf8Path,
    scratch: &Utf8Path,
) -> Result<Measured, String> {
    let mut fetch = toolchain.cargo(root);
    fetch.args(["fetch", "--locked"]);
    let preparation = must(&fetch)?.spent;

    let package_profile = options.package_profile.as_ref().unwrap_or(&options.profile);
    let mut commands = vec![(vec!["build"], package_profile)];
    if !options.packages_alone {
        let mut test = vec!["test", "--no-fail-fast"];
        if !options.run_tests {
            test.push("--no-run");
        }
        commands.extend([
            (test, &options.profile),
            (vec!["clippy", "--all-targets"], &options.profile),
            (vec!["doc", "--no-deps"], &options.profile),
        ]);
    }
    let mut measured = Measured {
        spent: Spent::default(),
        evaluation: Spent::default(),
        preparation,
        prepared: 0,
        failed: Vec::new(),
        jobs: Vec::new(),
    };
    for (arguments, profile) in commands {
        let mut command = toolchain.cargo(root);
        command.args(&arguments).args([
            "--workspace",
            "--locked",
            "--offline",
            "--profile",
            profile,
        ]);
        command.env("CARGO_TARGET_DIR", scratch.join("target")).env(
            "CARGO_INCREMENTAL",
            if options.incremental { "1" } else { "0" },
        );
        let job = measure_command(&mut command, arguments[0], scratch, &mut measured)?;
        measured.jobs.push(job);
    }
    Ok(measured)
}

fn measure_command(
    command: &mut Command,
    name: &str,
    scratch: &Utf8Path,
    measured: &mut Measured,
) -> Result<Job, String> {
    let log = scratch.join("calls");
    std::fs::write(&log, "").map_err(|error| error.to_string())?;
    command
        .env("RUSTC_WRAPPER", scratch.join("compiler"))
        .env("RUSTDOC", scratch.join("rustdoc"))
        .env("CRATESIEVE_BENCH_SCRATCH", scratch)
        .env("CRATESIEVE_BENCH_LOG", &log);
    let begin = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let finished = run(command, |_| {});
    measured.spent += finished.spent;
    if !finished.succeeded {
        measured.failed.push(format!("cargo {name}"));
    }
    let text = std::fs::read_to_string(&log).map_err(|error| error.to_string())?;
    let calls = text.lines().filter_map(|line| match report(line) {
        Some(Report::Call(call)) => Some(*call),
        _ => None,
    });
    Ok(Job {
        name: format!("cargo {name}"),
        after: Vec::from_iter(measured.jobs.len().checked_sub(1)),
        succeeded: finished.succeeded,
        wall: finished.spent.wall,
        around: 0.0,
        around_at_work: 0.0,
        processor: finished.spent.processor,
        begin: begin.as_secs_f64(),
        calls: calls.collect(),
    })
}

/// Writes wrappers of the compiler and of rustdoc.
pub fn write_wrappers(scratch: &Utf8Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let compiler = scratch.join("compiler");
    let script = include_str!("compiler.sh");
    for (path, text) in [
        (&compiler, format!("#!/usr/bin/env bash\n{script}")),
        (
            &scratch.join("rustdoc"),
            format!("#!/usr/bin/env bash\nexec '{compiler}' rustdoc \"$@\"\n"),
        ),
    ] {
        std::fs::write(path, text)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}
