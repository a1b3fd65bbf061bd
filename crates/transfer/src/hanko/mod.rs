//! The original server's PostgreSQL database (Hanko's Passkey API), read as it is at one moment.
//!
//! Everything but its signing keys comes along: those lie there beside the secret that seals them, and are not taken
//! over. API keys are hashed by the database, so that their plain text never leaves it. User ids are never
//! reinterpreted; what a passkey of the original's may carry as its user handle becomes one of the user's handles
//! ([`user`]).

mod alterations;
mod api_key;
mod audit_row;
mod config;
mod credential;
mod database;
mod source;
mod transaction;
mod user;

pub use database::{HankoDatabase, HankoError, HankoTenant, RefusedTenant, Snapshot};
pub use source::HankoSource;
