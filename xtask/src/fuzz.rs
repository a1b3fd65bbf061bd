//! `cargo xtask fuzz`: input that libFuzzer makes up, for whatever parses what strangers send.
//!
//! Each target begins with the seeds in `fuzz/seeds` and with what earlier runs found worth keeping, in `fuzz/corpus`.
//! They are plain binaries, built with the instrumentation that the fuzzer asks for. It needs no other toolchain, as a
//! sanitizer would: the code has no `unsafe`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use crate::failure::Failure;
use crate::interrupts::Interrupts;
use crate::needs::Need;
use crate::process::{self, Running};
use crate::workspace::Workspace;

pub(crate) const NEEDS: &[Need] = &[Need::CppCompiler];
/// How long each target runs in `cargo xtask test`.
pub(crate) const STEP_SECONDS: u32 = 10;

/// libFuzzer's exit code after a signal.
const INTERRUPTED: i32 = 72;
const POLL: Duration = Duration::from_millis(100);
/// What tells the fuzzer which code an input reached, and what it was compared with.
const INSTRUMENTATION: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
     -Cllvm-args=-sanitizer-coverage-trace-compares";

/// A target that runs.
struct Run {
    name: String,
    log: PathBuf,
    running: Running,
}

/// Runs every target so long, as many at once as there are processors.
pub(crate) fn run(workspace: &Workspace, interrupts: &Interrupts, seconds: u32) -> Result<(), Failure> {
    let targets = targets(workspace)?;
    let binaries = build(workspace, interrupts)?;
    let at_once = thread::available_parallelism().map_or(1, usize::from);
    for names in targets.chunks(at_once) {
        let runs = names
            .iter()
            .map(|name| start(workspace, &binaries, name, seconds))
            .collect::<Result<Vec<_>, _>>()?;
        for (run, status) in wait(runs, interrupts)? {
            report(workspace, &run, status)?;
        }
    }
    Ok(())
}

/// The targets' names, in their order.
fn targets(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    let folder = workspace.fuzz().join("fuzz_targets");
    let entries =
        fs::read_dir(&folder).map_err(Failure::to(format_args!("list {}", workspace.shown(&folder))))?;
    let names = entries.flatten().filter_map(|entry| entry.path().file_stem()?.to_str().map(str::to_owned));
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    Ok(names)
}

/// Builds them, and returns the folder that they are in.
fn build(workspace: &Workspace, interrupts: &Interrupts) -> Result<PathBuf, Failure> {
    println!("Building the fuzz targets");
    let about = process::output(process::command("rustc", workspace.root()).arg("-vV"), interrupts)?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or_else(|| Failure::Because("rustc doesn't say what it builds for".to_owned()))?;
    let target = workspace.target().join("fuzz");
    let mut command = process::command("cargo", &workspace.fuzz());
    command.args(["build", "--quiet", "--release", "--locked", "--bins", "--target-dir"]).arg(&target);
    // With a target named, what runs while building isn't instrumented.
    command.args(["--target", host]).env("RUSTFLAGS", INSTRUMENTATION);
    process::run(&mut command, interrupts)?;
    Ok(target.join(host).join("release"))
}

fn start(workspace: &Workspace, binaries: &Path, name: &str, seconds: u32) -> Result<Run, Failure> {
    let fuzz = workspace.fuzz();
    let (corpus, artifacts) = (fuzz.join("corpus").join(name), fuzz.join("artifacts").join(name));
    for folder in [&corpus, &artifacts] {
        fs::create_dir_all(folder).map_err(Failure::to(format_args!("make {}", workspace.shown(folder))))?;
    }
    let log = artifacts.join("log.txt");
    let file = File::create(&log).map_err(Failure::to(format_args!("write {}", workspace.shown(&log))))?;
    let mut command = process::command(binaries.join(name), &fuzz);
    command.arg(format!("-max_total_time={seconds}"));
    // Slower than any parser may be, and beyond what any may take.
    command.args(["-timeout=5", "-rss_limit_mb=1024", "-max_len=16384", "-print_final_stats=1"]);
    command.arg(format!("-artifact_prefix={}/", artifacts.display()));
    command.arg(corpus).arg(fuzz.join("seeds").join(name));
    command.stdout(Stdio::null()).stderr(file);
    Ok(Run { name: name.to_owned(), log, running: Running::start(&mut command)? })
}

/// Waits until all have ended.
fn wait(mut runs: Vec<Run>, interrupts: &Interrupts) -> Result<Vec<(Run, ExitStatus)>, Failure> {
    loop {
        let mut statuses = Vec::new();
        for run in &mut runs {
            statuses.extend(run.running.ended()?);
        }
        if statuses.len() == runs.len() {
            return Ok(runs.into_iter().zip(statuses).collect());
        }
        if let Some(signal) = interrupts.take() {
            for run in runs {
                run.running.stop(interrupts)?;
            }
            return Err(Failure::Interrupted(signal));
        }
        thread::sleep(POLL);
    }
}

fn report(workspace: &Workspace, run: &Run, status: ExitStatus) -> Result<(), Failure> {
    let log = fs::read_to_string(&run.log)
        .map_err(Failure::to(format_args!("read {}", workspace.shown(&run.log))))?;
    if status.success() {
        let Counts { inputs, edges } = counts(&log);
        println!("{:20} {inputs:>10} inputs, {edges:>6} edges reached, nothing found", run.name);
        return Ok(());
    }
    if status.code() == Some(INTERRUPTED) {
        return Err(Failure::Because(format!("somebody stopped the fuzz target {}", run.name)));
    }
    let lines: Vec<&str> = log.lines().collect();
    println!("{}", lines[lines.len().saturating_sub(40)..].join("\n"));
    Err(Failure::Because(format!(
        "the fuzz target {} found something: it is above, and in {}",
        run.name,
        workspace.shown(&run.log)
    )))
}

/// What a run's log says at its end.
#[derive(Debug, PartialEq, Eq)]
struct Counts {
    inputs: u64,
    /// Ways between two pieces of code that were taken.
    edges: u64,
}

fn counts(log: &str) -> Counts {
    let number = |text: &str| text.split_whitespace().next().and_then(|word| word.parse().ok());
    let last =
        |name: &str| log.lines().rev().find_map(|line| number(line.split_once(name)?.1)).unwrap_or_default();
    Counts { inputs: last("stat::number_of_executed_units:"), edges: last(" cov: ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_are_the_last_ones() {
        let log = "#2 INITED cov: 7 ft: 8 corp: 1/1b\n#99 NEW    cov: 12 ft: 13 corp: 2/3b\n\
                   stat::number_of_executed_units: 4096\nstat::average_exec_per_sec:     9\n";
        assert_eq!(counts(log), Counts { inputs: 4096, edges: 12 });
        assert_eq!(counts(""), Counts { inputs: 0, edges: 0 });
    }
}
