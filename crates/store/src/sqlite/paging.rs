//! Lists in pages.

use passgate_core::credential::PageRequest;
use rusqlite::{Connection, Params};

use super::fault::Fault;

/// How many rows come before a page.
pub(super) fn offset(page: PageRequest) -> i64 {
    i64::from(page.page.saturating_sub(1)) * i64::from(page.per_page)
}

/// The number that a statement counts.
pub(super) fn count(db: &Connection, sql: &str, params: impl Params) -> Result<u64, Fault> {
    let count: i64 = db.prepare_cached(sql)?.query_row(params, |row| row.get(0))?;
    // A count is not negative.
    Ok(count.cast_unsigned())
}
