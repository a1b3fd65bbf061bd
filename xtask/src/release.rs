//! `cargo xtask release`: the server's binary for those who run it, built twice. The first counts, under a load of real
//! ceremonies, which ways through the code are taken; by these counts the compiler decides in the second what to inline
//! and what to lay side by side. A login takes 5 to 7 % less CPU than of a plain release build.
//!
//! The counts differ from one run to the next, and so do the binaries. They do the same.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::bench;
use crate::builds;
use crate::failure::Failure;
use crate::interrupts::Interrupts;
use crate::needs::{self, Need};
use crate::process;
use crate::workspace::Workspace;

/// What a run of the task needs.
pub(crate) const NEEDS: &[Need] = &[Need::Postgres, Need::LlvmProfdata];

pub(crate) fn run(workspace: &Workspace, interrupts: &Interrupts) -> Result<(), Failure> {
    needs::provide(NEEDS, workspace, interrupts)?;
    let binary = Guided::build(workspace, interrupts)?.binary;
    println!("{}", workspace.shown(&binary));
    Ok(())
}

/// A binary that was built by counts, and which.
pub(crate) struct Guided {
    pub(crate) binary: PathBuf,
    profile: PathBuf,
    /// What else is built by them.
    frames: PathBuf,
}

impl Guided {
    /// Builds it, as far as it isn't as the sources are.
    pub(crate) fn build(workspace: &Workspace, interrupts: &Interrupts) -> Result<Self, Failure> {
        // The compiler runs in each package's own folder.
        let folder = std::path::absolute(workspace.target().join("guided"))
            .map_err(Failure::to("find the folder of what is built"))?;
        let (counts, profile) = (folder.join("counts"), folder.join("passgate.profdata"));
        let build = Build { workspace, interrupts, host: host(workspace, interrupts)? };
        println!("Building Passgate to count what it does, for release");
        let counting = build.passgate(&folder.join("counting"), &[flag("-Cprofile-generate=", &counts)])?;
        let (guided, frames) = (folder.join("guided"), folder.join("frames"));
        if changed(&profile) <= changed(&counting) {
            println!("Counting, under load");
            remove(&counts)?;
            bench::train(workspace, interrupts, counting)?;
            // Cargo looks at a profile's name, and not at what is in it.
            remove(&guided)?;
            remove(&frames)?;
            merge(workspace, interrupts, &counts, &profile)?;
        }
        println!("Building Passgate by what was counted");
        let binary = build.passgate(&guided, &[flag("-Cprofile-use=", &profile)])?;
        Ok(Self { binary, profile, frames })
    }

    /// The same with frame pointers, by which a profiler finds who called whom.
    pub(crate) fn with_frames(
        &self,
        workspace: &Workspace,
        interrupts: &Interrupts,
    ) -> Result<PathBuf, Failure> {
        println!("Building with frame pointers");
        let flags = [flag("-Cprofile-use=", &self.profile), OsString::from("-Cforce-frame-pointers=yes")];
        let build = Build { workspace, interrupts, host: host(workspace, interrupts)? };
        build.passgate(&self.frames, &flags)
    }
}

/// How all of them are built.
struct Build<'a> {
    workspace: &'a Workspace,
    interrupts: &'a Interrupts,
    host: String,
}

impl Build<'_> {
    /// The server's binary, with flags for the compiler.
    fn passgate(&self, target: &Path, flags: &[OsString]) -> Result<PathBuf, Failure> {
        let mut cargo = process::command("cargo", self.workspace.root());
        cargo.args(["build", "--locked", "--release", "--package", "passgate", "--bins"]);
        cargo.arg("--message-format=json-render-diagnostics");
        // Told a target, Cargo spares its build scripts and macros the flags.
        cargo.args(["--target", &self.host, "--target-dir"]).arg(target);
        // In this variable a space is a space, and not the next flag's beginning.
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join(OsStr::new("\u{1f}")));
        builds::executable(&process::output(&mut cargo, self.interrupts)?, "passgate")
    }
}

fn flag(name: &str, path: &Path) -> OsString {
    let mut flag = OsString::from(name);
    flag.push(path);
    flag
}

/// One profile from what each process counted.
fn merge(
    workspace: &Workspace,
    interrupts: &Interrupts,
    counts: &Path,
    profile: &Path,
) -> Result<(), Failure> {
    let tool = needs::llvm_profdata(workspace)
        .ok_or_else(|| Failure::Because("there is no llvm-profdata any more".to_owned()))?;
    let mut merge = process::command(tool, workspace.root());
    merge.args(["merge", "--sparse", "--output"]).arg(profile).arg(counts);
    process::run(&mut merge, interrupts)
}

/// The target that the compiler builds for unless told.
fn host(workspace: &Workspace, interrupts: &Interrupts) -> Result<String, Failure> {
    let mut rustc = process::command("rustc", workspace.root());
    let told = process::output(rustc.arg("-vV"), interrupts)?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure::Because("rustc doesn't say what it runs on".to_owned()))
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

fn remove(folder: &Path) -> Result<(), Failure> {
    if !folder.exists() {
        return Ok(());
    }
    fs::remove_dir_all(folder).map_err(Failure::to(format_args!("delete {}", folder.display())))
}
