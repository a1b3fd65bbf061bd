//! Credentials.

use std::sync::Arc;

use passgate_core::audit::AuditEntry;
use passgate_core::clock::Timestamp;
use passgate_core::console::UsePlace;
use passgate_core::credential::{
    Credential, CredentialDescriptor, CredentialKind, CredentialLookup, Deletion, Order, Page, PageRequest,
};
use passgate_core::event::{self, DeletedCredential, EventType, Occurrence};
use passgate_core::ids::{CredentialId, TenantId, UserId};
use passgate_core::store::{Changed, CredentialChange, CredentialsDeletion};
use passgate_core::text::Text;
use passgate_core::user::AppUserId;
use uuid::Uuid;

use super::connections::{Params, Session};
use super::fault::Fault;
use super::rows::collect;
use super::webhooks::Publisher;
use super::{audit, users};
use crate::decisions::{DESCRIPTORS, signed, tombstone_hash, week};
use crate::paging::offset;
use crate::records::{self, credential_columns, known_credential_columns};
use crate::rows::Blob;

/// A statement that selects what [`records::credential`] reads, and more columns and joins if given.
macro_rules! select_credentials {
    (also $columns:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            credential_columns!(),
            $columns,
            "
             FROM credentials AS c
             JOIN users AS u ON u.tenant_id = c.tenant_id AND u.id = c.user_id
             ",
            $rest
        )
    };
    ($rest:literal) => {
        select_credentials!(also "", $rest)
    };
}

/// A page of a tenant's behind a place, for [`records::credential`], oldest first.
pub(super) const NEXT_OF_A_TENANT: &str = select_credentials!(
    "WHERE c.tenant_id = $1 AND (c.created_at, c.id) > ($2, $3)
     ORDER BY c.created_at, c.id
     LIMIT $4"
);

/// What became of a new credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Insertion {
    Stored,
    IdTaken,
    UnknownUser,
}

pub(super) async fn insert(db: &Session, tenant_id: TenantId, new: &Credential) -> Result<Insertion, Fault> {
    // Kept from being deleted until the end of the transaction, as the foreign key would do a moment later.
    let user_exists = db
        .exists(
            "SELECT 1
             FROM users AS u
             JOIN tenants AS t ON t.id = u.tenant_id
             WHERE u.tenant_id = $1 AND u.id = $2
             FOR KEY SHARE OF t
             FOR KEY SHARE OF u",
            &[tenant_id.as_uuid(), new.user_id.as_uuid()],
        )
        .await?;
    if !user_exists {
        return Ok(Insertion::UnknownUser);
    }
    let inserted = db
        .execute(
            "INSERT INTO credentials (
                 tenant_id, id, user_id, kind, name, public_key, attestation_format, aaguid, sign_count, transports,
                 backup_eligible, backup_state, created_at, updated_at, last_used_at, use_count,
                 registered_user_agent, last_user_agent
             )
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14, $15, $16, $17)
             ON CONFLICT (tenant_id, id) DO NOTHING",
            &[
                tenant_id.as_uuid(),
                &new.id.blob(),
                new.user_id.as_uuid(),
                &new.kind.as_str(),
                &new.name.as_str(),
                &new.public_key,
                &new.attestation_format,
                &Uuid::from_bytes(*new.aaguid.as_bytes()),
                &i64::from(new.sign_count),
                &serde_json::to_string(&new.transports)?,
                &new.backup_eligible,
                &new.backup_state,
                &new.created_at.as_millis(),
                &new.last_used_at.as_millis(),
                &signed(new.use_count),
                &new.registered_user_agent,
                &new.last_user_agent,
            ],
        )
        .await?;
    Ok(if inserted == 1 { Insertion::Stored } else { Insertion::IdTaken })
}

/// A user's newest credentials of a kind, or of any; of those only one where it is named.
pub(super) async fn descriptors(
    db: &Session,
    tenant_id: TenantId,
    user_id: UserId,
    kind: Option<CredentialKind>,
    only: Option<&CredentialId>,
) -> Result<Vec<CredentialDescriptor>, Fault> {
    let rows = db
        .rows(
            "SELECT id, transports
             FROM credentials
             WHERE tenant_id = $1 AND user_id = $2 AND ($3::text IS NULL OR kind = $3)
               AND ($5::bytea IS NULL OR id = $5)
             ORDER BY created_at DESC, id DESC
             LIMIT $4",
            &[
                tenant_id.as_uuid(),
                user_id.as_uuid(),
                &kind.map(CredentialKind::as_str),
                &i64::from(DESCRIPTORS),
                &only.map(Blob::blob),
            ],
        )
        .await?;
    collect(&rows, |row| records::descriptor(tenant_id, row))
}

