//! The `passgate-loadgen` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    passgate_loadgen::main()
}
