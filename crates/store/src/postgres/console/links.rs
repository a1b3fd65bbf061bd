//! Links that let their holder do one thing, once.

use passgate_core::clock::Timestamp;
use passgate_core::console::{Link, LinkPurpose, MadeLink, NewLink};
use passgate_core::key_secret::KeyHash;

use super::{operators, organizations};
use crate::console_records::{self, StoredPurpose, link_columns};
use crate::postgres::connections::Session;
use crate::postgres::fault::Fault;
use crate::rows::Blob;

pub(super) async fn make(db: &Session, new: &NewLink) -> Result<MadeLink, Fault> {
    let link = &new.link;
    match &link.purpose {
        LinkPurpose::Claim => {
            if operators::exists_any(db).await? {
                return Ok(MadeLink::Claimed);
            }
            db.execute("DELETE FROM console_links WHERE purpose = 'claim'", &[]).await?;
        }
        LinkPurpose::Recovery { operator_id, .. } => {
            if !operators::lock(db, *operator_id).await? {
                return Ok(MadeLink::NotFound);
            }
            db.execute(
                "DELETE FROM console_links WHERE purpose = 'recovery' AND operator_id = $1",
                &[operator_id.as_uuid()],
            )
            .await?;
        }
        LinkPurpose::Invitation { organization_id, role, invited_by, .. } => {
            let sql = "SELECT 1 FROM organizations WHERE id = $1 FOR KEY SHARE";
            if !db.exists(sql, &[organization_id.as_uuid()]).await? {
                return Ok(MadeLink::NotFound);
            }
            let by = organizations::role_of_actor(db, *organization_id, *invited_by).await?;
            if !by.is_some_and(|by| by.invites(*role)) {
                return Ok(MadeLink::NotAllowed);
            }
        }
    }
    let stored = StoredPurpose::from(&link.purpose);
    db.execute(
        "INSERT INTO console_links (
             id, hash, purpose, operator_id, organization_id, role, email, created_at, expires_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            link.id.as_uuid(),
            &new.hash.blob(),
            &stored.word,
            &stored.operator_id.map(|id| *id.as_uuid()),
            &stored.organization_id.map(|id| *id.as_uuid()),
            &stored.role,
            &stored.email,
            &link.created_at.as_millis(),
            &link.expires_at.as_millis(),
        ],
    )
    .await?;
    Ok(MadeLink::Made)
}

pub(super) async fn by_hash(db: &Session, hash: &KeyHash, now: Timestamp) -> Result<Option<Link>, Fault> {
    let sql = concat!(
        "SELECT ",
        link_columns!(),
        "
         FROM console_links AS l
         LEFT JOIN operators AS o ON o.id = l.operator_id
         LEFT JOIN organizations AS g ON g.id = l.organization_id
         WHERE l.hash = $1 AND l.expires_at > $2"
    );
    let row = db.row(sql, &[&hash.blob(), &now.as_millis()]).await?;
    Ok(row.map(|row| console_records::link(&row)).transpose()?)
}

/// A link that nobody else uses or withdraws until the end of the transaction. Its organization is held before it, as by
/// whoever changes a member, and with that the member's links.
pub(super) async fn hold(db: &Session, hash: &KeyHash, now: Timestamp) -> Result<Option<Link>, Fault> {
    let organization = "SELECT 1
         FROM organizations
         WHERE id = (SELECT organization_id FROM console_links WHERE hash = $1)
         FOR KEY SHARE";
    db.rows(organization, &[&hash.blob()]).await?;
    if !db.exists("SELECT 1 FROM console_links WHERE hash = $1 FOR UPDATE", &[&hash.blob()]).await? {
        return Ok(None);
    }
    by_hash(db, hash, now).await
}

/// Uses up a link that is held.
pub(super) async fn take(db: &Session, link: &Link) -> Result<(), Fault> {
    db.execute("DELETE FROM console_links WHERE id = $1", &[link.id.as_uuid()]).await?;
    Ok(())
}

pub(super) async fn purge(db: &Session, now: Timestamp) -> Result<(), Fault> {
    db.execute("DELETE FROM console_links WHERE expires_at <= $1", &[&now.as_millis()]).await?;
    Ok(())
}
