//! The methods of the trait: which read, which write, and in which piece of work.

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

use super::version::VersionWatch;
use super::{
    SqliteStore, admin_tokens, api_keys, audit, challenges, credentials, login, metadata, registration,
    sealed, signing_keys, tenants, transactions, transfer, users, webhooks,
};

impl Store for SqliteStore {
    fn identity(&self) -> DatabaseId {
        self.identity
    }

    async fn tenant(&self, id: TenantId) -> Result<TenantLookup, StoreError> {
        // By keys, and asked for by strangers with made-up ids: not in the queue of the slow reads.
        self.read_here(|db| tenants::lookup(db, id))
    }

    async fn tenants(&self) -> Result<Vec<TenantSummary>, StoreError> {
        self.read(tenants::list).await
    }

    async fn create_tenant(&self, tenant: NewTenant) -> Result<(), StoreError> {
        self.write(move |db| tenants::create(db, &tenant)).await
    }

    async fn rename_tenant(
        &self,
        id: TenantId,
        display_name: Text<1, 128>,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        self.write(move |db| tenants::rename(db, id, &display_name, now)).await
    }

    async fn configure_tenant(
        &self,
        id: TenantId,
        config: TenantConfig,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        self.write(move |db| tenants::configure(db, id, &config, now)).await
    }

    /// What there may be much of is deleted before, in steps: all that others write would wait for one that deletes
    /// millions of rows. Who is interrupted has deleted a part, and goes on when it is asked for again.
    async fn delete_tenant(&self, id: TenantId) -> Result<Changed, StoreError> {
        for sql in tenants::DELETE_SOME {
            while self.write(move |db| tenants::delete_some(db, id, sql)).await? == u64::from(tenants::STEP) {
            }
        }
        self.write(move |db| tenants::delete(db, id)).await
    }

    async fn create_api_key(&self, tenant_id: TenantId, key: NewApiKey) -> Result<Inserted, StoreError> {
        self.write(move |db| api_keys::create(db, tenant_id, &key)).await
    }

    async fn api_keys(&self, tenant_id: TenantId) -> Result<Vec<ApiKeyRecord>, StoreError> {
        self.read(move |db| api_keys::list(db, tenant_id)).await
    }

    async fn roll_api_key(
        &self,
        tenant_id: TenantId,
        replaced: ApiKeyId,
        ends_at: Timestamp,
        key: NewApiKey,
    ) -> Result<KeyRoll, StoreError> {
        self.write(move |db| api_keys::roll(db, tenant_id, replaced, ends_at, &key)).await
    }

    async fn delete_api_key(&self, tenant_id: TenantId, id: ApiKeyId) -> Result<Changed, StoreError> {
        self.write(move |db| api_keys::delete(db, tenant_id, id)).await
    }

    async fn touch_api_keys(&self, uses: Vec<(TenantId, ApiKeyId, Timestamp)>) -> Result<(), StoreError> {
        self.write(move |db| api_keys::touch(db, &uses)).await
    }

    async fn rotate_signing_key(
        &self,
        tenant_id: TenantId,
        key: SealedSigningKey,
        rotation: Rotation,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        self.write(move |db| signing_keys::rotate(db, tenant_id, &key, rotation, now)).await
    }

    async fn delete_signing_key(
        &self,
        tenant_id: TenantId,
        id: SigningKeyId,
        now: Timestamp,
    ) -> Result<SigningKeyDeletion, StoreError> {
        self.write(move |db| signing_keys::delete(db, tenant_id, id, now)).await
    }

    async fn secrets_in_use(&self) -> Result<Vec<SecretId>, StoreError> {
        self.read(sealed::secrets_in_use).await
    }

    async fn signing_keys_to_reseal(
        &self,
        current: SecretId,
        limit: u32,
    ) -> Result<Vec<SealedSigningKey>, StoreError> {
        self.read(move |db| signing_keys::to_reseal(db, current, limit)).await
    }

    async fn reseal_signing_keys(&self, keys: Vec<SealedSigningKey>) -> Result<u64, StoreError> {
        self.write(move |db| signing_keys::reseal(db, &keys)).await
    }

