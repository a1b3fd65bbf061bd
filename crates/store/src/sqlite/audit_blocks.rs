//! The blocks of the audit log: who is in which part of it, so that a user's timeline is found without an index by users,
//! which each login would have to write to (`0011_timelines_without_an_index.sql`).
//!
//! A block is a tenant's rows after the block before, up to a time. It has a mark, two bytes, for each of its users. Who
//! looks for a user reads the rows of the blocks that have the user's mark: those where the user is, and by chance one in
//! some hundred others. Rows after the newest block are in none yet; there are some hundred of them, and all are looked at.
//!
//! A row that comes late, from a time that a block has already, is added to that block, which is parted once it is long: a
//! log may be imported behind rows that are newer.

use std::ops::ControlFlow;

use aws_lc_rs::digest::{SHA256, digest};
use passgate_core::clock::Timestamp;
use passgate_core::ids::{AuditId, TenantId};
use passgate_core::user::AppUserId;
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::{Connection, OptionalExtension, params};

use super::fault::Fault;
use crate::rows::Blob;

/// How many rows a block has; more where many are of one time.
const ROWS: u32 = 256;

/// How many rows are in no block when one is made. Twice as many, so that those that come a little late are in none either.
const OPEN: u32 = 2 * ROWS;

/// What stands for a user in a block. Others may have the same.
type Mark = [u8; 2];

fn mark(user: &str) -> Mark {
    let digest = digest(&SHA256, user.as_bytes());
    [digest.as_ref()[0], digest.as_ref()[1]]
}

/// The marks of a block's users, each once.
#[derive(Debug, Default)]
struct Marks(Vec<u8>);

impl Marks {
    fn add(&mut self, mark: Mark) {
        if !has(&self.0, mark) {
            self.0.extend(mark);
        }
    }
}

fn has(marks: &[u8], mark: Mark) -> bool {
    marks.as_chunks::<2>().0.contains(&mark)
}

/// Takes account of a row that was just written.
pub(super) fn note(
    db: &Connection,
    tenant_id: TenantId,
    at: Timestamp,
    id: AuditId,
    user: Option<&str>,
) -> Result<(), Fault> {
    let late_in = user.map_or(Ok(None), |user| note_late(db, tenant_id, at, user))?;
    match late_in {
        _ if !may_end_block(id) => Ok(()),
        None => end_block(db, tenant_id),
        Some(until) => part_block(db, tenant_id, until),
    }
}

const BLOCK_OF: &str = "SELECT until, marks
     FROM audit_blocks
     WHERE tenant_id = ?1 AND until >= ?2
     ORDER BY until
     LIMIT 1";

const MARK: &str = "UPDATE audit_blocks SET marks = ?3 WHERE tenant_id = ?1 AND until = ?2";

