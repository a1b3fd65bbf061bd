//! Links that let their holder do one thing, once.

use passgate_core::clock::Timestamp;
use passgate_core::console::{Link, LinkPurpose, MadeLink, NewLink};
use passgate_core::key_secret::KeyHash;
use rusqlite::{Connection, params};

use super::{operators, organizations};
use crate::console_records::{self, StoredPurpose, link_columns};
use crate::rows::Blob;
use crate::sqlite::fault::Fault;

pub(super) fn make(db: &Connection, new: &NewLink) -> Result<MadeLink, Fault> {
    let link = &new.link;
    match &link.purpose {
        LinkPurpose::Claim => {
            if operators::exists_any(db)? {
                return Ok(MadeLink::Claimed);
            }
            db.prepare_cached("DELETE FROM console_links WHERE purpose = 'claim'")?.execute([])?;
        }
        LinkPurpose::Recovery { operator_id, .. } => {
            if operators::one(db, *operator_id)?.is_none() {
                return Ok(MadeLink::NotFound);
            }
            db.prepare_cached("DELETE FROM console_links WHERE purpose = 'recovery' AND operator_id = ?1")?
                .execute([operator_id.blob()])?;
        }
        LinkPurpose::Invitation { organization_id, role, invited_by, .. } => {
            let known = db
                .prepare_cached("SELECT 1 FROM organizations WHERE id = ?1")?
                .exists([organization_id.blob()])?;
            if !known {
                return Ok(MadeLink::NotFound);
            }
            let by = organizations::role_of_actor(db, *organization_id, *invited_by)?;
            if !by.is_some_and(|by| by.invites(*role)) {
                return Ok(MadeLink::NotAllowed);
            }
        }
    }
    let stored = StoredPurpose::from(&link.purpose);
    db.prepare_cached(
        "INSERT INTO console_links (
             id, hash, purpose, operator_id, organization_id, role, email, created_at, expires_at
         )
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        link.id.blob(),
        new.hash.blob(),
        stored.word,
        stored.operator_id.as_ref().map(Blob::blob),
        stored.organization_id.as_ref().map(Blob::blob),
        stored.role,
        stored.email,
        link.created_at.as_millis(),
        link.expires_at.as_millis(),
    ])?;
    Ok(MadeLink::Made)
}

pub(super) fn by_hash(db: &Connection, hash: &KeyHash, now: Timestamp) -> Result<Option<Link>, Fault> {
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        link_columns!(),
        "
         FROM console_links AS l
         LEFT JOIN operators AS o ON o.id = l.operator_id
         LEFT JOIN organizations AS g ON g.id = l.organization_id
         WHERE l.hash = ?1 AND l.expires_at > ?2"
    ))?;
    let mut rows = statement.query(params![hash.blob(), now.as_millis()])?;
    Ok(rows.next()?.map(console_records::link).transpose()?)
}

/// Uses a link up. None: it is not open.
pub(super) fn take(db: &Connection, hash: &KeyHash, now: Timestamp) -> Result<Option<Link>, Fault> {
    let Some(link) = by_hash(db, hash, now)? else { return Ok(None) };
    db.prepare_cached("DELETE FROM console_links WHERE id = ?1")?.execute([link.id.blob()])?;
    Ok(Some(link))
}

pub(super) fn purge(db: &Connection, now: Timestamp) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM console_links WHERE expires_at <= ?1")?.execute([now.as_millis()])?;
    Ok(())
}
