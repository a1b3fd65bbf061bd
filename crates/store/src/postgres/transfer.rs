//! Import and export.

use std::ops::ControlFlow;

use futures_util::StreamExt;
use futures_util::stream;
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
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::connections::Session;
use super::fault::Fault;
use super::import_rounds::rounds;
use super::rows::collect;
use super::{api_keys, audit, credentials, signing_keys, tenants, transactions, users, version};
use crate::decisions::{self, CredentialMerge, TransactionMerge, signed};
use crate::records::{self, audit_columns, user_columns};
use crate::rows::{Blob, Columns, CorruptRow};

/// How many records are under way at once.
const SIDE_BY_SIDE: usize = 32;

pub(super) async fn begin(db: &Session, tenant: &ImportedTenant) -> Result<BegunImport, Fault> {
    let made = db
        .execute(
            "INSERT INTO tenants (id, display_name, config, rp_id, created_at, updated_at, import_began_at)
             VALUES ($1, $2, $3, $4, $5, $5, $5)
             ON CONFLICT (id) DO NOTHING",
            &[
                tenant.id.as_uuid(),
                &tenant.display_name.as_str(),
                &serde_json::to_string(&tenant.config)?,
                &tenant.config.relying_party.id.as_str(),
                &tenant.now.as_millis(),
            ],
        )
        .await?;
    if made == 1 {
        signing_keys::insert(db, tenant.id, &tenant.signing_key).await?;
    } else {
        db.execute(
            "UPDATE tenants SET import_began_at = $2 WHERE id = $1",
            &[tenant.id.as_uuid(), &tenant.now.as_millis()],
        )
        .await?;
    }
    version::bump(db).await?;
    Ok(if made == 1 { BegunImport::Made } else { BegunImport::Found })
}

pub(super) async fn finish(db: &Session, tenant_id: TenantId) -> Result<Changed, Fault> {
    let finished =
        db.execute("UPDATE tenants SET import_began_at = NULL WHERE id = $1", &[tenant_id.as_uuid()]).await?;
    tenants::changed(db, finished).await
}

/// What becomes, or would become, of each record. To be done again where another transaction stored one of them at the
/// same time, which its unique key tells.
pub(super) async fn import(
    db: &Session,
    tenant_id: TenantId,
    records: &[TransferRecord],
    mode: ImportMode,
) -> Result<Vec<ImportOutcome>, Fault> {
    // Imports into one tenant are done one after the other.
    if mode == ImportMode::Apply && !tenants::lock(db, tenant_id).await? {
        return Err(Fault::Gone);
    }
    let import = &Import { db, tenant_id, mode };
    let mut outcomes = vec![ImportOutcome::Unchanged; records.len()];
    let mut keys_came = false;
    // A record takes several statements, each of which would wait for the one before it and for the way there and back. So
    // what is independent shares the ways.
    for round in rounds(records) {
        let mut decided = stream::iter(round)
            .map(|place| async move { (place, import.record(&records[place]).await) })
            .buffer_unordered(SIDE_BY_SIDE);
        let mut failed = None;
        while let Some((place, outcome)) = decided.next().await {
            match outcome {
                Ok(outcome) => {
                    keys_came |= matches!(
                        (&records[place], outcome),
                        (TransferRecord::ApiKey(_), ImportOutcome::Inserted | ImportOutcome::Updated)
                    );
                    outcomes[place] = outcome;
                }
                // Those after the first only tell that it was one.
                Err(fault) => {
                    failed.get_or_insert(fault);
                }
            }
        }
        if let Some(fault) = failed {
            return Err(fault);
        }
    }
    if keys_came && mode == ImportMode::Apply {
        version::bump(db).await?;
    }
    Ok(outcomes)
}

struct Import<'a> {
    db: &'a Session,
    tenant_id: TenantId,
    mode: ImportMode,
}

