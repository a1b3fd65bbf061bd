//! Admin tokens.

use passgate_core::admin_token::AdminTokenRecord;
use passgate_core::ids::AdminTokenId;
use passgate_core::key_secret::KeyHash;
use passgate_core::store::{Changed, Inserted};
use rusqlite::{Connection, Row, params};

use super::fault::Fault;
use super::rows::{Blob, Columns, collect};
use super::{tenants, version};

pub(super) fn create(db: &Connection, token: &AdminTokenRecord) -> Result<Inserted, Fault> {
    let inserted = db
        .prepare_cached(
            "INSERT INTO admin_tokens (id, name, hash, hint, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (name) DO NOTHING",
        )?
        .execute(params![
            token.id.blob(),
            token.name.as_str(),
            token.hash.blob(),
            token.hint,
            token.created_at.as_millis(),
        ])?;
    if inserted == 0 {
        return Ok(Inserted::NameTaken);
    }
    version::bump(db)?;
    Ok(Inserted::Stored)
}

pub(super) fn by_hash(db: &Connection, hash: &KeyHash) -> Result<Option<AdminTokenRecord>, Fault> {
    let mut statement = db.prepare_cached(
        "SELECT id, name, hash, hint, created_at
         FROM admin_tokens
         WHERE hash = ?1",
    )?;
    let mut rows = statement.query([hash.blob()])?;
    rows.next()?.map(read).transpose()
}

pub(super) fn list(db: &Connection) -> Result<Vec<AdminTokenRecord>, Fault> {
    let mut statement = db.prepare_cached(
        "SELECT id, name, hash, hint, created_at
         FROM admin_tokens
         ORDER BY created_at, id",
    )?;
    collect(statement.query([])?, read)
}

fn read(row: &Row<'_>) -> Result<AdminTokenRecord, Fault> {
    let mut columns = Columns::new("admin_tokens", None, row);
    Ok(AdminTokenRecord {
        id: columns.uuid("id", AdminTokenId::new)?,
        name: columns.text("name")?,
        hash: columns.hash("hash")?,
        hint: columns.string("hint")?,
        created_at: columns.time("created_at")?,
    })
}

pub(super) fn delete(db: &Connection, id: AdminTokenId) -> Result<Changed, Fault> {
    let deleted = db.prepare_cached("DELETE FROM admin_tokens WHERE id = ?1")?.execute([id.blob()])?;
    tenants::changed(db, deleted)
}
