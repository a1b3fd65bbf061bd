//! The `passgate` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    passgate::cli::main()
}
