//! A line that tells a person at a terminal how far a load has come.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const REDRAWN_EVERY: Duration = Duration::from_millis(200);

/// What callers count as they go.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) completed: AtomicU64,
    pub(crate) failed: AtomicU64,
}

/// The line. It is gone when this value is.
#[derive(Debug)]
pub(crate) struct ProgressLine {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ProgressLine {
    /// A line on standard error, if that is a terminal.
    pub(crate) fn show(what: &'static str, counts: &std::sync::Arc<Counts>) -> Self {
        if !io::stderr().is_terminal() {
            return Self { stop: None, thread: None };
        }
        let counts = std::sync::Arc::clone(counts);
        let (stop, stopped) = mpsc::channel();
        let begun = Instant::now();
        let before = counts.completed.load(Ordering::Relaxed);
        let thread = std::thread::spawn(move || {
            while stopped.recv_timeout(REDRAWN_EVERY) == Err(RecvTimeoutError::Timeout) {
                let completed = counts.completed.load(Ordering::Relaxed) - before;
                let failed = counts.failed.load(Ordering::Relaxed);
                let seconds = begun.elapsed();
                let rate = u128::from(completed) * 1000 / seconds.as_millis().max(1);
                // The terminal may be gone; then nobody looks.
                let _ = write!(
                    io::stderr(),
                    "\r\x1b[2K{what}: {} s, {completed} done ({rate} a second), {failed} failed",
                    seconds.as_secs()
                );
                let _ = io::stderr().flush();
            }
            let _ = write!(io::stderr(), "\r\x1b[2K");
            let _ = io::stderr().flush();
        });
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
