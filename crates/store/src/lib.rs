//! The [`Store`](passgate_core::store::Store) of `passgate-core` on databases: SQLite in [`sqlite`],
//! PostgreSQL in [`postgres`].
//!
//! All backends pass one contract suite, `tests/contract`.

mod console_records;
mod decisions;
mod failure;
mod migrated_past;
mod paging;
pub mod postgres;
mod records;
mod rows;
pub mod sqlite;