/// Adds a user to the block that has this time, if any has it yet: the one until then.
fn note_late(db: &Connection, tenant_id: TenantId, at: Timestamp, user: &str) -> Result<Option<i64>, Fault> {
    let mut statement = db.prepare_cached(BLOCK_OF)?;
    let mut rows = statement.query(params![tenant_id.blob(), at.as_millis()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let (until, mut marks): (i64, Marks) = (row.get(0)?, Marks(row.get(1)?));
    drop(rows);
    let known = marks.0.len();
    marks.add(mark(user));
    if marks.0.len() > known {
        db.prepare_cached(MARK)?.execute(params![tenant_id.blob(), until, marks.0])?;
    }
    Ok(Some(until))
}

/// Whether it is asked, after a row, if enough are in no block: each 128th or so, by the random end of its id. To ask takes
/// as long as to write some rows.
fn may_end_block(id: AuditId) -> bool {
    id.as_uuid().as_bytes()[15].is_multiple_of(128)
}

/// Where the last block ends that ends before a time.
const BEFORE: &str = "SELECT coalesce(max(until), -9223372036854775808)
     FROM audit_blocks
     WHERE tenant_id = ?1 AND until < ?2";

const INSERT: &str = "INSERT INTO audit_blocks (tenant_id, until, marks) VALUES (?1, ?2, ?3)";

/// The time of the row after so many that come after a time.
const OF_ROW: &str = "SELECT created_at
     FROM audit_logs
     WHERE tenant_id = ?1 AND created_at > ?2
     ORDER BY created_at
     LIMIT 1 OFFSET ?3";

const USERS: &str = "SELECT actor_user_id
     FROM audit_logs
     WHERE tenant_id = ?1 AND created_at > ?2 AND created_at <= ?3 AND actor_user_id IS NOT NULL";

/// Makes a block of the oldest rows that are in none, if there are enough.
fn end_block(db: &Connection, tenant_id: TenantId) -> Result<(), Fault> {
    let newest = ends_before(db, tenant_id, i64::MAX)?;
    if let Some(until) = first_of_enough(db, tenant_id, Part { after: newest, until: i64::MAX })? {
        insert(db, tenant_id, Part { after: newest, until })?;
    }
    Ok(())
}

/// Makes two blocks of one that is long, the older of the usual length.
fn part_block(db: &Connection, tenant_id: TenantId, until: i64) -> Result<(), Fault> {
    let after = ends_before(db, tenant_id, until)?;
    let first = first_of_enough(db, tenant_id, Part { after, until })?;
    // Rows of one time are in one block, however many.
    let Some(first) = first.filter(|first| *first < until) else { return Ok(()) };
    insert(db, tenant_id, Part { after, until: first })?;
    let marks = marks(db, tenant_id, Part { after: first, until })?;
    db.prepare_cached(MARK)?.execute(params![tenant_id.blob(), until, marks.0])?;
    Ok(())
}

fn ends_before(db: &Connection, tenant_id: TenantId, until: i64) -> Result<i64, Fault> {
    Ok(db.prepare_cached(BEFORE)?.query_row(params![tenant_id.blob(), until], |row| row.get(0))?)
}

/// Where a block of a part's first rows would end, if the part has enough rows for more than one.
fn first_of_enough(db: &Connection, tenant_id: TenantId, part: Part) -> Result<Option<i64>, Fault> {
    let mut of_row = db.prepare_cached(OF_ROW)?;
    let mut time = |rows: u32| {
        let place = params![tenant_id.blob(), part.after, rows - 1];
        of_row.query_row(place, |row| row.get::<_, i64>(0)).optional()
    };
    match time(OPEN)? {
        Some(at) if at <= part.until => Ok(time(ROWS)?),
        Some(_) | None => Ok(None),
    }
}

fn insert(db: &Connection, tenant_id: TenantId, part: Part) -> Result<(), Fault> {
    let marks = marks(db, tenant_id, part)?;
    db.prepare_cached(INSERT)?.execute(params![tenant_id.blob(), part.until, marks.0])?;
    Ok(())
}

/// The marks of a part's users.
fn marks(db: &Connection, tenant_id: TenantId, part: Part) -> Result<Marks, Fault> {
    let mut marks = Marks::default();
    let mut users = db.prepare_cached(USERS)?;
    let mut rows = users.query(params![tenant_id.blob(), part.after, part.until])?;
    while let Some(row) = rows.next()? {
        marks.add(mark(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?));
    }
    Ok(marks)
}

/// Forgets the blocks of rows that are all deleted.
pub(super) fn purge(db: &Connection, tenant_id: TenantId) -> Result<(), Fault> {
    db.prepare_cached(
        "DELETE FROM audit_blocks
         WHERE tenant_id = ?1
             AND until < coalesce(
                 (SELECT min(created_at) FROM audit_logs WHERE tenant_id = ?1),
                 9223372036854775807
             )",
    )?
    .execute([tenant_id.blob()])?;
    Ok(())
}

/// A part of a tenant's log: after a time, up to another, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) after: i64,
    pub(super) until: i64,
}

const FIRST: &str = "SELECT min(until) FROM audit_blocks WHERE tenant_id = ?1 AND until >= ?2";

const OLDER: &str = "SELECT until, marks
     FROM audit_blocks
     WHERE tenant_id = ?1 AND until <= ?2
     ORDER BY until DESC";

/// Shows the parts in which rows of a user may be, newest first, from the one on that has a time. After so many blocks, tells
/// up to which time rows were not looked for.
pub(super) fn parts_of(
    db: &Connection,
    tenant_id: TenantId,
    user: &AppUserId,
    from: i64,
    most_blocks: u32,
    mut visit: impl FnMut(Part) -> Result<ControlFlow<()>, Fault>,
) -> Result<Option<i64>, Fault> {
    let mark = mark(user.as_str());
    let first: Option<i64> =
        db.prepare_cached(FIRST)?.query_row(params![tenant_id.blob(), from], |row| row.get(0))?;
    // The end of the part before the next block that is read, if the user may be in it.
    let mut end = if first.is_none() { Some(i64::MAX) } else { None };
    let mut statement = db.prepare_cached(OLDER)?;
    let mut blocks = statement.query(params![tenant_id.blob(), first.unwrap_or(i64::MAX)])?;
    let mut asked = 0;
    while let Some(block) = blocks.next()? {
        let after = block.get(0)?;
        if let Some(until) = end.take()
            && visit(Part { after, until })?.is_break()
        {
            return Ok(None);
        }
        if asked == most_blocks {
            return Ok(Some(after));
        }
        asked += 1;
        let marks = block.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        end = has(marks, mark).then_some(after);
    }
    if let Some(until) = end {
        let _ = visit(Part { after: i64::MIN, until })?;
    }
    Ok(None)
}

/// Lets migrations call it: `audit_marks(actor_user_id)`, the marks of a group's users.
pub(super) fn provide(db: &Connection) -> Result<(), rusqlite::Error> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    db.create_aggregate_function("audit_marks", 1, flags, OfGroup)
}