    async fn create_admin_token(&self, token: AdminTokenRecord) -> Result<Inserted, StoreError> {
        self.write(move |db| admin_tokens::create(db, &token)).await
    }

    async fn admin_token(&self, hash: KeyHash) -> Result<Option<AdminTokenRecord>, StoreError> {
        self.read_here(|db| admin_tokens::by_hash(db, &hash))
    }

    async fn admin_tokens(&self) -> Result<Vec<AdminTokenRecord>, StoreError> {
        self.read(admin_tokens::list).await
    }

    async fn delete_admin_token(&self, id: AdminTokenId) -> Result<Changed, StoreError> {
        self.write(move |db| admin_tokens::delete(db, id)).await
    }

    async fn begin_registration(&self, begin: BeginRegistration) -> Result<BegunRegistration, StoreError> {
        self.write(move |db| registration::begin(db, &begin)).await
    }

    async fn user(&self, tenant_id: TenantId, id: UserId) -> Result<Option<User>, StoreError> {
        self.read_here(|db| users::by_id(db, tenant_id, id))
    }

    async fn finish_registration(
        &self,
        finish: FinishRegistration,
    ) -> Result<FinishedRegistration, StoreError> {
        self.write(move |db| registration::finish(db, &finish)).await
    }

    async fn begin_login(&self, begin: BeginLogin) -> Result<BegunLogin, StoreError> {
        self.write(move |db| login::begin(db, &begin)).await
    }

    async fn login_credential(
        &self,
        tenant_id: TenantId,
        id: CredentialId,
    ) -> Result<CredentialLookup, StoreError> {
        self.read_here(|db| credentials::for_login(db, tenant_id, &id))
    }

    async fn finish_login(&self, finish: FinishLogin) -> Result<FinishedLogin, StoreError> {
        self.write(move |db| login::finish(db, &finish)).await
    }

    async fn begin_transaction(&self, begin: BeginTransaction) -> Result<BegunTransaction, StoreError> {
        self.write(move |db| transactions::begin(db, &begin)).await
    }

    async fn transaction_credential(
        &self,
        tenant_id: TenantId,
        id: CredentialId,
        nonce: Nonce,
    ) -> Result<(CredentialLookup, Option<Transaction>), StoreError> {
        // Not one snapshot: what may change between the two is decided again when the transaction is finished.
        self.read_here(|db| {
            Ok((credentials::for_login(db, tenant_id, &id)?, transactions::by_nonce(db, tenant_id, nonce)?))
        })
    }

    async fn transactions(
        &self,
        tenant_id: TenantId,
        user: AppUserId,
    ) -> Result<Vec<Transaction>, StoreError> {
        self.read(move |db| transactions::of_app_user(db, tenant_id, &user)).await
    }

    async fn fail_ceremony(&self, failure: FailCeremony) -> Result<(), StoreError> {
        self.write(move |db| challenges::fail_ceremony(db, &failure)).await
    }

    async fn credentials(
        &self,
        tenant_id: TenantId,
        app_user_id: Option<AppUserId>,
        page: PageRequest,
    ) -> Result<Page<Credential>, StoreError> {
        self.read(move |db| credentials::page(db, tenant_id, app_user_id.as_ref(), page)).await
    }

    async fn credential(
        &self,
        tenant_id: TenantId,
        id: CredentialId,
    ) -> Result<Option<Credential>, StoreError> {
        self.read(move |db| credentials::one(db, tenant_id, &id)).await
    }

    async fn rename_credential(
        &self,
        change: CredentialChange,
        name: Text<1, 128>,
    ) -> Result<Changed, StoreError> {
        self.write(move |db| credentials::rename(db, &change, &name)).await
    }

    async fn delete_credential(&self, change: CredentialChange) -> Result<Changed, StoreError> {
        self.write(move |db| credentials::delete(db, &change)).await
    }

    async fn delete_credentials(&self, deletion: CredentialsDeletion) -> Result<Option<u64>, StoreError> {
        self.write(move |db| credentials::delete_all_of_app_user(db, &deletion)).await
    }

