//! Credentials.

use std::sync::Arc;

use passgate_core::audit::AuditEntry;
use passgate_core::clock::Timestamp;
use passgate_core::console::UsePlace;
use passgate_core::credential::{
    Credential, CredentialDescriptor, CredentialKind, CredentialLookup, Deletion, KnownCredential, Order,
    Page, PageRequest,
};
use passgate_core::event::{self, DeletedCredential, EventType, Occurrence};
use passgate_core::ids::{CredentialId, TenantId, UserId};
use passgate_core::store::{Changed, CredentialChange, CredentialsDeletion};
use passgate_core::text::Text;
use passgate_core::user::AppUserId;
use rusqlite::{Connection, Params, params};

use super::count::count;
use super::fault::{Fault, is_primary_key};
use super::place::{any_place, place, places};
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

/// All of a tenant's, for [`records::credential`], oldest first.
pub(super) const ALL_OF_A_TENANT: &str = select_credentials!(
    "WHERE c.tenant_id = ?1
             ORDER BY c.created_at, c.id"
);

/// What became of a new credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Insertion {
    Stored,
    IdTaken,
    UnknownUser,
}

/// With its user's app id, and the user's handle if there is only the one. At a place, or else at any of the tenant's.
const INSERT: &str = concat!(
    "INSERT INTO credentials (
         tenant_id, id, user_id, kind, name, public_key, attestation_format, aaguid, sign_count, transports,
         backup_eligible, backup_state, created_at, updated_at, last_used_at, used_week, use_count,
         registered_user_agent, last_user_agent, place, app_user_id, only_handle
     )
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13, ?14, ?15, ?16, ?17, ?18,
            coalesce(?19, ",
    any_place!("?20"),
    "), app_user_id,
            (
                SELECT handle
                FROM user_handles AS h
                WHERE h.tenant_id = ?1 AND h.user_id = ?3 AND h.position = 0 AND NOT EXISTS (
                    SELECT 1
                    FROM user_handles AS other
                    WHERE other.tenant_id = ?1 AND other.user_id = ?3 AND other.position > 0
                )
            )
     FROM users
     WHERE tenant_id = ?1 AND id = ?3
     ON CONFLICT (tenant_id, id) DO NOTHING"
);

/// How many places are tried: by far most are free.
const PLACES: usize = 4;

pub(super) fn insert(db: &Connection, tenant_id: TenantId, new: &Credential) -> Result<Insertion, Fault> {
    let mut inserted = insert_at(db, tenant_id, new, Some(place(tenant_id, &new.id)));
    for _ in 1..PLACES {
        if matches!(&inserted, Err(Fault::Sqlite(error)) if is_primary_key(error)) {
            inserted = insert_at(db, tenant_id, new, None);
        }
    }
    if inserted? == 1 {
        return Ok(Insertion::Stored);
    }
    let user_exists = db
        .prepare_cached("SELECT 1 FROM users WHERE tenant_id = ?1 AND id = ?2")?
        .exists(params![tenant_id.blob(), new.user_id.blob()])?;
    Ok(if user_exists { Insertion::IdTaken } else { Insertion::UnknownUser })
}

fn insert_at(
    db: &Connection,
    tenant_id: TenantId,
    new: &Credential,
    place: Option<i64>,
) -> Result<usize, Fault> {
    Ok(db.prepare_cached(INSERT)?.execute(params![
        tenant_id.blob(),
        new.id.blob(),
        new.user_id.blob(),
        new.kind.as_str(),
        new.name.as_str(),
        new.public_key,
        new.attestation_format,
        new.aaguid.as_bytes().as_slice(),
        new.sign_count,
        serde_json::to_string(&new.transports)?,
        new.backup_eligible,
        new.backup_state,
        new.created_at.as_millis(),
        new.last_used_at.as_millis(),
        week(new.last_used_at),
        signed(new.use_count),
        new.registered_user_agent,
        new.last_user_agent,
        place,
        places(tenant_id).0,
    ])?)
}