impl Import<'_> {
    async fn record(&self, record: &TransferRecord) -> Result<ImportOutcome, Fault> {
        match record {
            TransferRecord::ApiKey(key) => self.api_key(key).await,
            TransferRecord::User(user) => self.user(user).await,
            TransferRecord::Credential(credential) => self.credential(credential).await,
            TransferRecord::Tombstone(tombstone) => self.tombstone(tombstone).await,
            TransferRecord::Transaction(transaction) => self.transaction(transaction).await,
            TransferRecord::Audit(row) => self.audit_row(row).await,
        }
    }

    fn applies(&self) -> bool {
        self.mode == ImportMode::Apply
    }

    fn tenant(&self) -> &Uuid {
        self.tenant_id.as_uuid()
    }

    async fn api_key(&self, key: &ApiKeyRecord) -> Result<ImportOutcome, Fault> {
        let by_hash = self
            .db
            .exists(
                "SELECT 1 FROM api_keys WHERE tenant_id = $1 AND hash = $2",
                &[self.tenant(), &key.hash.blob()],
            )
            .await?;
        if by_hash {
            return self.end_api_key(key).await;
        }
        let was_deleted = self
            .db
            .exists(
                "SELECT 1 FROM deleted_api_keys WHERE tenant_id = $1 AND hash = $2",
                &[self.tenant(), &key.hash.blob()],
            )
            .await?;
        if was_deleted {
            return Ok(ImportOutcome::Refused(ImportRefusal::ApiKeyRevoked));
        }
        let taken = self
            .db
            .exists(
                "SELECT 1 FROM api_keys WHERE tenant_id = $1 AND (name = $2 OR id = $3)",
                &[self.tenant(), &key.name.as_str(), key.id.as_uuid()],
            )
            .await?;
        if taken {
            return Ok(ImportOutcome::Refused(ImportRefusal::ApiKeyNameTaken));
        }
        if self.applies() {
            self.db
                .execute(
                    "INSERT INTO api_keys (tenant_id, id, name, hash, hint, created_at, last_used_at, expires_at)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    &[
                        self.tenant(),
                        key.id.as_uuid(),
                        &key.name.as_str(),
                        &key.hash.blob(),
                        &key.hint,
                        &key.created_at.as_millis(),
                        &key.last_used_at.map(Timestamp::as_millis),
                        &key.expires_at.map(Timestamp::as_millis),
                    ],
                )
                .await?;
        }
        Ok(ImportOutcome::Inserted)
    }

    /// A key that is here already ends where the source's does, if that is earlier: it was replaced there meanwhile.
    async fn end_api_key(&self, key: &ApiKeyRecord) -> Result<ImportOutcome, Fault> {
        let Some(end) = key.expires_at.map(Timestamp::as_millis) else { return Ok(ImportOutcome::Unchanged) };
        let is_later = self
            .db
            .exists(
                "SELECT 1 FROM api_keys
                 WHERE tenant_id = $1 AND hash = $2 AND (expires_at IS NULL OR expires_at > $3)",
                &[self.tenant(), &key.hash.blob(), &end],
            )
            .await?;
        if !is_later {
            return Ok(ImportOutcome::Unchanged);
        }
        if self.applies() {
            self.db
                .execute(
                    "UPDATE api_keys SET expires_at = $3 WHERE tenant_id = $1 AND hash = $2",
                    &[self.tenant(), &key.hash.blob(), &end],
                )
                .await?;
        }
        Ok(ImportOutcome::Updated)
    }

    async fn user(&self, user: &TransferredUser) -> Result<ImportOutcome, Fault> {
        let known = users::by_app_id(self.db, self.tenant_id, &user.profile.app_id).await?;
        let known_id = known.as_ref().map(|known| known.id);
        let mut missing = Vec::new();
        for handle in &user.handles {
            match self.owner_of(handle).await? {
                None => missing.push(handle),
                Some(owner) if Some(owner) == known_id => {}
                Some(_) => return Ok(ImportOutcome::Refused(ImportRefusal::HandleTaken)),
            }
        }
        let Some(known) = known else { return self.new_user(user).await };
        if missing.is_empty() {
            return Ok(ImportOutcome::Unchanged);
        }
        if self.applies() {
            let row = self
                .db
                .row(
                    "SELECT coalesce(max(position) + 1, 0) FROM user_handles WHERE tenant_id = $1 AND user_id = $2",
                    &[self.tenant(), known.id.as_uuid()],
                )
                .await?
                .ok_or(Fault::NoRow("of a maximum"))?;
            self.add_handles(known.id, missing, row.try_get(0)?).await?;
        }
        Ok(ImportOutcome::Updated)
    }

    async fn new_user(&self, user: &TransferredUser) -> Result<ImportOutcome, Fault> {
        let row_taken = self
            .db
            .exists(
                "SELECT 1 FROM users WHERE tenant_id = $1 AND id = $2",
                &[self.tenant(), user.id.as_uuid()],
            )
            .await?;
        if row_taken {
            return Ok(ImportOutcome::Refused(ImportRefusal::UserRowTaken));
        }
        if self.applies() {
            self.db
                .execute(
                    "INSERT INTO users (
                         tenant_id, id, app_user_id, name, display_name, icon, created_at, updated_at
                     )
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    &[
                        self.tenant(),
                        user.id.as_uuid(),
                        &user.profile.app_id.as_str(),
                        &user.profile.name.as_str(),
                        &user.profile.display_name.as_ref().map(Text::as_str),
                        &user.profile.icon.as_ref().map(Text::as_str),
                        &user.created_at.as_millis(),
                        &user.updated_at.as_millis(),
                    ],
                )
                .await?;
            self.add_handles(user.id, user.handles.iter().collect(), 0).await?;
        }
        Ok(ImportOutcome::Inserted)
    }

    /// Whose handle it is.
    async fn owner_of(&self, handle: &UserHandle) -> Result<Option<UserId>, Fault> {
        let row = self
            .db
            .row(
                "SELECT user_id FROM user_handles WHERE tenant_id = $1 AND handle = $2",
                &[self.tenant(), &handle.blob()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Columns::new("user_handles", Some(self.tenant_id), &row).uuid("user_id", UserId::new)?))
    }

    async fn add_handles(&self, user_id: UserId, handles: Vec<&UserHandle>, first: i64) -> Result<(), Fault> {
        for (position, handle) in (first..).zip(handles) {
            self.db
                .execute(
                    "INSERT INTO user_handles (tenant_id, handle, user_id, position)
                     VALUES ($1, $2, $3, $4)
                     ON CONFLICT (tenant_id, handle) DO NOTHING",
                    &[self.tenant(), &handle.blob(), user_id.as_uuid(), &position],
                )
                .await?;
        }
        Ok(())
    }

    async fn credential(&self, new: &Credential) -> Result<ImportOutcome, Fault> {
        // Locked where it may be changed, so that no login comes between and is forgotten.
        let known = match self.mode {
            ImportMode::DryRun => credentials::one(self.db, self.tenant_id, &new.id).await?,
            ImportMode::Apply => credentials::one_to_change(self.db, self.tenant_id, &new.id).await?,
        };
        if let Some(known) = known {
            return self.known_credential(&known, new).await;
        }
        if credentials::is_revoked(self.db, self.tenant_id, &new.id).await? {
            return Ok(ImportOutcome::Refused(ImportRefusal::CredentialRevoked));
        }
        if !self.applies() {
            return Ok(ImportOutcome::Inserted);
        }
        let Some(user) = users::by_app_id(self.db, self.tenant_id, &new.app_user_id).await? else {
            return Ok(ImportOutcome::Refused(ImportRefusal::UnknownUser));
        };
        let credential = Credential { user_id: user.id, ..new.clone() };
        match credentials::insert(self.db, self.tenant_id, &credential).await? {
            credentials::Insertion::Stored => Ok(ImportOutcome::Inserted),
            // Registered this moment.
            credentials::Insertion::IdTaken => Ok(ImportOutcome::Refused(ImportRefusal::CredentialTaken)),
            // Deleted this moment.
            credentials::Insertion::UnknownUser => Ok(ImportOutcome::Refused(ImportRefusal::UnknownUser)),
        }
    }

    async fn known_credential(&self, known: &Credential, new: &Credential) -> Result<ImportOutcome, Fault> {
        let grown = match decisions::merge_credential(known, new) {
            CredentialMerge::Settled(outcome) => return Ok(outcome),
            CredentialMerge::Grown(grown) => grown,
        };
        if self.applies() {
            self.db
                .execute(
                    "UPDATE credentials
                     SET sign_count = $3, backup_state = $4, last_used_at = $5, updated_at = greatest(updated_at, $5),
                         use_count = $6, last_user_agent = $7
                     WHERE tenant_id = $1 AND id = $2",
                    &[
                        self.tenant(),
                        &new.id.blob(),
                        &i64::from(grown.sign_count),
                        &grown.backup_state,
                        &grown.last_used_at.as_millis(),
                        &signed(grown.use_count),
                        &grown.last_user_agent,
                    ],
                )
                .await?;
        }
        Ok(ImportOutcome::Updated)
    }

    async fn tombstone(&self, tombstone: &Tombstone) -> Result<ImportOutcome, Fault> {
        let known = self
            .db
            .exists(
                "SELECT 1 FROM credential_tombstones WHERE tenant_id = $1 AND id_hash = $2",
                &[self.tenant(), &tombstone.id_hash.as_slice()],
            )
            .await?;
        if known {
            return Ok(ImportOutcome::Unchanged);
        }
        if self.applies() {
            self.db
                .execute(
                    "INSERT INTO credential_tombstones (tenant_id, id_hash, deleted_at, reason)
                     VALUES ($1, $2, $3, $4)",
                    &[
                        self.tenant(),
                        &tombstone.id_hash.as_slice(),
                        &tombstone.deleted_at.as_millis(),
                        &tombstone.reason.as_str(),
                    ],
                )
                .await?;
        }
        Ok(ImportOutcome::Inserted)
    }

    async fn transaction(&self, transferred: &TransferredTransaction) -> Result<ImportOutcome, Fault> {
        let new = &transferred.transaction;
        let sql = match self.mode {
            ImportMode::DryRun => {
                "SELECT id, identifier, status
                 FROM transactions
                 WHERE tenant_id = $1 AND (identifier = $2 OR id = $3)"
            }
            ImportMode::Apply => {
                "SELECT id, identifier, status
                 FROM transactions
                 WHERE tenant_id = $1 AND (identifier = $2 OR id = $3)
                 ORDER BY id
                 FOR NO KEY UPDATE"
            }
        };
        let rows = self.db.rows(sql, &[self.tenant(), &new.identifier.as_str(), new.id.as_uuid()]).await?;
        let known = collect(&rows, |row| records::known_transaction(self.tenant_id, row))?;
        match decisions::merge_transaction(&known, new) {
            TransactionMerge::Settled(outcome) => Ok(outcome),
            TransactionMerge::New => self.new_transaction(transferred).await,
            TransactionMerge::Confirmed(at) => {
                if self.applies() {
                    transactions::finalize(self.db, self.tenant_id, new.id, at).await?;
                }
                Ok(ImportOutcome::Updated)
            }
        }
    }

    async fn new_transaction(&self, transferred: &TransferredTransaction) -> Result<ImportOutcome, Fault> {
        if !self.applies() {
            return Ok(ImportOutcome::Inserted);
        }
        let Some(user) = users::by_app_id(self.db, self.tenant_id, &transferred.app_user_id).await? else {
            return Ok(ImportOutcome::Refused(ImportRefusal::UnknownUser));
        };
        let new = &transferred.transaction;
        self.db
            .execute(
                "INSERT INTO transactions (
                     tenant_id, id, user_id, identifier, data, nonce, status, created_at, updated_at, finalized_at
                 )
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                &[
                    self.tenant(),
                    new.id.as_uuid(),
                    user.id.as_uuid(),
                    &new.identifier.as_str(),
                    &new.data.as_str(),
                    // The id stands in for the nonce, too: no challenge made here has it.
                    &new.id.blob(),
                    &new.status.as_str(),
                    &new.created_at.as_millis(),
                    &new.updated_at.as_millis(),
                    &new.finalized_at.map(Timestamp::as_millis),
                ],
            )
            .await?;
        Ok(ImportOutcome::Inserted)
    }

    async fn audit_row(&self, row: &AuditRow) -> Result<ImportOutcome, Fault> {
        let known = self
            .db
            .exists(
                "SELECT 1 FROM audit_logs WHERE tenant_id = $1 AND created_at = $2 AND id = $3",
                &[self.tenant(), &row.at.as_millis(), row.id.as_uuid()],
            )
            .await?;
        if known {
            return Ok(ImportOutcome::Unchanged);
        }
        if self.applies() {
            audit::insert(self.db, self.tenant_id, row).await?;
        }
        Ok(ImportOutcome::Inserted)
    }
}

