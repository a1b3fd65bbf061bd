//! Where PostgreSQL's programs are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// Where Debian's packages put each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder that has `initdb` and `postgres`: the newest of Debian's, or else one in `PATH`.
///
/// # Panics
/// If there is none; the message says how to get one.
pub(crate) fn folder() -> PathBuf {
    debian().or_else(in_path).expect("PostgreSQL is not installed: apt-get install postgresql")
}

fn debian() -> Option<PathBuf> {
    fs::read_dir(DEBIAN)
        .ok()?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            let folder = entry.path().join("bin");
            has_server(&folder).then_some((version, folder))
        })
        .max()
        .map(|(_, folder)| folder)
}

fn in_path() -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).find(|folder| has_server(folder))
}

fn has_server(folder: &Path) -> bool {
    folder.join("initdb").is_file() && folder.join("postgres").is_file()
}
