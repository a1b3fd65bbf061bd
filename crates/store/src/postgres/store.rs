//! The methods of the trait: which are one statement, which a transaction, and which a snapshot.

use std::ops::ControlFlow;

use passgate_core::admin_token::AdminTokenRecord;
use passgate_core::api_key::{ApiKeyRecord, NewApiKey};
use passgate_core::audit::{AuditCount, AuditEntry, AuditFilter, AuditPlace, AuditRow};
use passgate_core::challenge::Nonce;
use passgate_core::clock::Timestamp;
use passgate_core::config::{Retention, TenantConfig};
use passgate_core::credential::{Credential, CredentialLookup, Page, PageRequest};
use passgate_core::ids::{
    AdminTokenId, ApiKeyId, CredentialId, DatabaseId, EndpointId, EventId, SigningKeyId, TenantId, UserId,
};
use passgate_core::key_secret::KeyHash;
use passgate_core::measurement::Measurement;
use passgate_core::metadata::{KeepMetadata, KeptMetadata, MetadataKept};
use passgate_core::server_secret::SecretId;
use passgate_core::signals::SignalLookup;
use passgate_core::signing_key::SealedSigningKey;
use passgate_core::store::{
    BeginLogin, BeginRegistration, BeginTransaction, BegunLogin, BegunRegistration, BegunTransaction,
    Changed, CredentialChange, CredentialsDeletion, FailCeremony, FinishLogin, FinishRegistration,
    FinishedLogin, FinishedRegistration, Inserted, KeyRoll, NewTenant, Rotation, SigningKeyDeletion, Store,
    StoreError, TenantLookup, Version,
};
use passgate_core::tenant::TenantSummary;
use passgate_core::text::Text;
use passgate_core::transaction::Transaction;
use passgate_core::transfer::{BegunImport, ImportMode, ImportOutcome, ImportedTenant, TransferRecord};
use passgate_core::user::{AppUserId, User, UserDetails, UserRecord};
use passgate_core::webhook::{
    ClaimDeliveries, DeliveryRecord, EndpointChange, EndpointInserted, LeasedDelivery, RecordDelivery,
    Recorded, WebhookEndpoint, WebhookSecret,
};

use super::fault::Fault;
use super::{
    ATTEMPTS, BEGIN, BEGIN_SNAPSHOT, PostgresStore, admin_tokens, api_keys, audit, challenges, credentials,
    login, metadata, registration, sealed, signing_keys, tenants, transactions, transfer, users, version,
    webhooks,
};

/// Does work in one transaction. Where the server has undone it so that another could go on, it is done again. (A macro,
/// since of a function that takes such work it can't be said yet that its future is `Send`.)
macro_rules! transaction {
    ($store:expr, $db:ident => $work:expr) => {
        transaction!($store, again after Fault::is_conflict, $db => $work)
    };
    ($store:expr, again after $passes:expr, $db:ident => $work:expr) => {{
        let mut attempts = 1;
        loop {
            let session = $store.session().await?;
            session.begin(BEGIN).await?;
            let $db = &session;
            match $work.await {
                Ok(done) => {
                    // Not tried again: it may have been committed.
                    session.commit().await?;
                    break Ok(done);
                }
                Err(fault) => {
                    session.roll_back().await;
                    if attempts == ATTEMPTS || !$passes(&fault) {
                        break Err(StoreError::from(fault));
                    }
                    attempts += 1;
                }
            }
        }
    }};
}

pub(super) use transaction;

/// Reads in one snapshot, so that what is read belongs together.
macro_rules! snapshot {
    ($store:expr, $db:ident => $work:expr) => {{
        let session = $store.session().await?;
        session.begin(BEGIN_SNAPSHOT).await?;
        let $db = &session;
        let read = $work.await;
        session.roll_back().await;
        Ok(read?)
    }};
}

pub(super) use snapshot;

impl Store for PostgresStore {
    fn identity(&self) -> DatabaseId {
        self.identity
    }

    async fn tenant(&self, id: TenantId) -> Result<TenantLookup, StoreError> {
        // Asked for by strangers with made-up ids, too.
        if let Some(version) = tenants::absent(&self.session().await?, id).await? {
            return Ok(TenantLookup { tenant: None, version });
        }
        snapshot!(self, db => tenants::lookup(db, id))
    }