/// A user's newest credentials of a kind, or of any; of those only one where it is named.
pub(super) fn descriptors(
    db: &Connection,
    tenant_id: TenantId,
    user_id: UserId,
    kind: Option<CredentialKind>,
    only: Option<&CredentialId>,
) -> Result<Vec<CredentialDescriptor>, Fault> {
    let mut statement = db.prepare_cached(
        "SELECT id, transports
         FROM credentials
         WHERE tenant_id = ?1 AND user_id = ?2 AND (?3 IS NULL OR kind = ?3) AND (?5 IS NULL OR id = ?5)
         ORDER BY created_at DESC, id DESC
         LIMIT ?4",
    )?;
    let kind = kind.map(CredentialKind::as_str);
    let only = only.map(Blob::blob);
    let rows = statement.query(params![tenant_id.blob(), user_id.blob(), kind, DESCRIPTORS, only])?;
    collect(rows, |row| records::descriptor(tenant_id, row))
}

/// The credential with its user's handles: in its own row, unless the user has several or another credential its place.
pub(super) fn for_login(
    db: &Connection,
    tenant_id: TenantId,
    id: &CredentialId,
) -> Result<CredentialLookup, Fault> {
    let (tenant, id_bytes) = (tenant_id.blob(), id.blob());
    let known = match known(db, tenant_id, AT_ITS_PLACE, params![tenant, id_bytes, place(tenant_id, id)])? {
        None => known(db, tenant_id, WITH_EACH_HANDLE, params![tenant, id_bytes])?,
        found => found,
    };
    if let Some(known) = known {
        return Ok(CredentialLookup::Known(Arc::new(known)));
    }
    Ok(if is_revoked(db, tenant_id, id)? { CredentialLookup::Revoked } else { CredentialLookup::Unknown })
}

fn known(
    db: &Connection,
    tenant_id: TenantId,
    sql: &str,
    params: impl Params,
) -> Result<Option<KnownCredential>, Fault> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut known = None;
    while let Some(row) = rows.next()? {
        records::add_to_known_credential(&mut known, tenant_id, row)?;
    }
    Ok(known)
}

/// For [`records::add_to_known_credential`].
const AT_ITS_PLACE: &str = "SELECT id, kind, public_key, backup_eligible, user_id, app_user_id, only_handle
     FROM credentials
     WHERE place = ?3 AND tenant_id = ?1 AND id = ?2 AND only_handle IS NOT NULL";

/// The same in a row for each handle, wherever the credential is.
const WITH_EACH_HANDLE: &str = concat!(
    "SELECT ",
    known_credential_columns!(),
    "
     FROM credentials AS c
     JOIN users AS u ON u.tenant_id = c.tenant_id AND u.id = c.user_id
     LEFT JOIN user_handles AS h ON h.tenant_id = c.tenant_id AND h.user_id = c.user_id
     WHERE c.tenant_id = ?1 AND c.id = ?2
     ORDER BY h.position"
);

/// A user has several handles from now on: the credentials' own rows don't tell them.
pub(super) fn forget_only_handle(db: &Connection, tenant_id: TenantId, user_id: UserId) -> Result<(), Fault> {
    db.prepare_cached("UPDATE credentials SET only_handle = NULL WHERE tenant_id = ?1 AND user_id = ?2")?
        .execute(params![tenant_id.blob(), user_id.blob()])?;
    Ok(())
}

/// Whether another tenant with the same RP ID has a credential of this id.
pub(super) fn is_accepted_elsewhere(
    db: &Connection,
    tenant_id: TenantId,
    id: &CredentialId,
) -> Result<bool, Fault> {
    let too_many = db.prepare_cached(OVER_A_HUNDRED)?.exists([tenant_id.blob()])?;
    Ok(too_many || db.prepare_cached(ELSEWHERE)?.exists(params![tenant_id.blob(), id.blob()])?)
}

/// Whether over a hundred others have the RP ID.
const OVER_A_HUNDRED: &str = "SELECT 1
     FROM tenants AS own
     JOIN tenants AS other
       ON json_extract(other.config, '$.relying_party.id') = json_extract(own.config, '$.relying_party.id')
     WHERE own.id = ?1 AND other.id <> own.id
     LIMIT 1 OFFSET 100";

const ELSEWHERE: &str = "SELECT 1
     FROM tenants AS own
     JOIN tenants AS other
       ON json_extract(other.config, '$.relying_party.id') = json_extract(own.config, '$.relying_party.id')
     JOIN credentials AS c ON c.tenant_id = other.id AND c.id = ?2
     WHERE own.id = ?1 AND other.id <> own.id";