/// The credential with its user's handles, in one statement: a row for each handle.
pub(super) async fn for_login(
    db: &Session,
    tenant_id: TenantId,
    id: &CredentialId,
) -> Result<CredentialLookup, Fault> {
    let sql = concat!(
        "SELECT ",
        known_credential_columns!(),
        "
         FROM credentials AS c
         JOIN users AS u ON u.tenant_id = c.tenant_id AND u.id = c.user_id
         LEFT JOIN user_handles AS h ON h.tenant_id = c.tenant_id AND h.user_id = c.user_id
         WHERE c.tenant_id = $1 AND c.id = $2
         ORDER BY h.position"
    );
    let mut known = None;
    for row in &db.rows(sql, &[tenant_id.as_uuid(), &id.blob()]).await? {
        records::add_to_known_credential(&mut known, tenant_id, row)?;
    }
    if let Some(known) = known {
        return Ok(CredentialLookup::Known(Arc::new(known)));
    }
    let revoked = is_revoked(db, tenant_id, id).await?;
    Ok(if revoked { CredentialLookup::Revoked } else { CredentialLookup::Unknown })
}

/// Whether another tenant with the same RP ID has a credential of this id.
pub(super) async fn is_accepted_elsewhere(
    db: &Session,
    tenant_id: TenantId,
    id: &CredentialId,
) -> Result<bool, Fault> {
    let over_a_hundred = "SELECT 1
         FROM tenants AS own
         JOIN tenants AS other ON other.rp_id = own.rp_id AND other.id <> own.id
         WHERE own.id = $1
         LIMIT 1 OFFSET 100";
    if db.exists(over_a_hundred, &[tenant_id.as_uuid()]).await? {
        return Ok(true);
    }
    db.exists(
        "SELECT 1
         FROM tenants AS own
         JOIN tenants AS other ON other.rp_id = own.rp_id AND other.id <> own.id
         JOIN credentials AS c ON c.tenant_id = other.id AND c.id = $2
         WHERE own.id = $1
         LIMIT 1",
        &[tenant_id.as_uuid(), &id.blob()],
    )
    .await
}

/// Whether a credential of this id was deleted.
pub(super) async fn is_revoked(db: &Session, tenant_id: TenantId, id: &CredentialId) -> Result<bool, Fault> {
    db.exists(
        "SELECT 1 FROM credential_tombstones WHERE tenant_id = $1 AND id_hash = $2",
        &[tenant_id.as_uuid(), &tombstone_hash(id).as_ref()],
    )
    .await
}

pub(super) async fn one(
    db: &Session,
    tenant_id: TenantId,
    id: &CredentialId,
) -> Result<Option<Credential>, Fault> {
    find(db, select_credentials!("WHERE c.tenant_id = $1 AND c.id = $2"), tenant_id, id).await
}

/// The credential, locked until the end of the transaction: it stays as it was read.
pub(super) async fn one_to_change(
    db: &Session,
    tenant_id: TenantId,
    id: &CredentialId,
) -> Result<Option<Credential>, Fault> {
    let sql = select_credentials!(
        "JOIN tenants AS t ON t.id = c.tenant_id
             WHERE c.tenant_id = $1 AND c.id = $2
             FOR KEY SHARE OF t
             FOR UPDATE OF c"
    );
    find(db, sql, tenant_id, id).await
}

async fn find(
    db: &Session,
    sql: &str,
    tenant_id: TenantId,
    id: &CredentialId,
) -> Result<Option<Credential>, Fault> {
    let row = db.row(sql, &[tenant_id.as_uuid(), &id.blob()]).await?;
    Ok(row.map(|row| records::credential(tenant_id, &row)).transpose()?)
}