    async fn tenants(&self) -> Result<Vec<TenantSummary>, StoreError> {
        Ok(tenants::list(&self.session().await?).await?)
    }

    async fn create_tenant(&self, tenant: NewTenant) -> Result<(), StoreError> {
        transaction!(self, db => tenants::create(db, &tenant))
    }

    async fn rename_tenant(
        &self,
        id: TenantId,
        display_name: Text<1, 128>,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        transaction!(self, db => tenants::rename(db, id, &display_name, now))
    }

    async fn configure_tenant(
        &self,
        id: TenantId,
        config: TenantConfig,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        transaction!(self, db => tenants::configure(db, id, &config, now))
    }

    /// What there may be much of is deleted before, in steps: all at once would take longer than a statement may. Who is
    /// interrupted has deleted a part, and goes on when it is asked for again.
    async fn delete_tenant(&self, id: TenantId) -> Result<Changed, StoreError> {
        for sql in tenants::DELETE_SOME {
            loop {
                let deleted: Result<_, StoreError> =
                    transaction!(self, db => tenants::delete_some(db, id, sql));
                if deleted? < tenants::STEP {
                    break;
                }
            }
        }
        transaction!(self, db => tenants::delete(db, id))
    }

    async fn create_api_key(&self, tenant_id: TenantId, key: NewApiKey) -> Result<Inserted, StoreError> {
        transaction!(self, db => api_keys::create(db, tenant_id, &key))
    }

    async fn api_keys(&self, tenant_id: TenantId) -> Result<Vec<ApiKeyRecord>, StoreError> {
        Ok(api_keys::list(&self.session().await?, tenant_id).await?)
    }

    async fn roll_api_key(
        &self,
        tenant_id: TenantId,
        replaced: ApiKeyId,
        ends_at: Timestamp,
        key: NewApiKey,
    ) -> Result<KeyRoll, StoreError> {
        transaction!(self, db => api_keys::roll(db, tenant_id, replaced, ends_at, &key))
    }

    async fn delete_api_key(&self, tenant_id: TenantId, id: ApiKeyId) -> Result<Changed, StoreError> {
        transaction!(self, db => api_keys::delete(db, tenant_id, id))
    }

    async fn touch_api_keys(&self, uses: Vec<(TenantId, ApiKeyId, Timestamp)>) -> Result<(), StoreError> {
        transaction!(self, db => api_keys::touch(db, &uses))
    }

    async fn rotate_signing_key(
        &self,
        tenant_id: TenantId,
        key: SealedSigningKey,
        rotation: Rotation,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        transaction!(self, db => signing_keys::rotate(db, tenant_id, &key, rotation, now))
    }

    async fn delete_signing_key(
        &self,
        tenant_id: TenantId,
        id: SigningKeyId,
        now: Timestamp,
    ) -> Result<SigningKeyDeletion, StoreError> {
        transaction!(self, db => signing_keys::delete(db, tenant_id, id, now))
    }

    async fn secrets_in_use(&self) -> Result<Vec<SecretId>, StoreError> {
        Ok(sealed::secrets_in_use(&self.session().await?).await?)
    }

    async fn signing_keys_to_reseal(
        &self,
        current: SecretId,
        limit: u32,
    ) -> Result<Vec<SealedSigningKey>, StoreError> {
        Ok(signing_keys::to_reseal(&self.session().await?, current, limit).await?)
    }

    async fn reseal_signing_keys(&self, keys: Vec<SealedSigningKey>) -> Result<u64, StoreError> {
        transaction!(self, db => signing_keys::reseal(db, &keys))
    }

    async fn create_admin_token(&self, token: AdminTokenRecord) -> Result<Inserted, StoreError> {
        transaction!(self, db => admin_tokens::create(db, &token))
    }

    async fn admin_token(&self, hash: KeyHash) -> Result<Option<AdminTokenRecord>, StoreError> {
        Ok(admin_tokens::by_hash(&self.session().await?, &hash).await?)
    }

    async fn admin_tokens(&self) -> Result<Vec<AdminTokenRecord>, StoreError> {
        Ok(admin_tokens::list(&self.session().await?).await?)
    }

    async fn delete_admin_token(&self, id: AdminTokenId) -> Result<Changed, StoreError> {
        transaction!(self, db => admin_tokens::delete(db, id))
    }