/// How many rows an export reads at once.
const PAGE: i64 = 1_000;

/// A page of a tenant's users behind a place, oldest first.
const NEXT_USERS: &str = concat!(
    "SELECT ",
    user_columns!(),
    ", created_at, updated_at
     FROM users
     WHERE tenant_id = $1 AND (created_at, id) > ($2, $3)
     ORDER BY created_at, id
     LIMIT $4"
);

/// A page of a tenant's tombstones behind a place, oldest first.
const NEXT_TOMBSTONES: &str = "SELECT id_hash, deleted_at, reason
     FROM credential_tombstones
     WHERE tenant_id = $1 AND (deleted_at, id_hash) > ($2, $3)
     ORDER BY deleted_at, id_hash
     LIMIT $4";

/// A page of a tenant's audit log behind a place, oldest first.
const NEXT_AUDIT_ROWS: &str = concat!(
    "SELECT ",
    audit_columns!(),
    " FROM audit_logs
     WHERE tenant_id = $1 AND (created_at, id) > ($2, $3)
     ORDER BY created_at, id
     LIMIT $4"
);

/// Hands a tenant's records to `each` until it breaks off, in the order in which they can be imported again. Tombstones
/// follow credentials: an id that was deleted and registered again has both. To be called in a snapshot.
pub(super) async fn export<F>(db: &Session, tenant_id: TenantId, each: F) -> Result<(), Fault>
where
    F: FnMut(TransferRecord) -> ControlFlow<()> + Send + 'static,
{
    let mut export = Export { db, tenant_id, each: Some(each) };
    let keys = api_keys::list(db, tenant_id).await?.into_iter().map(TransferRecord::ApiKey).collect();
    export.hand_on(keys).await?;
    export.users().await?;
    let of_uuid = Uuid::nil();
    export
        .pages(credentials::NEXT_OF_A_TENANT, Vec::<u8>::new(), |row| {
            let credential = records::credential(tenant_id, row)?;
            let place = (credential.created_at, credential.id.blob().to_vec());
            Ok((TransferRecord::Credential(Box::new(credential)), place))
        })
        .await?;
    export
        .pages(NEXT_TOMBSTONES, Vec::<u8>::new(), |row| {
            let tombstone = records::tombstone(tenant_id, row)?;
            Ok((TransferRecord::Tombstone(tombstone), (tombstone.deleted_at, tombstone.id_hash.to_vec())))
        })
        .await?;
    export.transactions().await?;
    export
        .pages(NEXT_AUDIT_ROWS, of_uuid, |row| {
            let row = records::audit_row(tenant_id, row)?;
            let place = (row.at, *row.id.as_uuid());
            Ok((TransferRecord::Audit(Box::new(row)), place))
        })
        .await
}

