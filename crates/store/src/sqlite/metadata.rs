//! The FIDO Metadata Service's list.

use passgate_core::metadata::{KeepMetadata, KeptMetadata, MetadataKept};
use rusqlite::{Connection, params};

use super::fault::Fault;
use super::rows::Columns;

pub(super) fn number(db: &Connection) -> Result<Option<u64>, Fault> {
    let mut statement = db.prepare_cached("SELECT number FROM metadata")?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Columns::new("metadata", None, row).number("number").map(Some)
}

pub(super) fn read(db: &Connection) -> Result<Option<KeptMetadata>, Fault> {
    let mut statement =
        db.prepare_cached("SELECT number, next_update, source, fetched_at, blob FROM metadata")?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let mut columns = Columns::new("metadata", None, row);
    Ok(Some(KeptMetadata {
        number: columns.number("number")?,
        next_update: columns.time("next_update")?,
        source: columns.string("source")?,
        fetched_at: columns.time("fetched_at")?,
        blob: columns.string("blob")?,
    }))
}

pub(super) fn keep(db: &Connection, keep: &KeepMetadata) -> Result<MetadataKept, Fault> {
    let KeepMetadata { metadata, unusable } = keep;
    let mut statement = db.prepare_cached(
        "INSERT INTO metadata (id, number, next_update, source, fetched_at, blob)
         VALUES (1, ?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE
         SET number = excluded.number, next_update = excluded.next_update, source = excluded.source,
             fetched_at = excluded.fetched_at, blob = excluded.blob
         WHERE metadata.number <= excluded.number OR metadata.number = ?6",
    )?;
    let changed = statement.execute(params![
        signed(metadata.number),
        metadata.next_update.as_millis(),
        metadata.source,
        metadata.fetched_at.as_millis(),
        metadata.blob,
        unusable.map(signed),
    ])?;
    Ok(if changed == 0 { MetadataKept::NewerKept } else { MetadataKept::Kept })
}

/// Numbers that are kept fit, as whoever keeps them has checked.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
