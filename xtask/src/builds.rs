//! What the demo and the end-to-end tests run.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use crate::failure::Failure;
use crate::interrupts::Interrupts;
use crate::process;
use crate::workspace::Workspace;

/// The binaries that Cargo built.
pub(crate) struct Binaries {
    pub(crate) passgate: PathBuf,
    pub(crate) tutorial_backend: PathBuf,
}

/// Builds the binaries; Cargo knows what is stale.
pub(crate) fn binaries(workspace: &Workspace, interrupts: &Interrupts) -> Result<Binaries, Failure> {
    println!("Building Passgate and the tutorial's backend");
    let arguments = ["--package", "passgate", "--package", "tutorial-backend"];
    let messages = messages(workspace, interrupts, &arguments)?;
    Ok(Binaries {
        passgate: executable(&messages, "passgate")?,
        tutorial_backend: executable(&messages, "tutorial-backend")?,
    })
}

/// What Cargo says when it builds what these arguments name.
pub(crate) fn messages(
    workspace: &Workspace,
    interrupts: &Interrupts,
    arguments: &[&str],
) -> Result<String, Failure> {
    let mut command = process::command("cargo", workspace.root());
    command.args(["build", "--locked", "--message-format=json-render-diagnostics"]).args(arguments);
    process::output(&mut command, interrupts)
}

/// The path of a binary that Cargo's messages tell of.
pub(crate) fn executable(messages: &str, name: &str) -> Result<PathBuf, Failure> {
    let made = messages.lines().filter_map(|line| executable_of(line, name)).next_back();
    made.ok_or_else(|| Failure::Because(format!("Cargo built no binary {name}")))
}

/// The path in one of Cargo's messages, if it is about the binary of this name.
fn executable_of(message: &str, name: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    if message["target"]["name"] != name {
        return None;
    }
    message["executable"].as_str().map(PathBuf::from)
}

/// Builds the frontend's pages if one of its sources is newer than they are.
pub(crate) fn pages(workspace: &Workspace, interrupts: &Interrupts) -> Result<(), Failure> {
    let folder = workspace.frontend();
    let built = changed(&folder.join("dist/index.html"));
    if built.is_some() && newest_source(&folder)? < built {
        return Ok(());
    }
    println!("Building the frontend's pages");
    let mut command = process::command("node", &folder);
    command.args(["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"]);
    // The demo's backend is where the pages look for it when nobody tells them otherwise.
    process::run(command.env_remove("VITE_BACKEND_URL"), interrupts)
}

fn newest_source(folder: &Path) -> Result<Option<SystemTime>, Failure> {
    let mut newest = None;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).map_err(Failure::to(format_args!("list {}", folder.display())))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                if !path.ends_with("dist") && !path.ends_with("node_modules") {
                    folders.push(path);
                }
            } else {
                newest = newest.max(changed(&path));
            }
        }
    }
    Ok(newest)
}

/// When a file was last written to, if there is one.
pub(crate) fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_is_found_among_cargos_messages() {
        let message =
            r#"{"reason":"compiler-artifact","target":{"name":"passgate"},"executable":"/t/passgate"}"#;
        assert_eq!(executable_of(message, "passgate"), Some("/t/passgate".into()));
        assert_eq!(executable_of(message, "tutorial-backend"), None);
        let library = r#"{"reason":"compiler-artifact","target":{"name":"passgate"},"executable":null}"#;
        assert_eq!(executable_of(library, "passgate"), None);
        assert_eq!(executable_of("warning: not a message", "passgate"), None);
    }
}