/// A page of a tenant's credentials, or of a user's. To be called in a snapshot, so that the count is that of the list.
pub(super) async fn page(
    db: &Session,
    tenant_id: TenantId,
    app_user_id: Option<&AppUserId>,
    page: PageRequest,
) -> Result<Page<Credential>, Fault> {
    let (tenant, limit, offset) = (tenant_id.as_uuid(), i64::from(page.per_page), offset(page));
    let Some(app_user_id) = app_user_id else {
        let sql = match page.order {
            Order::Descending => select_credentials!(
                "WHERE c.tenant_id = $1
             ORDER BY c.created_at DESC, c.id DESC
             LIMIT $2 OFFSET $3"
            ),
            Order::Ascending => select_credentials!(
                "WHERE c.tenant_id = $1
             ORDER BY c.created_at, c.id
             LIMIT $2 OFFSET $3"
            ),
        };
        return Ok(Page {
            total: db.count("SELECT count(*) FROM credentials WHERE tenant_id = $1", &[tenant]).await?,
            items: list(db, tenant_id, sql, &[tenant, &limit, &offset]).await?,
        });
    };
    let user = app_user_id.as_str();
    let total = "SELECT count(*)
                 FROM credentials AS c
                 JOIN users AS u ON u.tenant_id = c.tenant_id AND u.id = c.user_id
                 WHERE u.tenant_id = $1 AND u.app_user_id = $2";
    let sql = match page.order {
        Order::Descending => select_credentials!(
            "WHERE u.tenant_id = $1 AND u.app_user_id = $4
             ORDER BY c.created_at DESC, c.id DESC
             LIMIT $2 OFFSET $3"
        ),
        Order::Ascending => select_credentials!(
            "WHERE u.tenant_id = $1 AND u.app_user_id = $4
             ORDER BY c.created_at, c.id
             LIMIT $2 OFFSET $3"
        ),
    };
    Ok(Page {
        total: db.count(total, &[tenant, &user]).await?,
        items: list(db, tenant_id, sql, &[tenant, &limit, &offset, &user]).await?,
    })
}

/// All of a user's credentials, newest first.
pub(super) async fn of_user(
    db: &Session,
    tenant_id: TenantId,
    user_id: UserId,
) -> Result<Vec<Credential>, Fault> {
    let sql = select_credentials!(
        "WHERE c.tenant_id = $1 AND c.user_id = $2
             ORDER BY c.created_at DESC, c.id DESC"
    );
    list(db, tenant_id, sql, &[tenant_id.as_uuid(), user_id.as_uuid()]).await
}

async fn list(
    db: &Session,
    tenant_id: TenantId,
    sql: &str,
    params: Params<'_>,
) -> Result<Vec<Credential>, Fault> {
    collect(&db.rows(sql, params).await?, |row| records::credential(tenant_id, row))
}

pub(super) async fn rename(
    db: &Session,
    change: &CredentialChange,
    name: &Text<1, 128>,
) -> Result<Changed, Fault> {
    let Some(credential) = one_to_change(db, change.tenant_id, &change.credential_id).await? else {
        return Ok(Changed::NotFound);
    };
    db.execute(
        "UPDATE credentials
         SET name = $3, updated_at = $4
         WHERE tenant_id = $1 AND id = $2",
        &[
            change.tenant_id.as_uuid(),
            &change.credential_id.blob(),
            &name.as_str(),
            &change.audit.at.as_millis(),
        ],
    )
    .await?;
    let entry = AuditEntry { actor: Some(credential.app_user_id.clone()), ..change.audit.clone() };
    audit::append(db, &entry).await?;
    let mut publisher = Publisher::new(db, &entry);
    if publisher.is_wanted(EventType::CredentialRenamed).await? {
        let renamed = Credential { name: name.clone(), ..credential };
        let told = event::Credential::of(change.tenant_id, &renamed);
        publisher.publish(Occurrence::CredentialRenamed(told)).await?;
    }
    Ok(Changed::Done)
}

pub(super) async fn delete(db: &Session, change: &CredentialChange) -> Result<Changed, Fault> {
    let Some(credential) = one_to_change(db, change.tenant_id, &change.credential_id).await? else {
        return Ok(Changed::NotFound);
    };
    delete_one(db, &credential, Deletion::Alone, &change.audit).await?;
    Ok(Changed::Done)
}

/// Deletes a credential, with a tombstone, a row of the log on behalf of its user, and an event.
async fn delete_one(
    db: &Session,
    credential: &Credential,
    deletion: Deletion,
    audit: &AuditEntry,
) -> Result<(), Fault> {
    let tenant_id = audit.tenant_id;
    db.execute(
        "DELETE FROM credentials WHERE tenant_id = $1 AND id = $2",
        &[tenant_id.as_uuid(), &credential.id.blob()],
    )
    .await?;
    bury(db, tenant_id, &credential.id, deletion, audit.at).await?;
    let entry = AuditEntry {
        actor: Some(credential.app_user_id.clone()),
        credential: Some(credential.id.clone()),
        ..audit.clone()
    };
    audit::append(db, &entry).await?;
    let mut publisher = Publisher::new(db, &entry);
    if publisher.is_wanted(EventType::CredentialDeleted).await? {
        let told = DeletedCredential {
            credential: event::Credential::of(tenant_id, credential),
            reason: deletion.into(),
        };
        publisher.publish(Occurrence::CredentialDeleted(told)).await?;
    }
    Ok(())
}

