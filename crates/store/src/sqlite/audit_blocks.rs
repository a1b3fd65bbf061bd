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

/// Whether a block may begin with a row: each 32nd or so, by the random end of its id. To ask how long the newest block is
/// takes as long as a row's place in the index; without asking, some blocks would be many times as long as others, and it
/// is the long ones that most rows are in.
pub(super) fn may_begin_block(id: AuditId) -> bool {
    id.as_uuid().as_bytes()[15].is_multiple_of(32)
}

/// SQL: the block of a new row of tenant `?1` and user `?9`, from the time `?2`; `?12` is whether a block may begin with
/// it, as it then does if the newest has 224 rows. Rows without a user are in no index, and so in any block.
macro_rules! block_of_new_row {
    () => {
        "CASE
             WHEN ?9 IS NULL THEN 0
             WHEN ?12
                 AND ?2 > coalesce((SELECT max(created_at) FROM audit_logs WHERE tenant_id = ?1), -1)
                 AND 224 = (
                     SELECT count(*)
                     FROM (
                         SELECT 1
                         FROM audit_logs INDEXED BY audit_logs_by_actor
                         WHERE tenant_id = ?1
                             AND block = (
                                 SELECT max(block)
                                 FROM audit_logs INDEXED BY audit_logs_by_actor
                                 WHERE tenant_id = ?1 AND actor_user_id IS NOT NULL
                             )
                             AND actor_user_id IS NOT NULL
                         LIMIT 224
                     )
                 )
             THEN ?2
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
    use std::collections::BTreeMap;

    use passgate_core::audit::{AuditEntry, AuditType, RequestOrigin};
    use passgate_core::user::AppUserId;
    use uuid::Uuid;

    use super::*;
    use crate::sqlite::audit;
    use crate::sqlite::plans::{empty, plan};

    /// Row `number` of a tenant, one of `in_a_moment` in its millisecond.
    fn entry(tenant: u128, number: u32, in_a_moment: u32) -> AuditEntry {
        AuditEntry {
            id: AuditId::new(Uuid::from_u128(number.into())),
            tenant_id: TenantId::new(Uuid::from_u128(tenant)),
            kind: AuditType::AuthenticationFinalSucceeded,
            error: None,
            actor: Some(AppUserId::new(format!("user {}", number * 31 % 7)).unwrap()),
            credential: None,
            transaction: None,
            origin: RequestOrigin {
                request_id: String::new(),
                source_ip: String::new(),
                user_agent: String::new(),
            },
            at: Timestamp::from_millis(1_000 + i64::from(number / in_a_moment)),
        }
    }

    /// How many rows each block of a tenant has, oldest first.
    fn blocks(db: &Connection, tenant: u128) -> Vec<u32> {
        let mut statement = db
            .prepare(
                "SELECT block, count(*), min(created_at)
                 FROM audit_logs
                 WHERE tenant_id = ?1
                 GROUP BY block
                 ORDER BY block",
            )
            .unwrap();
        let rows = statement.query_map([Uuid::from_u128(tenant).as_bytes()], |row| {
            let (block, count, from): (i64, u32, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            assert!(block <= from, "a row of {from} is in block {block}");
            Ok((block, count))
        });
        rows.unwrap().collect::<Result<BTreeMap<_, _>, _>>().unwrap().into_values().collect()
    }

    #[test]
    fn blocks_are_of_like_length_and_each_tenant_has_its_own() {
        let (db, _folder) = empty();
        let tenants = [1, 2];
        for tenant in tenants {
            db.execute(
                "INSERT INTO tenants (id, display_name, config, created_at, updated_at) VALUES (?1, '', '{}', 0, 0)",
                [Uuid::from_u128(tenant).as_bytes()],
            )
            .unwrap();
        }
        db.execute_batch("BEGIN").unwrap();
        for number in 0..3_000 {
            audit::append(&db, &entry(1, number, 1)).unwrap();
            audit::append(&db, &entry(2, number, 10)).unwrap();
        }
        for (tenant, longest) in [(1, 256), (2, 256 + 10 * 32)] {
            let blocks = blocks(&db, tenant);
            assert_eq!(blocks.iter().sum::<u32>(), 3_000);
            let complete = &blocks[..blocks.len() - 1];
            assert!(
                complete.len() > 3 && complete.iter().all(|rows| (224..=longest).contains(rows)),
                "{blocks:?}"
            );
        }
    }

    #[test]
    fn a_row_of_a_tenant_that_is_gone_is_left_out() {
        let (db, _folder) = empty();
        db.pragma_update(None, "foreign_keys", true).unwrap();
        audit::append(&db, &entry(1, 0, 1)).unwrap();
        assert_eq!(blocks(&db, 1), [0_u32; 0]);
    }

    #[test]
    fn the_next_block_is_found_without_reading_the_others() {
        let plan = plan(NEWEST);
        assert!(plan.contains("audit_logs_by_actor (tenant_id=? AND block<?)"), "{plan}");
        assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}
