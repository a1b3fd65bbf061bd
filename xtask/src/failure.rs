//! Why a task ended before it was done.

use std::fmt;

/// What a task ends with when it can't go on. Its text is for the person who ran it.
#[derive(Debug)]
pub(crate) enum Failure {
    /// That person, or whatever manages the machine, said to stop: the signal's number.
    Interrupted(i32),
    /// Anything else, said in full.
    Because(String),
}

impl Failure {
    /// Turns an error of the operating system's into one that says what was attempted.
    pub(crate) fn to<E: fmt::Display>(attempt: impl fmt::Display) -> impl FnOnce(E) -> Self {
        move |error| Self::Because(format!("can't {attempt}: {error}"))
    }

    /// What a shell expects of a process that ended this way.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Interrupted(signal) => u8::try_from(128 + signal).unwrap_or(u8::MAX),
            Self::Because(_) => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted(_) => f.write_str("Stopped."),
            Self::Because(reason) => f.write_str(reason),
        }
    }
}
