//! The binary as people run it: a process of its own, real signals, real files.

#![expect(clippy::unwrap_used, reason = "a test fails where something it needs is missing")]

mod command_line;
mod console;
mod harness;
mod inspect;
mod kill;
mod load;
mod metadata;
mod nodes;
mod observed;
mod offline;
mod outages;
mod postgres;
mod secret;
mod start;
mod stop;
mod transfer;
mod verify;
mod webhooks;