    async fn signals(&self, tenant_id: TenantId, user: AppUserId) -> Result<SignalLookup, StoreError> {
        self.read(move |db| users::signals(db, tenant_id, &user)).await
    }

    async fn is_accepted_elsewhere(&self, tenant_id: TenantId, id: CredentialId) -> Result<bool, StoreError> {
        self.read(move |db| credentials::is_accepted_elsewhere(db, tenant_id, &id)).await
    }

    async fn users(&self, tenant_id: TenantId, page: PageRequest) -> Result<Page<UserRecord>, StoreError> {
        self.read(move |db| users::page(db, tenant_id, page)).await
    }

    async fn user_details(&self, tenant_id: TenantId, id: UserId) -> Result<Option<UserDetails>, StoreError> {
        self.read(move |db| users::details(db, tenant_id, id)).await
    }

    async fn delete_user(
        &self,
        tenant_id: TenantId,
        id: UserId,
        audit: AuditEntry,
    ) -> Result<Changed, StoreError> {
        self.write(move |db| users::delete(db, tenant_id, id, &audit)).await
    }

    async fn audit_log(
        &self,
        tenant_id: TenantId,
        filter: AuditFilter,
        page: PageRequest,
        known: Option<AuditCount>,
        settled: Timestamp,
    ) -> Result<(Page<AuditRow>, Option<AuditCount>), StoreError> {
        self.read(move |db| audit::page(db, tenant_id, &filter, page, known, settled)).await
    }

    async fn append_audit(&self, entries: Vec<AuditEntry>) -> Result<(), StoreError> {
        self.write(move |db| entries.iter().try_for_each(|entry| audit::append(db, entry))).await
    }

    async fn audit_retentions(&self) -> Result<Vec<(TenantId, Retention)>, StoreError> {
        self.read(audit::retentions).await
    }

