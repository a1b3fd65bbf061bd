//! Import and export.

use std::ops::ControlFlow;

use passgate_core::api_key::ApiKeyRecord;
use passgate_core::audit::AuditRow;
use passgate_core::clock::Timestamp;
use passgate_core::credential::Credential;
use passgate_core::ids::{TenantId, UserHandle, UserId};
use passgate_core::store::Changed;
use passgate_core::text::Text;
use passgate_core::transfer::{
    BegunImport, ImportMode, ImportOutcome, ImportRefusal, ImportedTenant, Tombstone, TransferRecord,
    TransferredTransaction, TransferredUser,
};
use rusqlite::{Connection, Row, params};

use super::fault::Fault;
use super::rows::collect;
use super::{api_keys, audit, credentials, signing_keys, tenants, transactions, users, version};
use crate::decisions::{self, CredentialMerge, TransactionMerge, signed, week};
use crate::records::{self, KnownTransaction, user_columns};
use crate::rows::{Blob, Columns};

pub(super) fn begin(db: &Connection, tenant: &ImportedTenant) -> Result<BegunImport, Fault> {
    let made = db
        .prepare_cached(
            "INSERT INTO tenants (id, display_name, config, created_at, updated_at, import_began_at)
             VALUES (?1, ?2, ?3, ?4, ?4, ?4)
             ON CONFLICT (id) DO NOTHING",
        )?
        .execute(params![
            tenant.id.blob(),
            tenant.display_name.as_str(),
            serde_json::to_string(&tenant.config)?,
            tenant.now.as_millis(),
        ])?;
    if made == 1 {
        signing_keys::insert(db, tenant.id, &tenant.signing_key)?;
    } else {
        db.prepare_cached("UPDATE tenants SET import_began_at = ?2 WHERE id = ?1")?
            .execute(params![tenant.id.blob(), tenant.now.as_millis()])?;
    }
    version::bump(db)?;
    Ok(if made == 1 { BegunImport::Made } else { BegunImport::Found })
}

pub(super) fn finish(db: &Connection, tenant_id: TenantId) -> Result<Changed, Fault> {
    let finished = db
        .prepare_cached("UPDATE tenants SET import_began_at = NULL WHERE id = ?1")?
        .execute([tenant_id.blob()])?;
    tenants::changed(db, finished)
}

/// What becomes, or would become, of each record.
pub(super) fn import(
    db: &Connection,
    tenant_id: TenantId,
    records: &[TransferRecord],
    mode: ImportMode,
) -> Result<Vec<ImportOutcome>, Fault> {
    if mode == ImportMode::Apply && !tenants::exists(db, tenant_id)? {
        return Err(Fault::TenantGone);
    }
    let import = Import { db, tenant_id, mode };
    let mut outcomes = Vec::with_capacity(records.len());
    let mut keys_came = false;
    for record in records {
        let outcome = match record {
            TransferRecord::ApiKey(key) => import.api_key(key)?,
            TransferRecord::User(user) => import.user(user)?,
            TransferRecord::Credential(credential) => import.credential(credential)?,
            TransferRecord::Tombstone(tombstone) => import.tombstone(tombstone)?,
            TransferRecord::Transaction(transaction) => import.transaction(transaction)?,
            TransferRecord::Audit(row) => import.audit_row(row)?,
        };
        keys_came |= matches!(
            (record, outcome),
            (TransferRecord::ApiKey(_), ImportOutcome::Inserted | ImportOutcome::Updated)
        );
        outcomes.push(outcome);
    }
    if keys_came && mode == ImportMode::Apply {
        version::bump(db)?;
    }
    Ok(outcomes)
}

struct Import<'a> {
    db: &'a Connection,
    tenant_id: TenantId,
    mode: ImportMode,
}