struct OfGroup;

impl Aggregate<Marks, Vec<u8>> for OfGroup {
    fn init(&self, _: &mut Context<'_>) -> Result<Marks, rusqlite::Error> {
        Ok(Marks::default())
    }

    fn step(&self, context: &mut Context<'_>, marks: &mut Marks) -> Result<(), rusqlite::Error> {
        if let Some(user) = context.get_raw(0).as_str_or_null()? {
            marks.add(mark(user));
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, marks: Option<Marks>) -> Result<Vec<u8>, rusqlite::Error> {
        Ok(marks.unwrap_or_default().0)
    }
}

#[cfg(test)]
mod tests {
    use passgate_core::audit::{AuditEntry, AuditFilter, AuditPlace, AuditType, RequestOrigin};
    use uuid::Uuid;

    use super::*;
    use crate::sqlite::plans::{empty, plan};
    use crate::sqlite::{audit, audit_backwards};

    const USERS: u32 = 7;

    fn tenant(number: u128) -> TenantId {
        TenantId::new(Uuid::from_u128(number))
    }

    fn user(number: u32) -> AppUserId {
        AppUserId::new(format!("user {}", number % USERS)).expect("a user id")
    }

    /// A row of a user's; the last byte of its id asks for the end of a block now and then.
    fn entry(tenant_id: TenantId, number: u32, at: i64) -> AuditEntry {
        AuditEntry {
            id: AuditId::new(Uuid::from_u128(number.into())),
            tenant_id,
            kind: AuditType::AuthenticationFinalSucceeded,
            error: None,
            actor: Some(user(number)),
            credential: None,
            transaction: None,
            origin: RequestOrigin {
                request_id: String::new(),
                source_ip: String::new(),
                user_agent: String::new(),
            },
            at: Timestamp::from_millis(at),
        }
    }

    fn with_tenants() -> (Connection, tempfile::TempDir) {
        let (db, folder) = empty();
        for number in [1, 2] {
            db.execute(
                "INSERT INTO tenants (id, display_name, config, created_at, updated_at) VALUES (?1, '', '{}', 0, 0)",
                [tenant(number).blob()],
            )
            .expect("a tenant");
        }
        (db, folder)
    }

    /// How many rows each block of a tenant has, oldest first, and how many are in none.
    fn blocks(db: &Connection, tenant: TenantId) -> (Vec<u32>, u32) {
        let sql = "SELECT (
                SELECT count(*)
                FROM audit_logs
                WHERE tenant_id = ?1 AND created_at > before AND created_at <= until
            )
            FROM (
                SELECT until, lag(until, 1, -9223372036854775808) OVER (ORDER BY until) AS before
                FROM (
                    SELECT until FROM audit_blocks WHERE tenant_id = ?1
                    UNION ALL SELECT 9223372036854775807
                )
            )
            ORDER BY until";
        let mut statement = db.prepare(sql).expect("SQL");
        let rows = statement.query_map([tenant.blob()], |row| row.get(0)).expect("rows");
        let mut counts: Vec<u32> = rows.collect::<Result<_, _>>().expect("counts");
        let open = counts.pop().expect("the rows in none");
        (counts, open)
    }

    /// The timeline of each user, page by page, beside all rows of the user.
    fn assert_timelines(db: &Connection, tenant_id: TenantId, rows: &[(u32, i64)]) {
        for number in 0..USERS {
            let user = user(number);
            let mut expected: Vec<_> = rows
                .iter()
                .filter(|(row, _)| row % USERS == number)
                .map(|(row, at)| (*at, u128::from(*row)))
                .collect();
            expected.sort_unstable_by(|one, other| other.cmp(one));
            let filter = AuditFilter { user: Some(user), ..AuditFilter::default() };
            let (mut found, mut place) = (Vec::new(), None::<AuditPlace>);
            loop {
                let page = audit_backwards::before(db, tenant_id, &filter, place, 50, 1_000).expect("a page");
                found.extend(page.rows.iter().map(|row| (row.at.as_millis(), row.id.as_uuid().as_u128())));
                place = page.next;
                if place.is_none() {
                    break;
                }
            }
            assert_eq!(found, expected, "user {number}");
        }
    }

