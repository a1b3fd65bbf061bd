//! The tasks of this workspace: what `cargo xtask` lists.

#![expect(clippy::print_stdout, reason = "what a task does is told to the person who runs it")]

#[cfg(not(unix))]
compile_error!("the tasks need process groups and signals: Linux, macOS, or WSL on Windows");

mod arguments;
mod bench;
mod builds;
mod check;
mod demo;
mod differential;
mod failure;
mod fuzz;
mod http;
mod interrupts;
mod llvm;
mod needs;
mod packages;
mod ports;
mod process;
mod release;
mod schemathesis;
mod servers;
mod tenant;
mod test;
mod workspace;

use std::process::ExitCode;

use crate::arguments::Task;
use crate::failure::Failure;
use crate::interrupts::Interrupts;
use crate::workspace::Workspace;

fn main() -> ExitCode {
    let done = arguments::parse(std::env::args().skip(1)).and_then(run);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(task: Task) -> Result<(), Failure> {
    let workspace = Workspace::here();
    let interrupts = Interrupts::listen()?;
    match task {
        Task::Help => {
            print!("{}", arguments::HELP);
            Ok(())
        }
        Task::Demo(backend) => demo::run(&workspace, &interrupts, backend),
        Task::DemoCheck(backend) => check::run(&workspace, &interrupts, backend),
        Task::Test(only) => test::run(&workspace, &interrupts, &only),
        Task::Differential(arguments) => differential::run(&workspace, &interrupts, &arguments),
        Task::Release => release::run(&workspace, &interrupts),
        Task::Bench(options) => bench::run(&workspace, &interrupts, options),
        Task::Fuzz { seconds } => {
            needs::provide(fuzz::NEEDS, &workspace, &interrupts)?;
            fuzz::run(&workspace, &interrupts, seconds)
        }
        Task::ListSteps => {
            test::list();
            Ok(())
        }
    }
}
