//! Import and export: what moves, from where to where, and what becomes of it.
//!
//! Two places can be read: the original server's PostgreSQL database ([`hanko`]) and files of our own format
//! ([`json_lines`]). Either is a [`Source`], which [`import()`] takes into any [`Store`](passgate_core::store::Store),
//! or holds against it without writing. [`export()`] writes a tenant into a file.
//!
//! An import can be broken off and run again: what is there already stays as it is, and until one has come to its end,
//! the tenant is marked as unfinished. Nothing is left out silently: a [`TenantReport`] counts what became of each
//! record, and names those that can't come along, or come altered.

pub mod hanko;
pub mod json_lines;

mod export;
mod import;
mod kind;
mod report;
mod source;
mod unusable;

pub use export::{ExportError, export};
pub use import::{ImportError, ImportFailure, TenantMaker, import};
pub use kind::Kind;
pub use report::{Completion, Counts, Effect, Note, Place, TenantFate, TenantReport};
pub use source::{Arrival, Progress, Source, SourceTenant, Unit};
