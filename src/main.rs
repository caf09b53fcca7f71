use std::io::{stderr, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    // Not locked: a thread that panics must be able to print its message.
    ExitCode::from(cratesieve::cli::run(
        std::env::args_os(),
        &mut stdout(),
        &mut stderr(),
    ))
}
