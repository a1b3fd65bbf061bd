//! `cargo xtask demo --check`: the demo, driven by a program where a person would be.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::demo;
use crate::failure::Failure;
use crate::interrupts::Interrupts;
use crate::needs::{self, Need};
use crate::packages;
use crate::process;
use crate::servers::{Backend, Servers};
use crate::workspace::Workspace;

pub(crate) const NEEDS: &[Need] = &[Need::Node, Need::Chromium, Need::Ports];

/// Starts the servers on data of their own, tells the story once in a browser, and stops them.
pub(crate) fn run(workspace: &Workspace, interrupts: &Interrupts, backend: Backend) -> Result<(), Failure> {
    needs::provide(NEEDS, workspace, interrupts)?;
    packages::install(&workspace.end_to_end(), workspace, interrupts)?;
    let binaries = demo::prepare(workspace, interrupts, backend)?;

    let folder = workspace.demo().join("check");
    delete(&folder)?;
    delete(&screenshots(workspace))?;
    demo::make_folder(&folder)?;
    let mut servers = Servers::start(workspace, &binaries, backend, &folder, interrupts)?;
    let told = tell_story(workspace, interrupts);
    let all_ran = servers.require_all();
    servers.stop(interrupts)?;
    // If a server ended, that is why the story did.
    all_ran.and(told).map_err(|failure| match failure {
        Failure::Because(reason) => Failure::Because(format!(
            "{reason}\n\nThe step of the demo that failed is marked above. What the servers said is in {}.",
            workspace.shown(&folder.join("logs"))
        )),
        interrupted @ Failure::Interrupted(_) => interrupted,
    })?;
    println!("The demo works. Pictures of it are in {}.", workspace.shown(&screenshots(workspace)));
    Ok(())
}

fn tell_story(workspace: &Workspace, interrupts: &Interrupts) -> Result<(), Failure> {
    println!("Driving Chromium through it");
    let mut command = process::command("node", &workspace.end_to_end());
    command.args(["node_modules/@playwright/test/cli.js", "test", "--config", "demo/playwright.config.ts"]);
    command.env("CHROMIUM", needs::chromium()).env("SCREENSHOTS", screenshots(workspace));
    process::run(&mut command, interrupts)
}

fn screenshots(workspace: &Workspace) -> PathBuf {
    workspace.demo().join("screenshots")
}

/// Deletes a folder of an earlier check's, if there was one.
fn delete(folder: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Failure::to(format_args!("delete {}", folder.display()))(error))
        }
        _ => Ok(()),
    }
}