struct Export<'a, F> {
    db: &'a Session,
    tenant_id: TenantId,
    /// None once it has broken off.
    each: Option<F>,
}

/// Earlier than any row.
const BEGINNING: Timestamp = Timestamp::from_millis(i64::MIN);

impl<F: FnMut(TransferRecord) -> ControlFlow<()> + Send + 'static> Export<'_, F> {
    /// Hands records on. They may be written to a disk, for which the threads of the runtime must not wait.
    async fn hand_on(&mut self, records: Vec<TransferRecord>) -> Result<(), Fault> {
        let Some(mut each) = self.each.take() else { return Ok(()) };
        let handing = tokio::task::spawn_blocking(move || {
            records.into_iter().all(|record| each(record).is_continue()).then_some(each)
        });
        self.each = handing.await.map_err(|_| Fault::Panicked)?;
        Ok(())
    }

    /// All rows of a statement that takes a place and returns those behind it. A place is a moment and what decides
    /// between equal moments.
    async fn pages<K: ToSql + Sync + Send>(
        &mut self,
        sql: &str,
        first: K,
        read: impl Fn(&Row) -> Result<(TransferRecord, (Timestamp, K)), CorruptRow>,
    ) -> Result<(), Fault> {
        let mut place = (BEGINNING, first);
        while self.each.is_some() {
            let rows = next_page(self.db, self.tenant_id, sql, place.0, &place.1).await?;
            let read = rows.iter().map(&read).collect::<Result<Vec<_>, _>>()?;
            let (records, mut places): (Vec<_>, Vec<_>) = read.into_iter().unzip();
            let Some(last) = places.pop() else { return Ok(()) };
            place = last;
            self.hand_on(records).await?;
        }
        Ok(())
    }