/// Deletes all of the credentials of a user, whose row must be locked. Returns how many.
pub(super) async fn delete_all(
    db: &Session,
    user_id: UserId,
    deletion: Deletion,
    audit: &AuditEntry,
) -> Result<u64, Fault> {
    let sql = select_credentials!(
        "WHERE c.tenant_id = $1 AND c.user_id = $2
             ORDER BY c.created_at DESC, c.id DESC
             FOR UPDATE OF c"
    );
    let all = list(db, audit.tenant_id, sql, &[audit.tenant_id.as_uuid(), user_id.as_uuid()]).await?;
    for (credential, number) in all.iter().zip(0..) {
        let audit = AuditEntry { id: audit.id.offset(number), ..audit.clone() };
        delete_one(db, credential, deletion, &audit).await?;
    }
    Ok(all.len() as u64)
}

/// Deletes all of the credentials of the user whom the app knows by an id.
pub(super) async fn delete_all_of_app_user(
    db: &Session,
    deletion: &CredentialsDeletion,
) -> Result<Option<u64>, Fault> {
    let Some(user) = users::by_app_id(db, deletion.tenant_id, &deletion.user).await? else { return Ok(None) };
    if !users::lock(db, deletion.tenant_id, user.id).await? {
        return Ok(None);
    }
    delete_all(db, user.id, Deletion::WithAll, &deletion.audit).await.map(Some)
}

/// The ids of all of a user's credentials, newest first.
pub(super) async fn ids_of_user(
    db: &Session,
    tenant_id: TenantId,
    user_id: UserId,
) -> Result<Vec<CredentialId>, Fault> {
    let rows = db
        .rows(
            "SELECT id
             FROM credentials
             WHERE tenant_id = $1 AND user_id = $2
             ORDER BY created_at DESC, id DESC",
            &[tenant_id.as_uuid(), user_id.as_uuid()],
        )
        .await?;
    collect(&rows, |row| records::credential_id(tenant_id, row))
}

/// How many tombstones one step of a purge deletes.
const PURGE_CHUNK: i64 = 5_000;

/// Deletes some of the tombstones from before a moment. Returns how many; there may be more as long as it is not 0.
pub(super) async fn purge_tombstones(db: &Session, deleted_before: Timestamp) -> Result<u64, Fault> {
    db.execute(
        "DELETE FROM credential_tombstones
         WHERE (tenant_id, id_hash) IN (
             SELECT tenant_id, id_hash
             FROM credential_tombstones
             WHERE deleted_at < $1
             LIMIT $2
             FOR UPDATE SKIP LOCKED
         )",
        &[&deleted_before.as_millis(), &PURGE_CHUNK],
    )
    .await
}

async fn bury(
    db: &Session,
    tenant_id: TenantId,
    id: &CredentialId,
    deletion: Deletion,
    now: Timestamp,
) -> Result<(), Fault> {
    db.execute(
        "INSERT INTO credential_tombstones (tenant_id, id_hash, deleted_at, reason)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, id_hash) DO UPDATE
         SET deleted_at = excluded.deleted_at, reason = excluded.reason",
        &[tenant_id.as_uuid(), &tombstone_hash(id).as_ref(), &now.as_millis(), &deletion.as_str()],
    )
    .await?;
    Ok(())
}

/// Those not used since a moment, the longest unused first, behind a place.
pub(super) async fn unused(
    db: &Session,
    tenant_id: TenantId,
    since: Timestamp,
    behind: Option<&UsePlace>,
    limit: u32,
) -> Result<Vec<Credential>, Fault> {
    let sql = select_credentials!(
        "WHERE c.tenant_id = $1 AND c.used_week <= $2 AND c.last_used_at < $3 AND (c.used_week, c.id) > ($4, $5)
             ORDER BY c.used_week, c.id
             LIMIT $6"
    );
    let (last_week, since) = (week(since), since.as_millis());
    let (week, id) = behind.map_or((i64::MIN, [].as_slice()), |place| (week(place.at), place.id.blob()));
    list(db, tenant_id, sql, &[tenant_id.as_uuid(), &last_week, &since, &week, &id, &i64::from(limit)]).await
}
