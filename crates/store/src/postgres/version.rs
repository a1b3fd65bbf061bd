//! The version of what caches hold, polled twice a second, and the database's clock.

use passgate_core::clock::Timestamp;
use passgate_core::store::Version;

use super::connections::Session;
use super::fault::Fault;
use crate::records;

pub(super) async fn read(db: &Session) -> Result<Version, Fault> {
    let row = db.row("SELECT value FROM version", &[]).await?.ok_or(Fault::NoRow("version"))?;
    Ok(records::version(&row)?)
}

/// The lowest level of the schema that a program must know to work with the database.
pub(super) async fn oldest_binary(db: &Session) -> Result<u32, Fault> {
    let row = db.row("SELECT oldest_binary FROM passgate_schema", &[]).await?;
    let level: i64 = row.ok_or(Fault::NoRow("passgate_schema"))?.try_get(0)?;
    Ok(u32::try_from(level).unwrap_or(u32::MAX))
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