    async fn users(&mut self) -> Result<(), Fault> {
        let mut place = (BEGINNING, Uuid::nil());
        while self.each.is_some() {
            let mut records = Vec::new();
            for row in &next_page(self.db, self.tenant_id, NEXT_USERS, place.0, &place.1).await? {
                let mut user = records::transferred_user(self.tenant_id, row)?;
                user.handles = users::handles(self.db, self.tenant_id, user.id).await?;
                place = (user.created_at, *user.id.as_uuid());
                records.push(TransferRecord::User(user));
            }
            if records.is_empty() {
                return Ok(());
            }
            self.hand_on(records).await?;
        }
        Ok(())
    }

    async fn transactions(&mut self) -> Result<(), Fault> {
        let mut place = (BEGINNING, Uuid::nil());
        while self.each.is_some() {
            let mut records = Vec::new();
            for row in
                &next_page(self.db, self.tenant_id, transactions::NEXT_OF_A_TENANT, place.0, &place.1).await?
            {
                let transaction = records::transaction(self.tenant_id, row)?;
                place = (transaction.created_at, *transaction.id.as_uuid());
                let app_user_id = users::app_id(self.db, self.tenant_id, transaction.user_id).await?;
                records
                    .push(TransferRecord::Transaction(TransferredTransaction { app_user_id, transaction }));
            }
            if records.is_empty() {
                return Ok(());
            }
            self.hand_on(records).await?;
        }
        Ok(())
    }
}

async fn next_page(
    db: &Session,
    tenant_id: TenantId,
    sql: &str,
    at: Timestamp,
    key: &(dyn ToSql + Sync),
) -> Result<Vec<Row>, Fault> {
    db.rows(sql, &[tenant_id.as_uuid(), &at.as_millis(), key, &PAGE]).await
}
