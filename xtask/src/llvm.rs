//! Programs of the LLVM that the Rust compiler is made with, by which a build is guided.

use std::path::{Path, PathBuf};

use crate::needs::{parsed, told};
use crate::workspace::Workspace;

/// The compiler's LLVM, and what of it this machine has.
pub(crate) struct Llvm {
    /// The target that the compiler builds for unless told.
    pub(crate) host: String,
    /// LLVM's major version. What binaries count is read by this one, and often by no older one.
    pub(crate) major: u32,
    /// Merges what binaries counted.
    pub(crate) profdata: Option<PathBuf>,
    /// Compiles C so that it counts together with Rust.
    pub(crate) clang: Option<PathBuf>,
}

impl Llvm {
    /// Finds it; `None` if the compiler doesn't run, or isn't made with LLVM.
    pub(crate) fn find(workspace: &Workspace) -> Option<Self> {
        let says = |program: &Path, arguments: &[&str]| told(program, arguments, workspace.root());
        let rustc = says(Path::new("rustc"), &["-vV"])?;
        let host = rustc.lines().find_map(|line| line.strip_prefix("host: "))?.to_owned();
        let major = major(&rustc, "LLVM version: ")?;
        let toolchain = says(Path::new("rustc"), &["--print", "sysroot"])?;
        let toolchain = Path::new(toolchain.trim()).join("lib/rustlib").join(&host).join("bin");
        // The toolchain's own, Debian's, or another.
        let find = |name: &str, fits: &dyn Fn(&str) -> bool| {
            let debian = Path::new("/usr/lib").join(format!("llvm-{major}/bin"));
            let candidates = [
                toolchain.join(name),
                debian.join(name),
                PathBuf::from(format!("{name}-{major}")),
                PathBuf::from(name),
            ];
            candidates.into_iter().find(|it| says(it, &["--version"]).is_some_and(|told| fits(&told)))
        };
        // What a newer one counts, the compiler's runtime may not write down.
        let clang = find("clang", &|told| self::major(told, "clang version ") == Some(major));
        let profdata =
            find("llvm-profdata", &|told| self::major(told, "LLVM version ").is_some_and(|it| it >= major));
        Some(Self { host, major, profdata, clang })
    }
}

/// The first number of the version that a program says after these words.
fn major(told: &str, words: &str) -> Option<u32> {
    // Apple counts by its own.
    let (_, version) = told.split_once(words).filter(|(before, _)| !before.ends_with("Apple "))?;
    parsed(version).map(|(major, _)| major)
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn programs_say_of_which_llvm_they_are() {
        assert_eq!(major("release: 1.95.0\nLLVM version: 22.1.2\n", "LLVM version: "), Some(22));
        for told in [
            "Debian LLVM version 22.1.8\n  Optimized build.\n",
            "LLVM (http://llvm.org/):\n  LLVM version 22.1.2-rust-1.95.0-stable\n",
        ] {
            assert_eq!(major(told, "LLVM version "), Some(22), "{told}");
        }
        assert_eq!(major("Debian clang version 22.1.8 (1~deb12u1)\n", "clang version "), Some(22));
        assert_eq!(major("Apple clang version 17.0.0\n", "clang version "), None);
        assert_eq!(major("gcc 12.2.0", "clang version "), None);
    }
}
