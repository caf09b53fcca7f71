use std::io::{stderr, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = std::env::args_os();
    ExitCode::from(cratesieve::cli::run(args, &mut stdout().lock(), &mut stderr().lock()))
}