impl Import<'_> {
    fn applies(&self) -> bool {
        self.mode == ImportMode::Apply
    }

    fn api_key(&self, key: &ApiKeyRecord) -> Result<ImportOutcome, Fault> {
        let by_hash = self
            .db
            .prepare_cached("SELECT 1 FROM api_keys WHERE tenant_id = ?1 AND hash = ?2")?
            .exists(params![self.tenant_id.blob(), key.hash.blob()])?;
        if by_hash {
            return self.end_api_key(key);
        }
        let was_deleted = self
            .db
            .prepare_cached("SELECT 1 FROM deleted_api_keys WHERE tenant_id = ?1 AND hash = ?2")?
            .exists(params![self.tenant_id.blob(), key.hash.blob()])?;
        if was_deleted {
            return Ok(ImportOutcome::Refused(ImportRefusal::ApiKeyRevoked));
        }
        let taken = self
            .db
            .prepare_cached("SELECT 1 FROM api_keys WHERE tenant_id = ?1 AND (name = ?2 OR id = ?3)")?
            .exists(params![self.tenant_id.blob(), key.name.as_str(), key.id.blob()])?;
        if taken {
            return Ok(ImportOutcome::Refused(ImportRefusal::ApiKeyNameTaken));
        }
        if self.applies() {
            self.db
                .prepare_cached(
                    "INSERT INTO api_keys (tenant_id, id, name, hash, hint, created_at, last_used_at, expires_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                )?
                .execute(params![
                    self.tenant_id.blob(),
                    key.id.blob(),
                    key.name.as_str(),
                    key.hash.blob(),
                    key.hint,
                    key.created_at.as_millis(),
                    key.last_used_at.map(Timestamp::as_millis),
                    key.expires_at.map(Timestamp::as_millis),
                ])?;
        }
        Ok(ImportOutcome::Inserted)
    }

    /// A key that is here already ends where the source's does, if that is earlier: it was replaced there meanwhile.
    fn end_api_key(&self, key: &ApiKeyRecord) -> Result<ImportOutcome, Fault> {
        let Some(end) = key.expires_at else { return Ok(ImportOutcome::Unchanged) };
        let key = params![self.tenant_id.blob(), key.hash.blob(), end.as_millis()];
        let is_later = self
            .db
            .prepare_cached(
                "SELECT 1 FROM api_keys
                 WHERE tenant_id = ?1 AND hash = ?2 AND (expires_at IS NULL OR expires_at > ?3)",
            )?
            .exists(key)?;
        if !is_later {
            return Ok(ImportOutcome::Unchanged);
        }
        if self.applies() {
            self.db
                .prepare_cached("UPDATE api_keys SET expires_at = ?3 WHERE tenant_id = ?1 AND hash = ?2")?
                .execute(key)?;
        }
        Ok(ImportOutcome::Updated)
    }

    fn user(&self, user: &TransferredUser) -> Result<ImportOutcome, Fault> {
        let known = users::by_app_id(self.db, self.tenant_id, &user.profile.app_id)?;
        let known_id = known.as_ref().map(|known| known.id);
        let mut missing = Vec::new();
        for handle in &user.handles {
            match self.owner_of(handle)? {
                None => missing.push(handle),
                Some(owner) if Some(owner) == known_id => {}
                Some(_) => return Ok(ImportOutcome::Refused(ImportRefusal::HandleTaken)),
            }
        }
        let Some(known) = known else { return self.new_user(user) };
        if missing.is_empty() {
            return Ok(ImportOutcome::Unchanged);
        }
        if self.applies() {
            let position = self.db.prepare_cached(
                "SELECT coalesce(max(position) + 1, 0) FROM user_handles WHERE tenant_id = ?1 AND user_id = ?2",
            )?
            .query_row(params![self.tenant_id.blob(), known.id.blob()], |row| row.get(0))?;
            self.add_handles(known.id, missing, position)?;
            credentials::forget_only_handle(self.db, self.tenant_id, known.id)?;
        }
        Ok(ImportOutcome::Updated)
    }

    fn new_user(&self, user: &TransferredUser) -> Result<ImportOutcome, Fault> {
        let row_taken = self
            .db
            .prepare_cached("SELECT 1 FROM users WHERE tenant_id = ?1 AND id = ?2")?
            .exists(params![self.tenant_id.blob(), user.id.blob()])?;
        if row_taken {
            return Ok(ImportOutcome::Refused(ImportRefusal::UserRowTaken));
        }
        if self.applies() {
            self.db
                .prepare_cached(
                    "INSERT INTO users (
                         tenant_id, id, app_user_id, name, display_name, icon, created_at, updated_at
                     )
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                )?
                .execute(params![
                    self.tenant_id.blob(),
                    user.id.blob(),
                    user.profile.app_id.as_str(),
                    user.profile.name.as_str(),
                    user.profile.display_name.as_ref().map(Text::as_str),
                    user.profile.icon.as_ref().map(Text::as_str),
                    user.created_at.as_millis(),
                    user.updated_at.as_millis(),
                ])?;
            self.add_handles(user.id, user.handles.iter().collect(), 0)?;
        }
        Ok(ImportOutcome::Inserted)
    }

    /// Whose handle it is.
    fn owner_of(&self, handle: &UserHandle) -> Result<Option<UserId>, Fault> {
        let mut statement = self
            .db
            .prepare_cached("SELECT user_id FROM user_handles WHERE tenant_id = ?1 AND handle = ?2")?;
        let mut rows = statement.query(params![self.tenant_id.blob(), handle.blob()])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        Ok(Some(Columns::new("user_handles", Some(self.tenant_id), row).uuid("user_id", UserId::new)?))
    }

    fn add_handles(&self, user_id: UserId, handles: Vec<&UserHandle>, first: i64) -> Result<(), Fault> {
        let mut statement = self.db.prepare_cached(
            "INSERT INTO user_handles (tenant_id, handle, user_id, position)
             VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (tenant_id, handle) DO NOTHING",
        )?;
        for (position, handle) in (first..).zip(handles) {
            statement.execute(params![self.tenant_id.blob(), handle.blob(), user_id.blob(), position])?;
        }
        Ok(())
    }

    fn credential(&self, new: &Credential) -> Result<ImportOutcome, Fault> {
        if let Some(known) = credentials::one(self.db, self.tenant_id, &new.id)? {
            return self.known_credential(&known, new);
        }
        if credentials::is_revoked(self.db, self.tenant_id, &new.id)? {
            return Ok(ImportOutcome::Refused(ImportRefusal::CredentialRevoked));
        }
        if !self.applies() {
            return Ok(ImportOutcome::Inserted);
        }
        let Some(user) = users::by_app_id(self.db, self.tenant_id, &new.app_user_id)? else {
            return Ok(ImportOutcome::Refused(ImportRefusal::UnknownUser));
        };
        credentials::insert(self.db, self.tenant_id, &Credential { user_id: user.id, ..new.clone() })?;
        Ok(ImportOutcome::Inserted)
    }

    fn known_credential(&self, known: &Credential, new: &Credential) -> Result<ImportOutcome, Fault> {
        let grown = match decisions::merge_credential(known, new) {
            CredentialMerge::Settled(outcome) => return Ok(outcome),
            CredentialMerge::Grown(grown) => grown,
        };
        if self.applies() {
            self.db
                .prepare_cached(
                    "UPDATE credentials
                     SET sign_count = ?3, backup_state = ?4, last_used_at = ?5, used_week = ?8,
                         updated_at = max(updated_at, ?5), use_count = ?6, last_user_agent = ?7
                     WHERE tenant_id = ?1 AND id = ?2",
                )?
                .execute(params![
                    self.tenant_id.blob(),
                    new.id.blob(),
                    grown.sign_count,
                    grown.backup_state,
                    grown.last_used_at.as_millis(),
                    signed(grown.use_count),
                    grown.last_user_agent,
                    week(grown.last_used_at),
                ])?;
        }
        Ok(ImportOutcome::Updated)
    }

    fn tombstone(&self, tombstone: &Tombstone) -> Result<ImportOutcome, Fault> {
        let known = self
            .db
            .prepare_cached("SELECT 1 FROM credential_tombstones WHERE tenant_id = ?1 AND id_hash = ?2")?
            .exists(params![self.tenant_id.blob(), tombstone.id_hash.as_slice()])?;
        if known {
            return Ok(ImportOutcome::Unchanged);
        }
        if self.applies() {
            self.db
                .prepare_cached(
                    "INSERT INTO credential_tombstones (tenant_id, id_hash, deleted_at, reason)
                     VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![
                    self.tenant_id.blob(),
                    tombstone.id_hash.as_slice(),
                    tombstone.deleted_at.as_millis(),
                    tombstone.reason.as_str(),
                ])?;
        }
        Ok(ImportOutcome::Inserted)
    }

    fn transaction(&self, transferred: &TransferredTransaction) -> Result<ImportOutcome, Fault> {
        let new = &transferred.transaction;
        let mut statement = self.db.prepare_cached(
            "SELECT id, identifier, status FROM transactions WHERE tenant_id = ?1 AND (identifier = ?2 OR id = ?3)",
        )?;
        let known: Vec<KnownTransaction> = collect(
            statement.query(params![self.tenant_id.blob(), new.identifier.as_str(), new.id.blob()])?,
            |row| records::known_transaction(self.tenant_id, row),
        )?;
        match decisions::merge_transaction(&known, new) {
            TransactionMerge::Settled(outcome) => Ok(outcome),
            TransactionMerge::New => self.new_transaction(transferred),
            TransactionMerge::Confirmed(at) => {
                if self.applies() {
                    transactions::finalize(self.db, self.tenant_id, new.id, at)?;
                }
                Ok(ImportOutcome::Updated)
            }
        }
    }

    fn new_transaction(&self, transferred: &TransferredTransaction) -> Result<ImportOutcome, Fault> {
        if !self.applies() {
            return Ok(ImportOutcome::Inserted);
        }
        let Some(user) = users::by_app_id(self.db, self.tenant_id, &transferred.app_user_id)? else {
            return Ok(ImportOutcome::Refused(ImportRefusal::UnknownUser));
        };
        let new = &transferred.transaction;
        self.db
            .prepare_cached(
                "INSERT INTO transactions (
                     tenant_id, id, user_id, identifier, data, nonce, status, created_at, updated_at, finalized_at
                 )
                 VALUES (?1, ?2, ?3, ?4, ?5, ?2, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                self.tenant_id.blob(),
                // Stands in for the nonce, too: no challenge made here has it.
                new.id.blob(),
                user.id.blob(),
                new.identifier.as_str(),
                new.data.as_str(),
                new.status.as_str(),
                new.created_at.as_millis(),
                new.updated_at.as_millis(),
                new.finalized_at.map(Timestamp::as_millis),
            ])?;
        Ok(ImportOutcome::Inserted)
    }

    fn audit_row(&self, row: &AuditRow) -> Result<ImportOutcome, Fault> {
        let known = self
            .db
            .prepare_cached("SELECT 1 FROM audit_logs WHERE tenant_id = ?1 AND created_at = ?2 AND id = ?3")?
            .exists(params![self.tenant_id.blob(), row.at.as_millis(), row.id.blob()])?;
        if known {
            return Ok(ImportOutcome::Unchanged);
        }
        if self.applies() {
            audit::insert(self.db, self.tenant_id, row)?;
        }
        Ok(ImportOutcome::Inserted)
    }
}