/// Whether a credential of this id was deleted.
pub(super) fn is_revoked(db: &Connection, tenant_id: TenantId, id: &CredentialId) -> Result<bool, Fault> {
    Ok(db
        .prepare_cached("SELECT 1 FROM credential_tombstones WHERE tenant_id = ?1 AND id_hash = ?2")?
        .exists(params![tenant_id.blob(), tombstone_hash(id).as_ref()])?)
}

pub(super) fn one(
    db: &Connection,
    tenant_id: TenantId,
    id: &CredentialId,
) -> Result<Option<Credential>, Fault> {
    let mut statement = db.prepare_cached(select_credentials!("WHERE c.tenant_id = ?1 AND c.id = ?2"))?;
    let mut rows = statement.query(params![tenant_id.blob(), id.blob()])?;
    Ok(rows.next()?.map(|row| records::credential(tenant_id, row)).transpose()?)
}

/// A page of a tenant's credentials, or of a user's.
pub(super) fn page(
    db: &Connection,
    tenant_id: TenantId,
    app_user_id: Option<&AppUserId>,
    page: PageRequest,
) -> Result<Page<Credential>, Fault> {
    // One snapshot, so that the count is that of the list.
    let snapshot = db.unchecked_transaction()?;
    let offset = offset(page);
    let found = match app_user_id {
        None => {
            let total = count(
                &snapshot,
                "SELECT count(*)
                 FROM credentials
                 WHERE tenant_id = ?1",
                [tenant_id.blob()],
            )?;
            let sql = match page.order {
                Order::Descending => select_credentials!(
                    "WHERE c.tenant_id = ?1
             ORDER BY c.created_at DESC, c.id DESC
             LIMIT ?2 OFFSET ?3"
                ),
                Order::Ascending => select_credentials!(
                    "WHERE c.tenant_id = ?1
             ORDER BY c.created_at, c.id
             LIMIT ?2 OFFSET ?3"
                ),
            };
            Page {
                items: list(&snapshot, tenant_id, sql, params![tenant_id.blob(), page.per_page, offset])?,
                total,
            }
        }
        Some(app_user_id) => {
            let total = count(
                &snapshot,
                "SELECT count(*)
                 FROM credentials AS c
                 JOIN users AS u ON u.tenant_id = c.tenant_id AND u.id = c.user_id
                 WHERE u.tenant_id = ?1 AND u.app_user_id = ?2",
                params![tenant_id.blob(), app_user_id.as_str()],
            )?;
            let sql = match page.order {
                Order::Descending => select_credentials!(
                    "WHERE u.tenant_id = ?1 AND u.app_user_id = ?4
             ORDER BY c.created_at DESC, c.id DESC
             LIMIT ?2 OFFSET ?3"
                ),
                Order::Ascending => select_credentials!(
                    "WHERE u.tenant_id = ?1 AND u.app_user_id = ?4
             ORDER BY c.created_at, c.id
             LIMIT ?2 OFFSET ?3"
                ),
            };
            let params = params![tenant_id.blob(), page.per_page, offset, app_user_id.as_str()];
            Page { items: list(&snapshot, tenant_id, sql, params)?, total }
        }
    };
    snapshot.finish()?;
    Ok(found)
}

/// All of a user's credentials, newest first.
pub(super) fn of_user(
    db: &Connection,
    tenant_id: TenantId,
    user_id: UserId,
) -> Result<Vec<Credential>, Fault> {
    let sql = select_credentials!(
        "WHERE c.tenant_id = ?1 AND c.user_id = ?2
             ORDER BY c.created_at DESC, c.id DESC"
    );
    list(db, tenant_id, sql, params![tenant_id.blob(), user_id.blob()])
}

fn list(
    db: &Connection,
    tenant_id: TenantId,
    sql: &str,
    params: impl Params,
) -> Result<Vec<Credential>, Fault> {
    let mut statement = db.prepare_cached(sql)?;
    collect(statement.query(params)?, |row| records::credential(tenant_id, row))
}

