//! The load that a release build is guided by: on both databases, what an app's users do most.

use std::path::PathBuf;

use super::server::Server;
use super::tools::Tools;
use super::{Bench, CALLERS, FULL, Scale};
use crate::failure::Failure;
use crate::interrupts::Interrupts;
use crate::workspace::Workspace;

/// How long each phase takes, in seconds.
const SECONDS: &str = "6";
const USERS: u32 = 2_000;

/// Has this binary of Passgate's do it.
pub(crate) fn train(
    workspace: &Workspace,
    interrupts: &Interrupts,
    passgate: PathBuf,
) -> Result<(), Failure> {
    let tools = Tools::build_beside(workspace, interrupts, passgate)?;
    let scale = Scale { users: USERS, ..FULL };
    let bench = Bench { workspace, interrupts, tools, scale, folder: workspace.target().join("guided") };
    let folder = bench.make_new("data")?;
    let callers = CALLERS.to_string();
    bench.on_each(&folder, |engine| {
        let database = engine.database("training");
        let server = Server::start(&bench, &database)?;
        let accounts = folder.join(format!("{}-accounts.jsonl", database.key()));
        server.populate(&bench, 1, bench.scale.users, &accounts)?;
        for phase in ["login", "login-init", "mixed"] {
            let arguments = ["--duration", SECONDS, "--concurrency", &callers];
            server.load_without_errors(&bench, phase, &accounts, &arguments)?;
        }
        // What it counted, it writes at its end.
        server.stop(interrupts)
    })
}
