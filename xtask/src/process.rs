//! Other programs. Each runs in a process group of its own, so that whatever it starts ends with it, and none
//! outlives this process unless this one is killed outright.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use crate::failure::Failure;
use crate::interrupts::Interrupts;

const POLL: Duration = Duration::from_millis(25);
/// Longer than Passgate takes to let its requests finish.
const PATIENCE: Duration = Duration::from_secs(30);

/// A command with nothing to read from, in this folder, with this process's environment less what would change its
/// course: `cargo run`'s own variables, and what the person's shell says to Passgate or the tutorial.
pub(crate) fn command(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let prefixes = ["CARGO_PKG_", "CARGO_MANIFEST_", "PASSGATE_", "PASSKEYS_"];
        if prefixes.iter().any(|prefix| name.as_encoded_bytes().starts_with(prefix.as_bytes())) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs it to its end, its output going where this process's goes; fails if it does.
pub(crate) fn run(command: &mut Command, interrupts: &Interrupts) -> Result<(), Failure> {
    let shown = shown(command);
    let status = Running::start(command)?.end(interrupts)?;
    if status.success() { Ok(()) } else { Err(Failure::Because(format!("`{shown}` failed: {status}"))) }
}

/// As [`run`], but returns what it wrote to its standard output.
pub(crate) fn output(command: &mut Command, interrupts: &Interrupts) -> Result<String, Failure> {
    let (text, status) = output_and_status(command, interrupts)?;
    if status.success() {
        return Ok(text);
    }
    Err(Failure::Because(format!("`{}` failed: {status}", shown(command))))
}

/// What it wrote to its standard output, however it ended.
pub(crate) fn output_and_status(
    command: &mut Command,
    interrupts: &Interrupts,
) -> Result<(String, ExitStatus), Failure> {
    let shown = shown(command);
    let mut running = Running::start(command.stdout(Stdio::piped()))?;
    let pipe = running.child.stdout.take();
    let reader = thread::spawn(move || {
        let mut text = String::new();
        pipe.map_or(Ok(0), |mut pipe| pipe.read_to_string(&mut text)).map(|_| text)
    });
    let status = running.end(interrupts)?;
    let read = reader.join().map_err(|_| Failure::Because(format!("lost the output of `{shown}`")))?;
    let text = read.map_err(Failure::to(format_args!("read the output of `{shown}`")))?;
    Ok((text, status))
}

/// A program that runs. Dropping it kills it.
pub(crate) struct Running {
    child: Child,
    ended: Option<ExitStatus>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Result<Self, Failure> {
        let child = command
            .process_group(0)
            .spawn()
            .map_err(Failure::to(format_args!("run `{}`", command.get_program().display())))?;
        Ok(Self { child, ended: None })
    }

    /// Its number, which nobody else has before this value is gone.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has. Then nothing is left of its group either.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>, Failure> {
        if self.ended.is_none() && self.has_exited()? {
            // Until the wait below, the group's number can be nobody else's.
            self.signal(Signal::KILL);
            self.ended = Some(self.child.wait().map_err(Failure::to("wait for a process"))?);
        }
        Ok(self.ended)
    }

    /// Asks it to end and waits until it has; kills it when it takes too long, or when this process is told again.
    pub(crate) fn stop(self, interrupts: &Interrupts) -> Result<(), Failure> {
        self.leave(Signal::TERM, interrupts)
    }

    /// Waits for its end; asked to stop, does as a terminal does at Ctrl-C.
    fn end(mut self, interrupts: &Interrupts) -> Result<ExitStatus, Failure> {
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            if let Some(signal) = interrupts.take() {
                self.leave(Signal::INT, interrupts)?;
                return Err(Failure::Interrupted(signal));
            }
            thread::sleep(POLL);
        }
    }

    fn leave(mut self, signal: Signal, interrupts: &Interrupts) -> Result<(), Failure> {
        if self.ended()?.is_some() {
            return Ok(());
        }
        self.signal(signal);
        let deadline = Instant::now() + PATIENCE;
        while self.ended()?.is_none() && Instant::now() < deadline && interrupts.take().is_none() {
            thread::sleep(POLL);
        }
        Ok(())
    }

    fn has_exited(&self) -> Result<bool, Failure> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let seen = waitid(WaitId::Pid(self.group()), options).map_err(Failure::to("wait for a process"))?;
        Ok(seen.is_some())
    }

    fn signal(&self, signal: Signal) {
        // It fails when nobody is left to hear it.
        let _ = kill_process_group(self.group(), signal);
    }

    fn group(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended.is_none() {
            self.signal(Signal::KILL);
            let _ = self.child.wait();
        }
    }
}

fn shown(command: &Command) -> String {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
