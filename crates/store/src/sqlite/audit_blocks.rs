//! The blocks of the audit log: what its index by users is in first, so that logins write to few of its pages
//! (`0007_timelines.sql`).
//!
//! A block is named by a time, in milliseconds. A row is in its tenant's newest block that is not after it; and a block
//! begins only with a row that is later than all rows of the tenant. So of two rows, the later is never in the older
//! block, whatever the order in which they are written, and whatever the clock does meanwhile.

use passgate_core::clock::Timestamp;
use passgate_core::ids::{AuditId, TenantId};
use rusqlite::{CachedStatement, Connection};

use super::fault::Fault;
use crate::rows::Blob;

/// Whether a block begins with a row, if it can: about each 256th, by the random end of its id.
pub(super) fn begins_block(id: AuditId) -> bool {
    id.as_uuid().as_bytes()[15] == 0
}

/// SQL: the block of a new row of tenant `?1` and user `?9`, from the time `?2`; `?12` is whether a block begins with it.
/// Rows without a user are in no index, and so in any block.
macro_rules! block_of_new_row {
    () => {
        "CASE
             WHEN ?9 IS NULL THEN 0
             WHEN ?12 AND ?2 > coalesce((SELECT max(created_at) FROM audit_logs WHERE tenant_id = ?1), -1) THEN ?2
             ELSE coalesce(
                 (
                     SELECT max(block)
                     FROM audit_logs INDEXED BY audit_logs_by_actor
                     WHERE tenant_id = ?1 AND block <= ?2 AND actor_user_id IS NOT NULL
                 ),
                 0
             )
         END"
    };
}
pub(super) use block_of_new_row;

/// A tenant's blocks, newest first.
pub(super) struct Blocks<'a> {
    older: CachedStatement<'a>,
    /// The next one is at most this.
    at_most: i64,
}

const NEWEST: &str = "SELECT max(block)
     FROM audit_logs INDEXED BY audit_logs_by_actor
     WHERE tenant_id = ?1 AND block <= ?2 AND actor_user_id IS NOT NULL";

impl<'a> Blocks<'a> {
    /// Those that may hold rows up to a moment; else all.
    pub(super) fn until(
        db: &'a Connection,
        tenant_id: TenantId,
        until: Option<Timestamp>,
    ) -> Result<Self, Fault> {
        let mut older = db.prepare_cached(NEWEST)?;
        older.raw_bind_parameter(1, tenant_id.blob())?;
        // What is from before 1970, as an import may be, is in the first block, 0.
        Ok(Self { older, at_most: until.map_or(i64::MAX, |until| until.as_millis().max(0)) })
    }

    pub(super) fn next_older(&mut self) -> Result<Option<i64>, Fault> {
        self.older.raw_bind_parameter(2, self.at_most)?;
        let mut rows = self.older.raw_query();
        let row = rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        let block: Option<i64> = row.get(0)?;
        if let Some(block) = block {
            self.at_most = block - 1;
        }
        Ok(block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plans::plan;

    #[test]
    fn the_next_block_is_found_without_reading_the_others() {
        let plan = plan(NEWEST);
        assert!(plan.contains("audit_logs_by_actor (tenant_id=? AND block<?)"), "{plan}");
        assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}
