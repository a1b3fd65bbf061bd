//! Admin tokens.

use passgate_core::admin_token::AdminTokenRecord;
use passgate_core::ids::AdminTokenId;
use passgate_core::key_secret::KeyHash;
use passgate_core::store::{Changed, Inserted};
use rusqlite::{Connection, params};

use super::fault::Fault;
use super::rows::collect;
use super::{tenants, version};
use crate::records::{self, admin_token_columns};
use crate::rows::Blob;

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
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        admin_token_columns!(),
        "
         FROM admin_tokens
         WHERE hash = ?1"
    ))?;
    let mut rows = statement.query([hash.blob()])?;
    Ok(rows.next()?.map(records::admin_token).transpose()?)
}

pub(super) fn list(db: &Connection) -> Result<Vec<AdminTokenRecord>, Fault> {
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        admin_token_columns!(),
        "
         FROM admin_tokens
         ORDER BY created_at, id"
    ))?;
    collect(statement.query([])?, records::admin_token)
}

pub(super) fn delete(db: &Connection, id: AdminTokenId) -> Result<Changed, Fault> {
    let deleted = db.prepare_cached("DELETE FROM admin_tokens WHERE id = ?1")?.execute([id.blob()])?;
    tenants::changed(db, deleted)
}