    async fn begin_registration(&self, begin: BeginRegistration) -> Result<BegunRegistration, StoreError> {
        transaction!(self, db => registration::begin(db, &begin))
    }

    async fn user(&self, tenant_id: TenantId, id: UserId) -> Result<Option<User>, StoreError> {
        Ok(users::by_id(&self.session().await?, tenant_id, id).await?)
    }

    async fn finish_registration(
        &self,
        finish: FinishRegistration,
    ) -> Result<FinishedRegistration, StoreError> {
        let at_once = registration::finish_in_one(&self.session().await?, &finish).await;
        if let Some(Some(finished)) = settled(at_once)? {
            return Ok(finished);
        }
        transaction!(self, db => registration::finish(db, &finish))
    }

    async fn begin_login(&self, begin: BeginLogin) -> Result<BegunLogin, StoreError> {
        // Its last statement alone writes.
        Ok(login::begin(&self.session().await?, &begin).await?)
    }

    async fn login_credential(
        &self,
        tenant_id: TenantId,
        id: CredentialId,
    ) -> Result<CredentialLookup, StoreError> {
        Ok(credentials::for_login(&self.session().await?, tenant_id, &id).await?)
    }

    async fn finish_login(&self, finish: FinishLogin) -> Result<FinishedLogin, StoreError> {
        if let Some(true) = settled(login::finish_in_one(&self.session().await?, &finish).await)? {
            return Ok(FinishedLogin::LoggedIn { counter_warning: false });
        }
        transaction!(self, db => login::finish(db, &finish))
    }

    async fn begin_transaction(&self, begin: BeginTransaction) -> Result<BegunTransaction, StoreError> {
        transaction!(self, db => transactions::begin(db, &begin))
    }

    async fn transaction_credential(
        &self,
        tenant_id: TenantId,
        id: CredentialId,
        nonce: Nonce,
    ) -> Result<(CredentialLookup, Option<Transaction>), StoreError> {
        // Not one snapshot: what may change between the two is decided again when the transaction is finished.
        let db = self.session().await?;
        // Both are sent at once. Not one snapshot: what may change between the two is decided again when the transaction
        // is finished.
        Ok(tokio::try_join!(
            credentials::for_login(&db, tenant_id, &id),
            transactions::by_nonce(&db, tenant_id, nonce),
        )?)
    }

    async fn transactions(
        &self,
        tenant_id: TenantId,
        user: AppUserId,
    ) -> Result<Vec<Transaction>, StoreError> {
        Ok(transactions::of_app_user(&self.session().await?, tenant_id, &user).await?)
    }

    async fn fail_ceremony(&self, failure: FailCeremony) -> Result<(), StoreError> {
        transaction!(self, db => challenges::fail_ceremony(db, &failure))
    }

    async fn credentials(
        &self,
        tenant_id: TenantId,
        app_user_id: Option<AppUserId>,
        page: PageRequest,
    ) -> Result<Page<Credential>, StoreError> {
        snapshot!(self, db => credentials::page(db, tenant_id, app_user_id.as_ref(), page))
    }

    async fn credential(
        &self,
        tenant_id: TenantId,
        id: CredentialId,
    ) -> Result<Option<Credential>, StoreError> {
        Ok(credentials::one(&self.session().await?, tenant_id, &id).await?)
    }

    async fn rename_credential(
        &self,
        change: CredentialChange,
        name: Text<1, 128>,
    ) -> Result<Changed, StoreError> {
        transaction!(self, db => credentials::rename(db, &change, &name))
    }

    async fn delete_credential(&self, change: CredentialChange) -> Result<Changed, StoreError> {
        transaction!(self, db => credentials::delete(db, &change))
    }

    async fn delete_credentials(&self, deletion: CredentialsDeletion) -> Result<Option<u64>, StoreError> {
        transaction!(self, db => credentials::delete_all_of_app_user(db, &deletion))
    }

    async fn signals(&self, tenant_id: TenantId, user: AppUserId) -> Result<SignalLookup, StoreError> {
        snapshot!(self, db => users::signals(db, tenant_id, &user))
    }

    async fn is_accepted_elsewhere(&self, tenant_id: TenantId, id: CredentialId) -> Result<bool, StoreError> {
        Ok(credentials::is_accepted_elsewhere(&self.session().await?, tenant_id, &id).await?)
    }

