//! Admin tokens.

use passgate_core::admin_token::AdminTokenRecord;
use passgate_core::ids::AdminTokenId;
use passgate_core::key_secret::KeyHash;
use passgate_core::store::{Changed, Inserted};

use super::connections::Session;
use super::fault::Fault;
use super::rows::collect;
use super::{tenants, version};
use crate::records::{self, admin_token_columns};
use crate::rows::Blob;

pub(super) async fn create(db: &Session, token: &AdminTokenRecord) -> Result<Inserted, Fault> {
    let inserted = db
        .execute(
            "INSERT INTO admin_tokens (id, name, hash, hint, created_at)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (name) DO NOTHING",
            &[
                token.id.as_uuid(),
                &token.name.as_str(),
                &token.hash.blob(),
                &token.hint,
                &token.created_at.as_millis(),
            ],
        )
        .await?;
    if inserted == 0 {
        return Ok(Inserted::NameTaken);
    }
    version::bump(db).await?;
    Ok(Inserted::Stored)
}

pub(super) async fn by_hash(db: &Session, hash: &KeyHash) -> Result<Option<AdminTokenRecord>, Fault> {
    let sql = concat!("SELECT ", admin_token_columns!(), " FROM admin_tokens WHERE hash = $1");
    let row = db.row(sql, &[&hash.blob()]).await?;
    Ok(row.map(|row| records::admin_token(&row)).transpose()?)
}

pub(super) async fn list(db: &Session) -> Result<Vec<AdminTokenRecord>, Fault> {
    let sql = concat!("SELECT ", admin_token_columns!(), " FROM admin_tokens ORDER BY created_at, id");
    collect(&db.rows(sql, &[]).await?, records::admin_token)
}

pub(super) async fn delete(db: &Session, id: AdminTokenId) -> Result<Changed, Fault> {
    let deleted = db.execute("DELETE FROM admin_tokens WHERE id = $1", &[id.as_uuid()]).await?;
    tenants::changed(db, deleted).await
}
