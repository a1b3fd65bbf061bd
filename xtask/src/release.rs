//! `cargo xtask release`: the server's binary for those who run it, built twice. The first counts, under a load of real
//! ceremonies, which ways through the code are taken; by these counts the compiler decides in the second what to inline
//! and what to lay side by side: Rust's, and clang for what is C, where it is there.
//!
//! The counts differ from one run to the next, and so do the binaries. They do the same.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use crate::bench;
use crate::builds::{self, changed};
use crate::failure::Failure;
use crate::interrupts::Interrupts;
use crate::llvm::Llvm;
use crate::needs::{self, Need};
use crate::process;
use crate::workspace::Workspace;

/// What a run of the task needs.
pub(crate) const NEEDS: &[Need] = &[Need::Postgres, Need::Llvm];

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
        let build = Build::new(workspace, interrupts)?;
        println!("Building Passgate to count what it does, for release");
        let counting = build.passgate(&folder.join("counting"), &Guidance::generate(&counts))?;
        let (guided, frames) = (folder.join("guided"), folder.join("frames"));
        if changed(&profile) <= changed(&counting) {
            println!("Counting, under load");
            remove(&counts)?;
            bench::train(workspace, interrupts, counting)?;
            // Cargo looks at a profile's name, and not at what is in it.
            remove(&guided)?;
            remove(&frames)?;
            build.merge(&counts, &profile)?;
        }
        println!("Building Passgate by what was counted");
        let binary = build.passgate(&guided, &Guidance::by(&profile))?;
        Ok(Self { binary, profile, frames })
    }

    /// The same with frame pointers, by which a profiler finds who called whom.
    pub(crate) fn with_frames(
        &self,
        workspace: &Workspace,
        interrupts: &Interrupts,
    ) -> Result<PathBuf, Failure> {
        println!("Building with frame pointers");
        let guidance = Guidance { frames: true, ..Guidance::by(&self.profile) };
        Build::new(workspace, interrupts)?.passgate(&self.frames, &guidance)
    }
}

/// What the compilers are told: to count, or by which counts to decide.
struct Guidance {
    flag: OsString,
    /// Whether to keep frame pointers.
    frames: bool,
}

impl Guidance {
    fn generate(counts: &Path) -> Self {
        Self { flag: joined("profile-generate=", counts), frames: false }
    }

    fn by(profile: &Path) -> Self {
        Self { flag: joined("profile-use=", profile), frames: false }
    }

    fn for_rust(&self) -> OsString {
        let mut flags = joined("-C", &self.flag);
        if self.frames {
            // In between is what parts flags, where a space may be part of one.
            flags.push("\u{1f}-Cforce-frame-pointers=yes");
        }
        flags
    }

    /// Quoted as for a shell.
    fn for_c(&self) -> OsString {
        let flag = self.flag.to_string_lossy().replace('\'', r"'\''");
        let frames = if self.frames { " -fno-omit-frame-pointer" } else { "" };
        format!("'-f{flag}'{frames}").into()
    }
}

/// How all of them are built.
struct Build<'a> {
    workspace: &'a Workspace,
    interrupts: &'a Interrupts,
    llvm: Llvm,
}

impl<'a> Build<'a> {
    fn new(workspace: &'a Workspace, interrupts: &'a Interrupts) -> Result<Self, Failure> {
        let llvm = Llvm::find(workspace);
        let llvm = llvm.ok_or_else(|| Failure::Because("there is no compiler any more".to_owned()))?;
        Ok(Self { workspace, interrupts, llvm })
    }

    /// The server's binary.
    fn passgate(&self, target: &Path, guidance: &Guidance) -> Result<PathBuf, Failure> {
        let host = &self.llvm.host;
        let mut cargo = process::command("cargo", self.workspace.root());
        cargo.args(["build", "--locked", "--release", "--package", "passgate", "--bins"]);
        cargo.arg("--message-format=json-render-diagnostics");
        // Told a target, Cargo spares its build scripts and macros the flags.
        cargo.args(["--target", host, "--target-dir"]).arg(target);
        cargo.env("CARGO_ENCODED_RUSTFLAGS", guidance.for_rust());
        if let Some(clang) = &self.llvm.clang {
            let host = host.replace('-', "_");
            cargo.env(format!("CC_{host}"), clang).env(format!("CFLAGS_{host}"), guidance.for_c());
            cargo.env("CC_SHELL_ESCAPED_FLAGS", "1");
            // Cryptography is not guided: what takes the same time whatever the secret must not become a branch that a
            // profile finds worth while.
            cargo.env("AWS_LC_SYS_CFLAGS", "");
        }
        builds::executable(&process::output(&mut cargo, self.interrupts)?, "passgate")
    }

    /// Makes one profile from what each process counted.
    fn merge(&self, counts: &Path, profile: &Path) -> Result<(), Failure> {
        let tool = self.llvm.profdata.as_ref();
        let tool = tool.ok_or_else(|| Failure::Because("there is no llvm-profdata any more".to_owned()))?;
        let mut merge = process::command(tool, self.workspace.root());
        merge.args(["merge", "--sparse", "--output"]).arg(profile).arg(counts);
        process::run(&mut merge, self.interrupts)
    }
}

fn joined(first: &str, rest: impl AsRef<OsStr>) -> OsString {
    let mut both = OsString::from(first);
    both.push(rest.as_ref());
    both
}

fn remove(folder: &Path) -> Result<(), Failure> {
    if !folder.exists() {
        return Ok(());
    }
    fs::remove_dir_all(folder).map_err(Failure::to(format_args!("delete {}", folder.display())))
}
