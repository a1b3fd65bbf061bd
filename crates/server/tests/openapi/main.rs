//! The documents of both APIs: checked in as they are made, and sound.

#![expect(clippy::unwrap_used, reason = "a test fails where something it needs is missing")]

mod checked_in;
mod sound;
