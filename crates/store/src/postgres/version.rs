//! The version of what caches hold, polled twice a second, and the database's clock.

use passgate_core::clock::Timestamp;
use passgate_core::store::{StoreError, Version};

use super::connections::Session;
use super::fault::Fault;
use super::migrate::SCHEMA_LEVEL;
use crate::migrated_past::MigratedPast;
use crate::records;

pub(super) async fn read(db: &Session) -> Result<Version, Fault> {
    let row = db.row("SELECT value FROM version", &[]).await?.ok_or(Fault::NoRow("version"))?;
    Ok(records::version(&row)?)
}

/// The same, unless a newer program has migrated the database past this one.
pub(super) async fn watch(db: &Session) -> Result<Version, StoreError> {
    let sql = "SELECT value, oldest_binary FROM version, passgate_schema";
    let row = db.row(sql, &[]).await?.ok_or(Fault::NoRow("version"))?;
    let oldest_binary: i64 = row.try_get(1).map_err(Fault::from)?;
    MigratedPast::refuse(u32::try_from(oldest_binary).unwrap_or(u32::MAX), SCHEMA_LEVEL)?;
    Ok(records::version(&row)?)
}

pub(super) async fn clock(db: &Session) -> Result<Timestamp, Fault> {
    let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";
    let row = db.row(sql, &[]).await?.ok_or(Fault::NoRow("of the clock"))?;
    Ok(Timestamp::from_millis(row.try_get(0)?))
}

/// Makes caches everywhere look again, in the same commit as the change they must see. The last statement of its
/// transaction: others' changes wait for it.
pub(super) async fn bump(db: &Session) -> Result<(), Fault> {
    db.execute("UPDATE version SET value = value + 1", &[]).await?;
    Ok(())
}
