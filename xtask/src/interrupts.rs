//! Ctrl-C and its like.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::failure::Failure;

/// Remembers that this process was asked to end, until somebody takes note.
pub(crate) struct Interrupts {
    /// The signal's number; 0 is none.
    last: Arc<AtomicUsize>,
}

impl Interrupts {
    /// From here on the signals that end a process only leave a note.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let last = Arc::new(AtomicUsize::new(0));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            let number = usize::try_from(signal).unwrap_or_default();
            signal_hook::flag::register_usize(signal, Arc::clone(&last), number)
                .map_err(Failure::to("listen for signals"))?;
        }
        Ok(Self { last })
    }

    /// The signal that came since the last call.
    pub(crate) fn take(&self) -> Option<i32> {
        match self.last.swap(0, Ordering::Relaxed) {
            0 => None,
            number => i32::try_from(number).ok(),
        }
    }

    /// Fails if a signal came since the last call.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        self.take().map_or(Ok(()), |signal| Err(Failure::Interrupted(signal)))
    }
}
