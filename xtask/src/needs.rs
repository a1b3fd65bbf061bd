//! What the machine has to have, and what a task gets for itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::interrupts::Interrupts;
use crate::llvm::Llvm;
use crate::ports;
use crate::process;
use crate::workspace::Workspace;

/// The oldest Node.js that the TypeScript parts run on.
const NODE: (u32, u32) = (20, 19);
/// Checks `deny.toml`. Its version is fixed, so that a check says the same tomorrow.
const CARGO_DENY: &str = "0.20.2";

/// In the order in which they are seen to: what only fails comes before what takes its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// The demo's ports, free.
    Ports,
    /// Node.js and npm.
    Node,
    Chromium,
    /// PostgreSQL's server, which tests start and stop.
    Postgres,
    /// For the fuzzer, which is C++.
    CppCompiler,
    CargoDeny,
    /// What guides a build by what another counted.
    Llvm,
}

/// Makes sure of all of them before anything that takes long starts.
pub(crate) fn provide(needs: &[Need], workspace: &Workspace, interrupts: &Interrupts) -> Result<(), Failure> {
    let mut needs = needs.to_vec();
    needs.sort_unstable();
    needs.dedup();
    for need in needs {
        match need {
            Need::Ports => ports::require_free()?,
            Need::Node => node(workspace)?,
            Need::Chromium => install_chromium(workspace, interrupts)?,
            Need::Postgres => install_postgres(workspace, interrupts)?,
            Need::CppCompiler => install_cpp_compiler(workspace, interrupts)?,
            Need::CargoDeny => install_cargo_deny(workspace, interrupts)?,
            Need::Llvm => install_llvm(workspace, interrupts)?,
        }
    }
    Ok(())
}

/// The Chromium to test with: `CHROMIUM` names it, or it is Debian's.
pub(crate) fn chromium() -> PathBuf {
    std::env::var_os("CHROMIUM").map_or_else(|| PathBuf::from("/usr/bin/chromium"), PathBuf::from)
}

/// `cargo-deny`, the person's own or else the one installed here.
pub(crate) fn cargo_deny(workspace: &Workspace) -> PathBuf {
    let own = PathBuf::from("cargo-deny");
    if version(&own, workspace.root()).is_some() { own } else { installed_cargo_deny(workspace) }
}

/// Whether `cargo nextest` is there.
pub(crate) fn has_nextest(workspace: &Workspace) -> bool {
    version(Path::new("cargo-nextest"), workspace.root()).is_some()
}

fn node(workspace: &Workspace) -> Result<(), Failure> {
    let (major, minor) = NODE;
    let node = version(Path::new("node"), workspace.root());
    let npm = version(Path::new("npm"), workspace.root());
    let mut missing = Vec::new();
    match &node {
        None => missing.push(format!("Node.js {major}.{minor} or newer: there is no `node` on the PATH")),
        Some(version) if parsed(version) < Some(NODE) => {
            missing.push(format!("Node.js {major}.{minor} or newer: `node` is {version}"));
        }
        Some(_) => {}
    }
    if npm.is_none() {
        missing.push("npm, which comes with Node.js: there is no `npm` on the PATH".to_owned());
    }
    if missing.is_empty() {
        println!("Node.js {}, npm {}", node.unwrap_or_default(), npm.unwrap_or_default());
        return Ok(());
    }
    Err(Failure::Because(format!("Missing on this machine:\n  {}", missing.join("\n  "))))
}

fn install_chromium(workspace: &Workspace, interrupts: &Interrupts) -> Result<(), Failure> {
    let chromium = chromium();
    if !chromium.exists() {
        let remedy = if std::env::var_os("CHROMIUM").is_some() {
            Some("The variable CHROMIUM names it; without that, Debian's is used.")
        } else if !has_apt() {
            Some("Name the one to use in the variable CHROMIUM.")
        } else if !rustix::process::geteuid().is_root() {
            Some("Install it with `sudo apt-get install chromium`, or name another in the variable CHROMIUM.")
        } else {
            None
        };
        if let Some(remedy) = remedy {
            return Err(Failure::Because(format!("There is no {}. {remedy}", chromium.display())));
        }
        apt_install(&["chromium", "fonts-liberation"], workspace, interrupts)?;
    }
    let version = version(&chromium, workspace.root())
        .ok_or_else(|| Failure::Because(format!("{} doesn't run", chromium.display())))?;
    println!("Chromium {version}");
    Ok(())
}

fn install_postgres(workspace: &Workspace, interrupts: &Interrupts) -> Result<(), Failure> {
    if initdb().is_none() {
        if !has_apt() || !rustix::process::geteuid().is_root() {
            let remedy =
                "`sudo apt-get install postgresql` brings it on Debian; elsewhere, put `initdb` on the PATH.";
            return Err(Failure::Because(format!("There is no PostgreSQL server. {remedy}")));
        }
        apt_install(&["postgresql"], workspace, interrupts)?;
    }
    let version = initdb().and_then(|initdb| version(&initdb, workspace.root()));
    let version = version.ok_or_else(|| Failure::Because("PostgreSQL's initdb doesn't run".to_owned()))?;
    println!("PostgreSQL {version}");
    Ok(())
}

/// The program that makes a PostgreSQL server's files: Debian's, which are on nobody's PATH, or another.
fn initdb() -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = debian.map(|version| version.path().join("bin")).chain(std::env::split_paths(&path));
    folders.map(|folder| folder.join("initdb")).find(|initdb| initdb.is_file())
}