    async fn users(&self, tenant_id: TenantId, page: PageRequest) -> Result<Page<UserRecord>, StoreError> {
        snapshot!(self, db => users::page(db, tenant_id, page))
    }

    async fn user_details(&self, tenant_id: TenantId, id: UserId) -> Result<Option<UserDetails>, StoreError> {
        snapshot!(self, db => users::details(db, tenant_id, id))
    }

    async fn delete_user(
        &self,
        tenant_id: TenantId,
        id: UserId,
        audit: AuditEntry,
    ) -> Result<Changed, StoreError> {
        transaction!(self, db => users::delete(db, tenant_id, id, &audit))
    }

    async fn audit_log(
        &self,
        tenant_id: TenantId,
        filter: AuditFilter,
        page: PageRequest,
        known: Option<AuditCount>,
        settled: Timestamp,
    ) -> Result<(Page<AuditRow>, Option<AuditCount>), StoreError> {
        snapshot!(self, db => audit::page(db, tenant_id, &filter, page, known, settled))
    }

    async fn append_audit(&self, entries: Vec<AuditEntry>) -> Result<(), StoreError> {
        transaction!(self, db => audit::append_all(db, &entries))
    }

    async fn audit_retentions(&self) -> Result<Vec<(TenantId, Retention)>, StoreError> {
        Ok(audit::retentions(&self.session().await?).await?)
    }

    async fn purge_audit_log(&self, tenant_id: TenantId, before: Timestamp) -> Result<u64, StoreError> {
        let mut deleted = 0;
        loop {
            let step = transaction!(self, db => audit::purge(db, tenant_id, before))?;
            if step == 0 {
                return Ok(deleted);
            }
            deleted += step;
        }
    }

    async fn audit_log_behind(
        &self,
        tenant_id: TenantId,
        filter: AuditFilter,
        place: Option<AuditPlace>,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        Ok(audit::behind(&self.session().await?, tenant_id, &filter, place, limit).await?)
    }

    async fn webhook_endpoints(&self, tenant_id: TenantId) -> Result<Vec<WebhookEndpoint>, StoreError> {
        Ok(webhooks::endpoints(&self.session().await?, tenant_id).await?)
    }

    async fn create_webhook_endpoint(
        &self,
        tenant_id: TenantId,
        endpoint: WebhookEndpoint,
        secret: WebhookSecret,
    ) -> Result<EndpointInserted, StoreError> {
        transaction!(self, db => webhooks::create(db, tenant_id, &endpoint, &secret))
    }

    async fn change_webhook_endpoint(
        &self,
        tenant_id: TenantId,
        id: EndpointId,
        change: EndpointChange,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        transaction!(self, db => webhooks::change(db, tenant_id, id, &change, now))
    }

    async fn delete_webhook_endpoint(
        &self,
        tenant_id: TenantId,
        id: EndpointId,
    ) -> Result<Changed, StoreError> {
        transaction!(self, db => webhooks::delete(db, tenant_id, id))
    }

    async fn replace_webhook_secret(
        &self,
        secret: WebhookSecret,
        old_until: Timestamp,
    ) -> Result<Changed, StoreError> {
        transaction!(self, db => webhooks::replace_secret(db, &secret, old_until))
    }

    async fn webhook_secrets_to_reseal(
        &self,
        current: SecretId,
        limit: u32,
    ) -> Result<Vec<WebhookSecret>, StoreError> {
        Ok(webhooks::to_reseal(&self.session().await?, current, limit).await?)
    }

    async fn reseal_webhook_secrets(&self, secrets: Vec<WebhookSecret>) -> Result<u64, StoreError> {
        transaction!(self, db => webhooks::reseal(db, &secrets))
    }

    async fn webhook_deliveries(
        &self,
        tenant_id: TenantId,
        endpoint_id: EndpointId,
        page: PageRequest,
    ) -> Result<Option<Page<DeliveryRecord>>, StoreError> {
        snapshot!(self, db => webhooks::deliveries(db, tenant_id, endpoint_id, page))
    }

    async fn redeliver(
        &self,
        tenant_id: TenantId,
        endpoint_id: EndpointId,
        event_id: EventId,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        transaction!(self, db => webhooks::redeliver(db, tenant_id, endpoint_id, event_id, now))
    }

