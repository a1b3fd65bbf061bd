//! The FIDO Metadata Service's list.

use passgate_core::metadata::{KeepMetadata, KeptMetadata, MetadataKept};

use super::connections::Session;
use super::fault::Fault;
use crate::decisions::signed;
use crate::records::{self, metadata_columns};

pub(super) async fn number(db: &Session) -> Result<Option<u64>, Fault> {
    let row = db.row("SELECT number FROM metadata", &[]).await?;
    Ok(row.map(|row| records::metadata_number(&row)).transpose()?)
}

pub(super) async fn read(db: &Session) -> Result<Option<KeptMetadata>, Fault> {
    let row = db.row(concat!("SELECT ", metadata_columns!(), " FROM metadata"), &[]).await?;
    Ok(row.map(|row| records::metadata(&row)).transpose()?)
}

pub(super) async fn keep(db: &Session, keep: &KeepMetadata) -> Result<MetadataKept, Fault> {
    let KeepMetadata { metadata, unusable } = keep;
    let changed = db
        .execute(
            "INSERT INTO metadata (id, number, next_update, source, fetched_at, blob)
             VALUES (1, $1, $2, $3, $4, $5)
             ON CONFLICT (id) DO UPDATE
             SET number = excluded.number, next_update = excluded.next_update, source = excluded.source,
                 fetched_at = excluded.fetched_at, blob = excluded.blob
             WHERE metadata.number <= excluded.number OR metadata.number = $6",
            &[
                // Numbers that are kept fit, as whoever keeps them has checked.
                &signed(metadata.number),
                &metadata.next_update.as_millis(),
                &metadata.source,
                &metadata.fetched_at.as_millis(),
                &metadata.blob,
                &unusable.map(signed),
            ],
        )
        .await?;
    Ok(if changed == 0 { MetadataKept::NewerKept } else { MetadataKept::Kept })
}
