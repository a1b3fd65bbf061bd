//! Where things are.

use std::path::{Path, PathBuf};

/// The checkout that these tasks work on.
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The one that this binary was built from.
    pub(crate) fn here() -> Self {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self { root: package.parent().unwrap_or(package).to_owned() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn frontend(&self) -> PathBuf {
        self.root.join("examples/tutorial/frontend")
    }

    pub(crate) fn backend_hono(&self) -> PathBuf {
        self.root.join("examples/tutorial/backend-hono")
    }

    pub(crate) fn console(&self) -> PathBuf {
        self.root.join("apps/console")
    }

    pub(crate) fn end_to_end(&self) -> PathBuf {
        self.root.join("e2e")
    }

    /// Where Cargo puts what it builds; packages outside the workspace share it, so that what they have in common with the
    /// workspace is built once.
    pub(crate) fn target(&self) -> PathBuf {
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.root.join("target"), PathBuf::from)
    }

    /// Our verifier beside others.
    pub(crate) fn differential(&self) -> PathBuf {
        self.root.join("crates/webauthn/differential")
    }

    /// The verifier against others' authenticator.
    pub(crate) fn interop(&self) -> PathBuf {
        self.root.join("crates/webauthn/interop")
    }

    /// The fuzz targets.
    pub(crate) fn fuzz(&self) -> PathBuf {
        self.root.join("fuzz")
    }

    /// Tools that a task installed for itself.
    pub(crate) fn tools(&self) -> PathBuf {
        self.root.join("target/tools")
    }

    /// What the demo keeps from one run to the next.
    pub(crate) fn demo(&self) -> PathBuf {
        self.root.join(".demo")
    }

    /// The path as somebody who stands at the root would type it.
    pub(crate) fn shown<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}
