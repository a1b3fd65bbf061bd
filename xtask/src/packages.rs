//! npm packages.

use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::interrupts::Interrupts;
use crate::process;
use crate::workspace::Workspace;

/// Installs what the lockfile of `folder` names, unless that is what was installed last.
pub(crate) fn install(folder: &Path, workspace: &Workspace, interrupts: &Interrupts) -> Result<(), Failure> {
    let lockfile = folder.join("package-lock.json");
    let wanted =
        fs::read(&lockfile).map_err(Failure::to(format_args!("read {}", workspace.shown(&lockfile))))?;
    // `npm ci` begins with deleting node_modules, so this is there only if it ended well.
    let installed = folder.join("node_modules/.installed-package-lock.json");
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("Installing the npm packages of {}", workspace.shown(folder));
    process::run(process::command("npm", folder).args(["ci", "--no-progress"]), interrupts)?;
    fs::write(&installed, wanted).map_err(Failure::to(format_args!("write {}", workspace.shown(&installed))))
}