    async fn claim_deliveries(&self, claim: ClaimDeliveries) -> Result<Vec<LeasedDelivery>, StoreError> {
        // Asked for every second: mostly there is nothing, and no need of a commit.
        if !webhooks::is_due(&self.session().await?, claim.now).await? {
            return Ok(Vec::new());
        }
        transaction!(self, db => webhooks::claim(db, &claim))
    }

    async fn record_delivery(&self, record: RecordDelivery) -> Result<Recorded, StoreError> {
        transaction!(self, db => webhooks::record(db, &record))
    }

    async fn purge_events(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut deleted = 0;
        loop {
            let step = transaction!(self, db => webhooks::purge(db, before))?;
            if step == 0 {
                return Ok(deleted);
            }
            deleted += step;
        }
    }

    async fn metadata_number(&self) -> Result<Option<u64>, StoreError> {
        Ok(metadata::number(&self.session().await?).await?)
    }

    async fn metadata(&self) -> Result<Option<KeptMetadata>, StoreError> {
        Ok(metadata::read(&self.session().await?).await?)
    }

    async fn keep_metadata(&self, keep: KeepMetadata) -> Result<MetadataKept, StoreError> {
        transaction!(self, db => metadata::keep(db, &keep))
    }

    async fn begin_import(&self, tenant: ImportedTenant) -> Result<BegunImport, StoreError> {
        transaction!(self, db => transfer::begin(db, &tenant))
    }

    async fn import(
        &self,
        tenant_id: TenantId,
        records: Vec<TransferRecord>,
        mode: ImportMode,
    ) -> Result<Vec<ImportOutcome>, StoreError> {
        match mode {
            ImportMode::DryRun => {
                snapshot!(self, db => transfer::import(db, tenant_id, &records, mode))
            }
            ImportMode::Apply => {
                transaction!(self, again after is_passing, db => transfer::import(db, tenant_id, &records, mode))
            }
        }
    }

    async fn finish_import(&self, tenant_id: TenantId) -> Result<Changed, StoreError> {
        transaction!(self, db => transfer::finish(db, tenant_id))
    }

    async fn export(
        &self,
        tenant_id: TenantId,
        each: impl FnMut(TransferRecord) -> ControlFlow<()> + Send + 'static,
    ) -> Result<(), StoreError> {
        let db = self.session().await?;
        db.begin(BEGIN_SNAPSHOT).await?;
        let exported = transfer::export(&db, tenant_id, each).await;
        db.roll_back().await;
        Ok(exported?)
    }

    async fn purge_tombstones(&self, deleted_before: Timestamp) -> Result<u64, StoreError> {
        let mut deleted = 0;
        loop {
            let step = transaction!(self, db => credentials::purge_tombstones(db, deleted_before))?;
            if step == 0 {
                return Ok(deleted);
            }
            deleted += step;
        }
    }

    fn measurements(&self) -> Vec<Measurement> {
        self.connections.measurements()
    }

    async fn version(&self) -> Result<Version, StoreError> {
        version::watch(&self.watch.session().await?).await
    }

    async fn clock(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(Some(version::clock(&self.watch.session().await?).await?))
    }

    /// Connections are closed as they become idle.
    async fn close(&self) {
        self.connections.close();
        self.watch.close();
    }

    /// In several commits, so that other writes do not wait for a long one. What is not forgotten yet when one of
    /// them fails is refused all the same.
    async fn purge_spent_challenges(&self, expired_before: Timestamp) -> Result<u64, StoreError> {
        let mut forgotten = 0;
        loop {
            let step = challenges::next_step(&self.session().await?, expired_before).await?;
            let Some(step) = step else { return Ok(forgotten) };
            transaction!(self, db => challenges::mark(db, step))?;
            forgotten += challenges::forget(&self.session().await?, step).await?;
            if !step.more {
                return Ok(forgotten);
            }
        }
    }
}

/// Whether an import may be done again: another transaction was at the same rows.
fn is_passing(fault: &Fault) -> bool {
    fault.is_conflict() || fault.is_duplicate()
}

/// None where the server undid a statement so that another could go on: then it is decided once more.
fn settled<T>(outcome: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match outcome {
        Ok(outcome) => Ok(Some(outcome)),
        Err(fault) if fault.is_conflict() => Ok(None),
        Err(fault) => Err(fault),
    }
}