    #[test]
    fn each_row_is_in_its_users_timeline_whenever_it_came() {
        let (db, _folder) = with_tenants();
        db.execute_batch("BEGIN").expect("a transaction");
        let mut rows = [Vec::new(), Vec::new()];
        for number in 0..3_000_u32 {
            // Some ten to a millisecond; each seventh up to two seconds late, each hundredth from the beginning.
            let now = i64::from(number);
            let late = if number % 100 == 99 {
                now
            } else if number % 7 == 0 {
                now * 37 % 2_000
            } else {
                0
            };
            let at = [now.saturating_sub(late), now / 10];
            for (index, at) in at.into_iter().enumerate() {
                let tenant = tenant(index as u128 + 1);
                audit::append(&db, &entry(tenant, number, at)).expect("a row");
                rows[index].push((number, at));
            }
        }
        db.execute_batch("COMMIT").expect("a commit");
        for (index, rows) in rows.iter().enumerate() {
            let tenant = tenant(index as u128 + 1);
            assert_timelines(&db, tenant, rows);
            let (blocks, open) = blocks(&db, tenant);
            assert!(blocks.len() > 7, "{blocks:?}");
            assert!((ROWS..2 * OPEN).contains(&open), "{open} rows are in no block");
        }
    }

    #[test]
    fn blocks_are_of_like_length_and_their_rows_are_together() {
        let (db, _folder) = with_tenants();
        db.execute_batch("BEGIN").expect("a transaction");
        for number in 0..3_000 {
            audit::append(&db, &entry(tenant(1), number, number.into())).expect("a row");
            audit::append(&db, &entry(tenant(2), number, i64::from(number) / 10)).expect("a row");
        }
        let (each, open) = blocks(&db, tenant(1));
        assert!(each.iter().all(|rows| *rows == ROWS), "{each:?}");
        assert_eq!(each.iter().sum::<u32>() + open, 3_000);
        let (each, open) = blocks(&db, tenant(2));
        assert!(each.iter().all(|rows| (ROWS..ROWS + 10).contains(rows)), "{each:?}");
        assert_eq!(each.iter().sum::<u32>() + open, 3_000);
    }

    #[test]
    fn a_log_that_comes_behind_newer_rows_has_blocks_too() {
        let (db, _folder) = with_tenants();
        let newer = (0..1_000).map(|number| (number, 10_000 + i64::from(number)));
        let older = (1_000..4_000).map(|number| (number, i64::from(number)));
        let rows: Vec<_> = newer.chain(older).collect();
        for (number, at) in &rows {
            audit::append(&db, &entry(tenant(1), *number, *at)).expect("a row");
        }
        let (each, open) = blocks(&db, tenant(1));
        assert!(each.len() > 10 && each.iter().all(|rows| (ROWS..OPEN + 128).contains(rows)), "{each:?}");
        assert_eq!(each.iter().sum::<u32>() + open, 4_000);
        assert_timelines(&db, tenant(1), &rows);
    }

    #[test]
    fn blocks_go_with_their_last_row() {
        let (db, _folder) = with_tenants();
        let rows: Vec<_> = (0..3_000).map(|number| (number, i64::from(number))).collect();
        for (number, at) in &rows {
            audit::append(&db, &entry(tenant(1), *number, *at)).expect("a row");
        }
        let (before, _) = blocks(&db, tenant(1));
        while audit::purge(&db, tenant(1), Timestamp::from_millis(1_100)).expect("a purge") > 0 {}
        let (after, _) = blocks(&db, tenant(1));
        assert_eq!(after.len(), before.len() - 4, "1,100 rows are four blocks and a part of the fifth");
        assert_timelines(&db, tenant(1), &rows[1_100..]);
    }

    #[test]
    fn blocks_go_with_their_tenant() {
        let (db, _folder) = with_tenants();
        db.pragma_update(None, "foreign_keys", true).expect("foreign keys");
        for number in 0..1_000 {
            audit::append(&db, &entry(tenant(1), number, number.into())).expect("a row");
            audit::append(&db, &entry(tenant(2), number, number.into())).expect("a row");
        }
        let both = blocks(&db, tenant(1));
        assert!(both.0.len() > 1 && blocks(&db, tenant(2)) == both, "{both:?}");
        db.execute("DELETE FROM tenants WHERE id = ?1", [tenant(1).blob()]).expect("a deletion");
        assert_eq!((blocks(&db, tenant(1)), blocks(&db, tenant(2))), ((vec![], 0), both));
    }

    #[test]
    fn a_row_of_a_tenant_that_is_gone_is_left_out() {
        let (db, _folder) = empty();
        db.pragma_update(None, "foreign_keys", true).expect("foreign keys");
        audit::append(&db, &entry(tenant(1), 0, 0)).expect("nothing");
        assert_eq!(blocks(&db, tenant(1)), (vec![], 0));
    }

    #[test]
    fn blocks_are_found_without_reading_the_others() {
        for sql in [BLOCK_OF, BEFORE, FIRST, OLDER, OF_ROW, super::USERS] {
            let plan = plan(sql);
            assert!(plan.contains("USING PRIMARY KEY (tenant_id=?"), "{plan}");
            assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