/// Hands a tenant's records to `each`, all of one snapshot, until it breaks off.
pub(super) fn export(db: &Connection, tenant_id: TenantId, each: &mut Each<'_>) -> Result<(), Fault> {
    let snapshot = db.unchecked_transaction()?;
    let export = Export { db: &snapshot, tenant_id };
    for section in SECTIONS {
        if section(&export, each)?.is_break() {
            break;
        }
    }
    snapshot.finish()?;
    Ok(())
}

type Section = fn(&Export<'_>, &mut Each<'_>) -> Result<ControlFlow<()>, Fault>;

/// In the order in which they can be imported again. Tombstones follow credentials: an id that was deleted and
/// registered again has both.
const SECTIONS: &[Section] = &[
    |export, each| export.api_keys(each),
    |export, each| export.users(each),
    |export, each| export.credentials(each),
    |export, each| export.tombstones(each),
    |export, each| export.transactions(each),
    |export, each| export.audit_log(each),
];

struct Export<'a> {
    db: &'a Connection,
    tenant_id: TenantId,
}

/// What is done with each record.
pub(super) type Each<'a> = dyn FnMut(TransferRecord) -> ControlFlow<()> + Send + 'a;

impl Export<'_> {
    fn api_keys(&self, each: &mut Each<'_>) -> Result<ControlFlow<()>, Fault> {
        for key in api_keys::list(self.db, self.tenant_id)? {
            if each(TransferRecord::ApiKey(key)).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn users(&self, each: &mut Each<'_>) -> Result<ControlFlow<()>, Fault> {
        let sql = concat!(
            "SELECT ",
            user_columns!(),
            ", created_at, updated_at
                   FROM users WHERE tenant_id = ?1 ORDER BY created_at, id"
        );
        self.each_row(sql, each, |row| {
            let mut user = records::transferred_user(self.tenant_id, row)?;
            user.handles = users::handles(self.db, self.tenant_id, user.id)?;
            Ok(TransferRecord::User(user))
        })
    }

    fn credentials(&self, each: &mut Each<'_>) -> Result<ControlFlow<()>, Fault> {
        self.each_row(credentials::ALL_OF_A_TENANT, each, |row| {
            Ok(TransferRecord::Credential(Box::new(records::credential(self.tenant_id, row)?)))
        })
    }

    fn tombstones(&self, each: &mut Each<'_>) -> Result<ControlFlow<()>, Fault> {
        let sql = "SELECT id_hash, deleted_at, reason
                   FROM credential_tombstones WHERE tenant_id = ?1 ORDER BY deleted_at, id_hash";
        self.each_row(sql, each, |row| {
            Ok(TransferRecord::Tombstone(records::tombstone(self.tenant_id, row)?))
        })
    }

    fn transactions(&self, each: &mut Each<'_>) -> Result<ControlFlow<()>, Fault> {
        self.each_row(transactions::ALL_OF_A_TENANT, each, |row| {
            let transaction = records::transaction(self.tenant_id, row)?;
            let app_user_id = users::app_id(self.db, self.tenant_id, transaction.user_id)?;
            Ok(TransferRecord::Transaction(TransferredTransaction { app_user_id, transaction }))
        })
    }

    fn audit_log(&self, each: &mut Each<'_>) -> Result<ControlFlow<()>, Fault> {
        self.each_row(audit::ALL_OF_A_TENANT, each, |row| {
            Ok(TransferRecord::Audit(Box::new(records::audit_row(self.tenant_id, row)?)))
        })
    }

    fn each_row(
        &self,
        sql: &str,
        each: &mut Each<'_>,
        read: impl Fn(&Row<'_>) -> Result<TransferRecord, Fault>,
    ) -> Result<ControlFlow<()>, Fault> {
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query([self.tenant_id.blob()])?;
        while let Some(row) = rows.next()? {
            if each(read(row)?).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
