//! `cargo xtask demo`: the tutorial, running.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::builds::{self, Binaries};
use crate::failure::Failure;
use crate::interrupts::Interrupts;
use crate::needs::{self, Need};
use crate::packages;
use crate::servers::{APP_URL, Backend, Servers};
use crate::workspace::Workspace;

const WATCH: Duration = Duration::from_millis(100);

/// Runs until somebody stops it, or one of its servers ends.
pub(crate) fn run(workspace: &Workspace, interrupts: &Interrupts, backend: Backend) -> Result<(), Failure> {
    needs::provide(&[Need::Node, Need::Ports], workspace, interrupts)?;
    let binaries = prepare(workspace, interrupts, backend)?;
    make_folder(&workspace.demo())?;
    let mut servers = Servers::start(workspace, &binaries, backend, &workspace.demo(), interrupts)?;
    print!("{}", invitation(backend));
    let ended = watch(&mut servers, interrupts);
    println!();
    servers.stop(interrupts)?;
    ended
}

/// Installs and builds what is stale.
pub(crate) fn prepare(
    workspace: &Workspace,
    interrupts: &Interrupts,
    backend: Backend,
) -> Result<Binaries, Failure> {
    packages::install(&workspace.frontend(), workspace, interrupts)?;
    if backend == Backend::Hono {
        packages::install(&workspace.backend_hono(), workspace, interrupts)?;
    }
    let binaries = builds::binaries(workspace, interrupts)?;
    builds::pages(workspace, interrupts)?;
    Ok(binaries)
}

/// Makes a folder for the demo's data, which nobody else can look into, unless it is there.
pub(crate) fn make_folder(folder: &Path) -> Result<(), Failure> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(Failure::to(format_args!("make {}", folder.display())))
}

fn watch(servers: &mut Servers, interrupts: &Interrupts) -> Result<(), Failure> {
    while interrupts.take().is_none() {
        servers.require_all()?;
        thread::sleep(WATCH);
    }
    Ok(())
}

fn invitation(backend: Backend) -> String {
    let backend = match backend {
        Backend::Rust => "Rust",
        Backend::Hono => "TypeScript",
    };
    format!(
        "
The demo runs. Open  {APP_URL}

  1. Press \"Log in\" and use  john.doe@example.com  with the password  password123
  2. Press \"Register a new passkey\" and agree to what the browser asks.
  3. Press \"Log out\".
  4. Press \"Log in\" again, then \"Sign in with a passkey\": no password.

Without a device that keeps passkeys, Chromium's developer tools have one: More tools, WebAuthn,
\"Enable virtual authenticator environment\", with resident keys and user verification.

The backend ({backend}) is on http://localhost:3000, Passgate on http://localhost:8000, its admin API on
http://127.0.0.1:8001. Data and logs are in .demo; without that folder the next start begins afresh.

Ctrl-C stops everything.
"
    )
}