pub(super) fn rename(
    db: &Connection,
    change: &CredentialChange,
    name: &Text<1, 128>,
) -> Result<Changed, Fault> {
    let Some(actor) = owner(db, change)? else { return Ok(Changed::NotFound) };
    db.prepare_cached(
        "UPDATE credentials
         SET name = ?3, updated_at = ?4
         WHERE tenant_id = ?1 AND id = ?2",
    )?
    .execute(params![
        change.tenant_id.blob(),
        change.credential_id.blob(),
        name.as_str(),
        change.audit.at.as_millis()
    ])?;
    let entry = AuditEntry { actor: Some(actor), ..change.audit.clone() };
    audit::append(db, &entry)?;
    Publisher::new(db, &entry).publish(EventType::CredentialRenamed, || {
        let renamed = one(db, change.tenant_id, &change.credential_id)?;
        let told = renamed.map(|credential| event::Credential::of(change.tenant_id, &credential));
        Ok(told.map(Occurrence::CredentialRenamed))
    })?;
    Ok(Changed::Done)
}

pub(super) fn delete(db: &Connection, change: &CredentialChange) -> Result<Changed, Fault> {
    let Some(credential) = one(db, change.tenant_id, &change.credential_id)? else {
        return Ok(Changed::NotFound);
    };
    delete_one(db, &credential, Deletion::Alone, &change.audit)?;
    Ok(Changed::Done)
}

/// Deletes a credential, with a tombstone, a row of the log on behalf of its user, and an event.
fn delete_one(
    db: &Connection,
    credential: &Credential,
    deletion: Deletion,
    audit: &AuditEntry,
) -> Result<(), Fault> {
    let tenant_id = audit.tenant_id;
    db.prepare_cached("DELETE FROM credentials WHERE tenant_id = ?1 AND id = ?2")?
        .execute(params![tenant_id.blob(), credential.id.blob()])?;
    bury(db, tenant_id, &credential.id, deletion, audit.at)?;
    let entry = AuditEntry {
        actor: Some(credential.app_user_id.clone()),
        credential: Some(credential.id.clone()),
        ..audit.clone()
    };
    audit::append(db, &entry)?;
    Publisher::new(db, &entry).publish(EventType::CredentialDeleted, || {
        Ok(Some(Occurrence::CredentialDeleted(DeletedCredential {
            credential: event::Credential::of(tenant_id, credential),
            reason: deletion.into(),
        })))
    })
}

/// Deletes all of a user's credentials. Returns how many.
pub(super) fn delete_all(
    db: &Connection,
    user_id: UserId,
    deletion: Deletion,
    audit: &AuditEntry,
) -> Result<u64, Fault> {
    let all = of_user(db, audit.tenant_id, user_id)?;
    for (credential, number) in all.iter().zip(0..) {
        let audit = AuditEntry { id: audit.id.offset(number), ..audit.clone() };
        delete_one(db, credential, deletion, &audit)?;
    }
    Ok(all.len() as u64)
}

/// Deletes all of the credentials of the user whom the app knows by an id.
pub(super) fn delete_all_of_app_user(
    db: &Connection,
    deletion: &CredentialsDeletion,
) -> Result<Option<u64>, Fault> {
    let Some(user) = users::by_app_id(db, deletion.tenant_id, &deletion.user)? else { return Ok(None) };
    delete_all(db, user.id, Deletion::WithAll, &deletion.audit).map(Some)
}

/// The ids of all of a user's credentials, newest first.
pub(super) fn ids_of_user(
    db: &Connection,
    tenant_id: TenantId,
    user_id: UserId,
) -> Result<Vec<CredentialId>, Fault> {
    let mut statement = db.prepare_cached(
        "SELECT id
         FROM credentials
         WHERE tenant_id = ?1 AND user_id = ?2
         ORDER BY created_at DESC, id DESC",
    )?;
    collect(statement.query(params![tenant_id.blob(), user_id.blob()])?, |row| {
        records::credential_id(tenant_id, row)
    })
}

/// How many tombstones one step of a purge deletes: other writes wait meanwhile.
const PURGE_CHUNK: u32 = 5_000;

