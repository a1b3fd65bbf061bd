//! The FIDO Metadata Service's list.

use passgate_core::metadata::{KeepMetadata, KeptMetadata, MetadataKept};
use rusqlite::{Connection, params};

use super::fault::Fault;
use crate::decisions::signed;
use crate::records::{self, metadata_columns};

pub(super) fn number(db: &Connection) -> Result<Option<u64>, Fault> {
    let mut statement = db.prepare_cached("SELECT number FROM metadata")?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(records::metadata_number(row)?))
}

pub(super) fn read(db: &Connection) -> Result<Option<KeptMetadata>, Fault> {
    let mut statement = db.prepare_cached(concat!("SELECT ", metadata_columns!(), " FROM metadata"))?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(records::metadata(row)?))
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
        // Numbers that are kept fit, as whoever keeps them has checked.
        signed(metadata.number),
        metadata.next_update.as_millis(),
        metadata.source,
        metadata.fetched_at.as_millis(),
        metadata.blob,
        unusable.map(signed),
    ])?;
    Ok(if changed == 0 { MetadataKept::NewerKept } else { MetadataKept::Kept })
}
