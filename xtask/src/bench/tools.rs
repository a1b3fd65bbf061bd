//! The programs that a bench runs, as they are released.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::builds;
use crate::failure::Failure;
use crate::http;
use crate::interrupts::Interrupts;
use crate::ports;
use crate::process::{self, Running};
use crate::release::Guided;
use crate::workspace::Workspace;

pub(super) struct Tools {
    passgate: PathBuf,
    loadgen: PathBuf,
    throughput: PathBuf,
    folder: PathBuf,
}

impl Tools {
    /// The server as it is released, in some minutes.
    pub(super) fn build_guided(workspace: &Workspace, interrupts: &Interrupts) -> Result<Self, Failure> {
        let guided = Guided::build(workspace, interrupts)?;
        Self::build_beside(workspace, interrupts, guided.binary)
    }

    /// The server as Cargo builds it.
    pub(super) fn build_plain(workspace: &Workspace, interrupts: &Interrupts) -> Result<Self, Failure> {
        println!("Building Passgate");
        let built =
            builds::messages(workspace, interrupts, &["--release", "--package", "passgate", "--bins"])?;
        Self::build_beside(workspace, interrupts, builds::executable(&built, "passgate")?)
    }

    /// Builds what a binary of Passgate's is measured with.
    pub(super) fn build_beside(
        workspace: &Workspace,
        interrupts: &Interrupts,
        passgate: PathBuf,
    ) -> Result<Self, Failure> {
        println!("Building the load generator");
        let arguments = ["--release", "--package", "passgate-loadgen", "--bins"];
        let loadgen = builds::messages(workspace, interrupts, &arguments)?;
        let arguments = ["--release", "--package", "passgate-store", "--example", "throughput"];
        let throughput = builds::messages(workspace, interrupts, &arguments)?;
        Ok(Self {
            passgate,
            loadgen: builds::executable(&loadgen, "passgate-loadgen")?,
            throughput: builds::executable(&throughput, "throughput")?,
            folder: workspace.root().to_owned(),
        })
    }

    /// What fills a tenant with many rows.
    pub(super) fn many_rows(workspace: &Workspace, interrupts: &Interrupts) -> Result<PathBuf, Failure> {
        let arguments = ["--release", "--package", "passgate-store", "--example", "many_rows"];
        builds::executable(&builds::messages(workspace, interrupts, &arguments)?, "many_rows")
    }

    /// The server's binary.
    pub(super) fn binary(&self) -> &Path {
        &self.passgate
    }

    /// The server's binary, with nothing of this machine's configuration.
    pub(super) fn passgate(&self, folder: &Path) -> Command {
        process::command(&self.passgate, folder)
    }

    pub(super) fn loadgen(&self) -> Command {
        process::command(&self.loadgen, &self.folder)
    }

    /// What the load generator prints as JSON.
    pub(super) fn report(&self, arguments: &[&str], interrupts: &Interrupts) -> Result<Value, Failure> {
        json(&process::output(self.loadgen().args(arguments).arg("--json"), interrupts)?)
    }

    /// What the store's example prints, of so many seconds for each measurement, in a folder.
    pub(super) fn throughput(
        &self,
        seconds: f64,
        folder: &Path,
        interrupts: &Interrupts,
    ) -> Result<Value, Failure> {
        let mut command = process::command(&self.throughput, &self.folder);
        command.args(["--json", &seconds.to_string()]).arg(folder);
        json(&process::output(&mut command, interrupts)?)
    }

    /// A server secret that nobody had.
    pub(super) fn new_secret(&self, interrupts: &Interrupts) -> Result<String, Failure> {
        let mut command = self.passgate(&self.folder);
        let made = json(&process::output(command.args(["secret", "generate", "--json"]), interrupts)?)?;
        let secret = made["secret"].as_str().map(str::to_owned);
        secret.ok_or_else(|| Failure::Because("`passgate secret generate` printed no secret".to_owned()))
    }

    /// Starts the bare handler; says where it listens, once it answers.
    pub(super) fn start_bare_handler(&self, interrupts: &Interrupts) -> Result<(Running, String), Failure> {
        let [port, _] = ports::free()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut command = self.loadgen();
        command.args(["bare-handler", "--listen", &address.to_string()]).stdout(Stdio::null());
        let mut running = Running::start(&mut command)?;
        // It knows no such path, and says so.
        super::server::wait_for(&mut running, interrupts, || http::status(port, "/") == Some(404))?;
        Ok((running, format!("http://{address}")))
    }
}

fn json(text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text).map_err(Failure::to("read what a program printed"))
}
