//! `cargo xtask differential`: our verifier beside two by others, on as many ceremonies as one has time for.

use crate::failure::Failure;
use crate::interrupts::Interrupts;
use crate::process;
use crate::workspace::Workspace;

/// Builds it with optimization, which many ceremonies need, and runs it.
pub(crate) fn run(
    workspace: &Workspace,
    interrupts: &Interrupts,
    arguments: &[String],
) -> Result<(), Failure> {
    let mut command = process::command("cargo", &workspace.differential());
    command.args(["run", "--quiet", "--release", "--locked", "--target-dir"]).arg(workspace.target());
    process::run(command.arg("--").args(arguments), interrupts)
}
