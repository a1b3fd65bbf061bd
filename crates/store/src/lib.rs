//! The [`Store`](passgate_core::store::Store) of `passgate-core` on databases: SQLite in [`sqlite`].
//!
//! All backends pass one contract suite, `tests/contract`.

mod decisions;
mod failure;
mod records;
mod rows;
pub mod sqlite;
