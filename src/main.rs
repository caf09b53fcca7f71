use std::io::{stderr, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    // Not locked: a thread that panics must be able to say so.
    ExitCode::from(cratesieve::cli::run(
        std::env::args_os(),
        &mut stdout(),
        &mut stderr(),
    ))
}
