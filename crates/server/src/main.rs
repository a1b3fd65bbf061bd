//! The `passgate` binary.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A request allocates some hundred times; glibc's allocator takes three times as long for it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    passgate::cli::main()
}
