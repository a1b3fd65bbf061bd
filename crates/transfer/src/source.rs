//! Where records come from.

use std::future::Future;

use passgate_core::config::TenantConfig;
use passgate_core::ids::TenantId;
use passgate_core::signing_key::SigningAlgorithm;
use passgate_core::text::Text;
use passgate_core::transfer::TransferRecord;

use crate::report::{Note, Place};

/// A tenant as its source describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceTenant {
    /// Its id, kept.
    pub id: TenantId,
    /// What operators call it.
    pub display_name: Text<1, 128>,
    /// Its configuration.
    pub config: TenantConfig,
    /// What its tokens were signed with. Its keys stay where they are; new ones are made.
    pub signing_algorithm: SigningAlgorithm,
}

/// What comes next out of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// A record, and what had to be altered for it to come along.
    Record {
        /// Where it is there.
        place: Place,
        /// The record.
        record: TransferRecord,
        /// What was altered.
        changes: Vec<Note>,
    },
    /// Something that can't come along.
    Refused(Note),
}

/// How far a source has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// How much has been read.
    pub done: u64,
    /// How much there is, where that is known.
    pub total: Option<u64>,
    /// What is counted.
    pub unit: Unit,
}

/// What [`Progress`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of a file.
    Bytes,
    /// Rows of a database.
    Rows,
}

/// Reads one tenant's things: API keys, then users, then what is theirs. Holds a bounded part of them at a time.
pub trait Source: Send {
    /// How reading fails: what was read before is whole.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Whose things these are.
    fn tenant(&self) -> &SourceTenant;
    /// What had to be altered in the tenant itself for it to come along.
    fn tenant_changes(&self) -> &[Note];
    /// The next record; none after the last.
    fn next(&mut self) -> impl Future<Output = Result<Option<Arrival>, Self::Error>> + Send;
    /// How far it has come.
    fn progress(&self) -> Progress;
}