fn install_cpp_compiler(workspace: &Workspace, interrupts: &Interrupts) -> Result<(), Failure> {
    let compiler = std::env::var_os("CXX").map_or_else(|| PathBuf::from("c++"), PathBuf::from);
    if version(&compiler, workspace.root()).is_none() {
        if std::env::var_os("CXX").is_some() || !has_apt() || !rustix::process::geteuid().is_root() {
            return Err(Failure::Because(format!(
                "There is no C++ compiler: `{}` doesn't run. On Debian, `sudo apt-get install g++` brings one; the \
                 variable CXX names another.",
                compiler.display()
            )));
        }
        apt_install(&["g++"], workspace, interrupts)?;
    }
    println!("C++ compiler {}", version(&compiler, workspace.root()).unwrap_or_default());
    Ok(())
}

fn install_llvm(workspace: &Workspace, interrupts: &Interrupts) -> Result<(), Failure> {
    let find = || {
        let llvm = Llvm::find(workspace);
        llvm.ok_or_else(|| Failure::Because("`rustc -vV` doesn't say which LLVM it has".to_owned()))
    };
    let mut llvm = find()?;
    if (llvm.profdata.is_none() || llvm.clang.is_none()) && has_apt() && rustix::process::geteuid().is_root()
    {
        let packages = ["llvm", "clang"].map(|name| format!("{name}-{}", llvm.major));
        // Not every Debian has them.
        if apt_install(&packages.each_ref().map(String::as_str), workspace, interrupts).is_ok() {
            llvm = find()?;
        }
    }
    let Some(profdata) = llvm.profdata else {
        return Err(Failure::Because(format!(
            "There is no llvm-profdata of LLVM {}, the compiler's. `rustup component add llvm-tools` brings it.",
            llvm.major
        )));
    };
    println!("{}", profdata.display());
    match llvm.clang {
        Some(clang) => println!("{}", clang.display()),
        None => println!("No clang of LLVM {}: what is C is built as ever", llvm.major),
    }
    Ok(())
}

/// What a program prints, if it runs.
pub(crate) fn told(program: &Path, arguments: &[&str], folder: &Path) -> Option<String> {
    let output =
        Command::new(program).args(arguments).current_dir(folder).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn has_apt() -> bool {
    Path::new("/usr/bin/apt-get").exists()
}

/// Installs Debian's packages.
fn apt_install(packages: &[&str], workspace: &Workspace, interrupts: &Interrupts) -> Result<(), Failure> {
    println!("Installing Debian's {}", packages.join(" and "));
    let apt = |arguments: &[&str]| {
        let mut command = process::command("apt-get", workspace.root());
        // Without a terminal of its own, which a process outside the foreground can't have.
        command.args(["-qq", "-o", "Dpkg::Use-Pty=0"]).args(arguments);
        process::run(command.env("DEBIAN_FRONTEND", "noninteractive"), interrupts)
    };
    apt(&["update"])?;
    apt(&[&["install", "--yes", "--no-install-recommends"], packages].concat())
}

fn install_cargo_deny(workspace: &Workspace, interrupts: &Interrupts) -> Result<(), Failure> {
    if version(&cargo_deny(workspace), workspace.root()).is_none() {
        println!(
            "Installing cargo-deny {CARGO_DENY} into {}, which takes a minute or two",
            workspace.shown(&workspace.tools())
        );
        let mut command = process::command("cargo", workspace.root());
        command.args(["install", "--quiet", "cargo-deny", "--version", CARGO_DENY, "--locked", "--root"]);
        command.arg(workspace.tools());
        // It checks in two seconds whichever way it is built; without optimization it builds in a quarter of the time,
        // and without its features it lacks only what fetches advisories.
        command.args(["--debug", "--no-default-features"]).env("CARGO_PROFILE_DEV_DEBUG", "none");
        // Not among what this workspace built.
        process::run(command.env_remove("CARGO_TARGET_DIR"), interrupts)?;
    }
    let version = version(&cargo_deny(workspace), workspace.root()).unwrap_or_default();
    println!("cargo-deny {version}");
    Ok(())
}

fn installed_cargo_deny(workspace: &Workspace) -> PathBuf {
    workspace.tools().join("bin/cargo-deny")
}

/// The version in the first line of what a program says to `--version`; `None` if it doesn't run.
fn version(program: &Path, folder: &Path) -> Option<String> {
    let text = told(program, &["--version"], folder)?;
    let words = text.lines().next()?.split_whitespace();
    let mut numbers = words.map(|word| word.trim_start_matches('v').trim_end_matches(')'));
    numbers.find(|word| word.starts_with(|first: char| first.is_ascii_digit())).map(str::to_owned)
}

/// A version's first two numbers.
pub(crate) fn parsed(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(parsed("20.19.0") >= Some(NODE));
        assert!(parsed("100.0.1") >= Some(NODE));
        assert!(parsed("20.9.0") < Some(NODE));
        assert!(parsed("nightly") < Some(NODE));
    }

    #[test]
    fn cargo_says_its_version() {
        let version = version(Path::new("cargo"), Path::new(".")).unwrap();
        assert!(parsed(&version) >= Some((1, 0)), "{version}");
        assert_eq!(super::version(Path::new("no-such-program"), Path::new(".")), None);
    }
}
