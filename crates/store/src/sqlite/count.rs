//! Statements that count.

use rusqlite::{Connection, Params};

use super::fault::Fault;

/// The number that a statement counts.
pub(super) fn count(db: &Connection, sql: &str, params: impl Params) -> Result<u64, Fault> {
    let count: i64 = db.prepare_cached(sql)?.query_row(params, |row| row.get(0))?;
    // A count is not negative.
    Ok(count.cast_unsigned())
}
