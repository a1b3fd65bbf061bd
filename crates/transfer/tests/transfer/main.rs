//! What moves, between real databases: SQLite files here, the original's schema on a real PostgreSQL there.

#![expect(clippy::unwrap_used, reason = "a test fails where something it needs is missing")]

mod alterations;
mod dry_run;
mod files;
mod harness;
mod interruption;
mod original;
mod passkeys;
mod round_trip;
mod schema;