/// Deletes some of the tombstones from before a moment. Returns how many; there may be more as long as it is not 0.
pub(super) fn purge_tombstones(db: &Connection, deleted_before: Timestamp) -> Result<u64, Fault> {
    let deleted = db
        .prepare_cached(
            "DELETE FROM credential_tombstones
             WHERE (tenant_id, id_hash) IN (
                 SELECT tenant_id, id_hash
                 FROM credential_tombstones
                 WHERE deleted_at < ?1
                 LIMIT ?2
             )",
        )?
        .execute(params![deleted_before.as_millis(), PURGE_CHUNK])?;
    Ok(deleted as u64)
}

fn bury(
    db: &Connection,
    tenant_id: TenantId,
    id: &CredentialId,
    deletion: Deletion,
    now: Timestamp,
) -> Result<(), Fault> {
    db.prepare_cached(
        "INSERT INTO credential_tombstones (tenant_id, id_hash, deleted_at, reason)
         VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (tenant_id, id_hash) DO UPDATE
         SET deleted_at = excluded.deleted_at, reason = excluded.reason",
    )?
    .execute(params![
        tenant_id.blob(),
        tombstone_hash(id).as_ref(),
        now.as_millis(),
        deletion.as_str()
    ])?;
    Ok(())
}

/// The user whose credential is to be changed. Only this thread writes, so the row stays as it was read.
fn owner(db: &Connection, change: &CredentialChange) -> Result<Option<AppUserId>, Fault> {
    let mut statement = db.prepare_cached(
        "SELECT u.id, u.app_user_id
         FROM credentials AS c
         JOIN users AS u ON u.tenant_id = c.tenant_id AND u.id = c.user_id
         WHERE c.tenant_id = ?1 AND c.id = ?2",
    )?;
    let mut rows = statement.query(params![change.tenant_id.blob(), change.credential_id.blob()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(records::app_id_of_user(change.tenant_id, row)?))
}

/// Those not used since a moment, behind a place. By the week of their last use, which has an index.
const UNUSED: &str = select_credentials!(
    "WHERE c.tenant_id = ?1 AND c.used_week <= ?2 AND c.last_used_at < ?3 AND (c.used_week, c.id) > (?4, ?5)
             ORDER BY c.used_week, c.id
             LIMIT ?6"
);

/// Those not used since a moment, the longest unused first, behind a place.
pub(super) fn unused(
    db: &Connection,
    tenant_id: TenantId,
    since: Timestamp,
    behind: Option<&UsePlace>,
    limit: u32,
) -> Result<Vec<Credential>, Fault> {
    let mut statement = db.prepare_cached(UNUSED)?;
    let (last_week, since) = (week(since), since.as_millis());
    let (week, id) = behind.map_or((i64::MIN, [].as_slice()), |place| (week(place.at), place.id.blob()));
    let parameters = params![tenant_id.blob(), last_week, since, week, id, limit];
    collect(statement.query(parameters)?, |row| records::credential(tenant_id, row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plans::plan;

    #[test]
    fn a_credential_is_inserted_without_reading_other_users_handles() {
        let plan = plan(INSERT);
        let of_user = "sqlite_autoindex_user_handles_2 (tenant_id=? AND user_id=? AND position";
        assert_eq!(plan.matches(of_user).count(), 2, "{plan}");
        assert!(!plan.contains("SCAN"), "{plan}");
    }

    #[test]
    fn a_login_finds_a_credential_at_its_place_and_else_by_its_ids() {
        assert_eq!(plan(AT_ITS_PLACE).trim(), "SEARCH credentials USING INTEGER PRIMARY KEY (rowid=?)");
        let plan = plan(WITH_EACH_HANDLE);
        assert!(
            plan.contains("SEARCH c USING INDEX sqlite_autoindex_credentials_1 (tenant_id=? AND id=?"),
            "{plan}"
        );
        assert!(!plan.contains("SCAN"), "{plan}");
    }

    #[test]
    fn a_credential_is_looked_for_at_the_tenants_of_its_rp_id_alone() {
        let plan = plan(ELSEWHERE);
        assert!(plan.contains("sqlite_autoindex_credentials_1 (tenant_id=? AND id=?"), "{plan}");
        assert!(!plan.contains("SCAN"), "{plan}");
    }

    #[test]
    fn unused_credentials_are_found_without_reading_the_others_or_sorting_them() {
        let plan = plan(UNUSED);
        assert!(plan.contains("credentials_by_use (tenant_id=? AND (used_week,id)>(?,?)"), "{plan}");
        assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}