    async fn purge_audit_log(&self, tenant_id: TenantId, before: Timestamp) -> Result<u64, StoreError> {
        let mut deleted = 0;
        loop {
            let step = self.write(move |db| audit::purge(db, tenant_id, before)).await?;
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
        self.read(move |db| audit::behind(db, tenant_id, &filter, place, limit)).await
    }

    async fn webhook_endpoints(&self, tenant_id: TenantId) -> Result<Vec<WebhookEndpoint>, StoreError> {
        self.read(move |db| webhooks::endpoints(db, tenant_id)).await
    }

    async fn create_webhook_endpoint(
        &self,
        tenant_id: TenantId,
        endpoint: WebhookEndpoint,
        secret: WebhookSecret,
    ) -> Result<EndpointInserted, StoreError> {
        self.write(move |db| webhooks::create(db, tenant_id, &endpoint, &secret)).await
    }

    async fn change_webhook_endpoint(
        &self,
        tenant_id: TenantId,
        id: EndpointId,
        change: EndpointChange,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        self.write(move |db| webhooks::change(db, tenant_id, id, &change, now)).await
    }

    async fn delete_webhook_endpoint(
        &self,
        tenant_id: TenantId,
        id: EndpointId,
    ) -> Result<Changed, StoreError> {
        self.write(move |db| webhooks::delete(db, tenant_id, id)).await
    }

    async fn replace_webhook_secret(
        &self,
        secret: WebhookSecret,
        old_until: Timestamp,
    ) -> Result<Changed, StoreError> {
        self.write(move |db| webhooks::replace_secret(db, &secret, old_until)).await
    }

    async fn webhook_secrets_to_reseal(
        &self,
        current: SecretId,
        limit: u32,
    ) -> Result<Vec<WebhookSecret>, StoreError> {
        self.read(move |db| webhooks::to_reseal(db, current, limit)).await
    }

    async fn reseal_webhook_secrets(&self, secrets: Vec<WebhookSecret>) -> Result<u64, StoreError> {
        self.write(move |db| webhooks::reseal(db, &secrets)).await
    }

    async fn webhook_deliveries(
        &self,
        tenant_id: TenantId,
        endpoint_id: EndpointId,
        page: PageRequest,
    ) -> Result<Option<Page<DeliveryRecord>>, StoreError> {
        self.read(move |db| webhooks::deliveries(db, tenant_id, endpoint_id, page)).await
    }

    async fn redeliver(
        &self,
        tenant_id: TenantId,
        endpoint_id: EndpointId,
        event_id: EventId,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        self.write(move |db| webhooks::redeliver(db, tenant_id, endpoint_id, event_id, now)).await
    }

    async fn claim_deliveries(&self, claim: ClaimDeliveries) -> Result<Vec<LeasedDelivery>, StoreError> {
        // Asked for every second: mostly there is nothing, and no need of a commit.
        if !self.read_here(|db| webhooks::is_due(db, claim.now))? {
            return Ok(Vec::new());
        }
        self.write(move |db| webhooks::claim(db, &claim)).await
    }

    async fn record_delivery(&self, record: RecordDelivery) -> Result<Recorded, StoreError> {
        self.write(move |db| webhooks::record(db, &record)).await
    }

    async fn purge_events(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut deleted = 0;
        loop {
            let step = self.write(move |db| webhooks::purge(db, before)).await?;
            if step == 0 {
                return Ok(deleted);
            }
            deleted += step;
        }
    }

    async fn metadata_number(&self) -> Result<Option<u64>, StoreError> {
        self.read_here(metadata::number)
    }

    async fn metadata(&self) -> Result<Option<KeptMetadata>, StoreError> {
        self.read(metadata::read).await
    }

    async fn keep_metadata(&self, keep: KeepMetadata) -> Result<MetadataKept, StoreError> {
        self.write(move |db| metadata::keep(db, &keep)).await
    }

    async fn begin_import(&self, tenant: ImportedTenant) -> Result<BegunImport, StoreError> {
        self.write(move |db| transfer::begin(db, &tenant)).await
    }

    async fn import(
        &self,
        tenant_id: TenantId,
        records: Vec<TransferRecord>,
        mode: ImportMode,
    ) -> Result<Vec<ImportOutcome>, StoreError> {
        match mode {
            ImportMode::DryRun => self.read(move |db| transfer::import(db, tenant_id, &records, mode)).await,
            ImportMode::Apply => self.write(move |db| transfer::import(db, tenant_id, &records, mode)).await,
        }
    }

    async fn finish_import(&self, tenant_id: TenantId) -> Result<Changed, StoreError> {
        self.write(move |db| transfer::finish(db, tenant_id)).await
    }

    async fn export(
        &self,
        tenant_id: TenantId,
        mut each: impl FnMut(TransferRecord) -> ControlFlow<()> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.read(move |db| transfer::export(db, tenant_id, &mut each)).await
    }

    async fn purge_tombstones(&self, deleted_before: Timestamp) -> Result<u64, StoreError> {
        let mut deleted = 0;
        loop {
            let step = self.write(move |db| credentials::purge_tombstones(db, deleted_before)).await?;
            if step == 0 {
                return Ok(deleted);
            }
            deleted += step;
        }
    }

    fn measurements(&self) -> Vec<Measurement> {
        self.writer.measurements()
    }

    async fn version(&self) -> Result<Version, StoreError> {
        VersionWatch::version(&self.version).await
    }

    async fn clock(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(None)
    }

    /// Commits what is waiting, folds the write-ahead log into the database and closes it.
    async fn close(&self) {
        // Readers first: the connection that closes last removes the log.
        self.readers.close();
        self.version.close().await;
        self.writer.close().await;
    }

    /// In several commits, so that other writes do not wait for a long one. What is not forgotten yet when one of
    /// them fails is refused all the same.
    async fn purge_spent_challenges(&self, expired_before: Timestamp) -> Result<u64, StoreError> {
        let mut forgotten = 0;
        loop {
            let step = self.write(move |db| challenges::purge(db, expired_before)).await?;
            forgotten += step.forgotten;
            if !step.more {
                return Ok(forgotten);
            }
        }
    }
}
