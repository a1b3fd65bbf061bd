//! What Passgate asks of a database: whole decisions in the domain's words, never access to rows.
//!
//! Each method is atomic, durable when it returns `Ok`, and sees its own tenant only. What may fail by rule (a
//! name that is taken, a challenge that was spent) is an outcome in the return value; a [`StoreError`] means
//! that the database failed.

use std::future::Future;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::admin_token::AdminTokenRecord;
use crate::api_key::{ApiKeyRecord, KeyHash, NewApiKey};
use crate::audit::{AuditCount, AuditEntry, AuditFilter, AuditPlace, AuditRow};
use crate::challenge::Nonce;
use crate::clock::Timestamp;
use crate::config::{DeviationPolicy, Retention, TenantConfig};
use crate::credential::{
    Accepts, Credential, CredentialDescriptor, CredentialKind, CredentialLookup, KnownCredential, Page,
    PageRequest,
};
use crate::ids::{
    AdminTokenId, ApiKeyId, CredentialId, DatabaseId, EndpointId, EventId, SigningKeyId, TenantId,
    TransactionId, UserHandle, UserId,
};
use crate::measurement::Measurement;
use crate::metadata::{KeepMetadata, KeptMetadata, MetadataKept};
use crate::server_secret::SecretId;
use crate::signals::SignalLookup;
use crate::signing_key::SealedSigningKey;
use crate::tenant::{TenantRecord, TenantSummary};
use crate::text::Text;
use crate::transaction::{Transaction, TransactionData, TransactionIdentifier};
use crate::transfer::{BegunImport, ImportMode, ImportOutcome, ImportedTenant, TransferRecord};
use crate::user::{AppUserId, User, UserDetails, UserProfile, UserRecord};
use crate::webhook::{
    ClaimDeliveries, DeliveryRecord, EndpointChange, EndpointInserted, LeasedDelivery, RecordDelivery,
    Recorded, WebhookEndpoint, WebhookSecret,
};

/// The database failed: nothing of the method's work was kept unless it says so.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It can't be reached or is shutting down; trying again later may help.
    #[error("the database is unavailable: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored row can't be read: names its table, column and row, never its secret content.
    #[error("corrupt row in table {table}, column {column}, row {row}")]
    CorruptRow {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// What identifies the row.
        row: String,
    },
    /// Any other fault.
    #[error("the database failed: {0}")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A challenge to be spent. Spent challenges are keyed by expiry first, so that inserts are in order of time and
/// purging is a range delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChallengeSpend {
    /// When the challenge expires.
    pub expires_at: Timestamp,
    /// Its random part.
    pub nonce: Nonce,
    /// Its tenant.
    pub tenant_id: TenantId,
}

/// A registration begins: the user is made, or brought up to date.
#[derive(Debug, Clone)]
pub struct BeginRegistration {
    /// The tenant.
    pub tenant_id: TenantId,
    /// What the app tells of the user.
    pub profile: UserProfile,
    /// Credentials of this kind are to be excluded.
    pub kind: CredentialKind,
    /// The row's id if the user is new.
    pub new_user_id: UserId,
    /// The user handle if the user is new.
    pub new_handle: UserHandle,
    /// Now.
    pub now: Timestamp,
    /// The row to append.
    pub audit: AuditEntry,
}

/// The user of a registration that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BegunRegistration {
    /// The user, new or brought up to date.
    pub user: User,
    /// The user's credentials of the kind asked for, at most 100, newest first.
    pub exclude: Vec<CredentialDescriptor>,
}

/// A login of a named user begins.
#[derive(Debug, Clone)]
pub struct BeginLogin {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Whose login.
    pub app_user_id: AppUserId,
    /// Which credentials are to be allowed.
    pub accepts: Accepts,
    /// Of those, this one alone; all where there is none.
    pub only: Option<CredentialId>,
    /// The row to append on success.
    pub audit: AuditEntry,
}

/// What became of the beginning of a login of a named user. A failure's audit row is kept too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BegunLogin {
    /// The user and the credentials to allow, at least one and at most 100, newest first.
    Begun(User, Vec<CredentialDescriptor>),
    /// No such user.
    UnknownUser,
    /// The user has no credential that would do.
    NoCredentials,
}

/// A transaction begins: the user's credentials are looked up, and the transaction is kept.
#[derive(Debug, Clone)]
pub struct BeginTransaction {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Whose confirmation is asked for.
    pub app_user_id: AppUserId,
    /// Which credentials are to be allowed.
    pub accepts: Accepts,
    /// Of those, this one alone; all where there is none.
    pub only: Option<CredentialId>,
    /// The new row's id.
    pub id: TransactionId,
    /// The app's own id, unique in the tenant.
    pub identifier: TransactionIdentifier,
    /// What it is about.
    pub data: TransactionData,
    /// The nonce of its challenge, by which it is found again.
    pub nonce: Nonce,
    /// Now.
    pub now: Timestamp,
    /// The row to append on success.
    pub audit: AuditEntry,
}

/// What became of the beginning of a transaction. A failure's audit row is kept too, and its identifier stays free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BegunTransaction {
    /// The user and the credentials to allow, at least one and at most 100, newest first.
    Begun(User, Vec<CredentialDescriptor>),
    /// No such user.
    UnknownUser,
    /// The user has no credential that would do.
    NoCredentials,
    /// The tenant has a transaction of this identifier.
    Exists,
}

/// A registration's end: spend the challenge, insert the credential, append the audit row.
#[derive(Debug, Clone)]
pub struct FinishRegistration {
    /// The challenge, spent whatever the outcome.
    pub spend: ChallengeSpend,
    /// The credential to insert.
    pub credential: Credential,
    /// The row to append on success.
    pub audit: AuditEntry,
}

/// What became of a registration's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishedRegistration {
    /// The credential is stored.
    Registered,
    /// The challenge was spent before, or is older than what the purge remembers. Nothing was written.
    ChallengeSpent,
    /// The tenant has this credential id already (WebAuthn Level 3, §7.1, its last check before storing).
    CredentialExists,
    /// The user was deleted meanwhile.
    UnknownUser,
}

/// A login's end: spend the challenge, decide the counter against the stored row, update the credential, append
/// the audit row.
#[derive(Debug, Clone)]
pub struct FinishLogin {
    /// The challenge, spent whatever the outcome.
    pub spend: ChallengeSpend,
    /// The credential that signed, as the verification saw it, which may be a while ago: if no such credential of that
    /// id, user, kind and key is registered now, it is gone.
    pub credential: Arc<KnownCredential>,
    /// The signature counter that the authenticator sent.
    pub sign_count: u32,
    /// What a counter that did not grow means.
    pub counter_policy: DeviationPolicy,
    /// Whether the credential is synced now.
    pub backup_state: bool,
    /// The transaction that is confirmed, which must be pending.
    pub transaction: Option<TransactionId>,
    /// Now.
    pub now: Timestamp,
    /// The row to append on success.
    pub audit: AuditEntry,
}

/// What became of a login's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishedLogin {
    /// The login stands.
    LoggedIn {
        /// Whether the counter did not grow and the tenant only warns of it.
        counter_warning: bool,
    },
    /// The challenge was spent before, or is older than what the purge remembers. Nothing was written.
    ChallengeSpent,
    /// The counter did not grow and the tenant is strict; the credential is left as it was.
    CounterRollback,
    /// The credential was deleted meanwhile, or is no longer that user's.
    CredentialGone,
    /// The transaction was deleted meanwhile, or is confirmed already; the credential is left as it was.
    TransactionGone,
}

/// A ceremony failed after its challenge became due: spend it and keep the failure.
#[derive(Debug, Clone)]
pub struct FailCeremony {
    /// The challenge.
    pub spend: ChallengeSpend,
    /// The failure.
    pub audit: AuditEntry,
}

/// A new tenant with its keys.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// Its id.
    pub id: TenantId,
    /// What operators call it.
    pub display_name: Text<1, 128>,
    /// Its configuration.
    pub config: TenantConfig,
    /// Its first API key.
    pub api_key: Option<NewApiKey>,
    /// Its first signing key.
    pub signing_key: SealedSigningKey,
    /// Now.
    pub now: Timestamp,
}

/// What became of an insert under a unique name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// It is stored.
    Stored,
    /// The name is taken.
    NameTaken,
    /// The tenant does not exist.
    UnknownTenant,
}

/// Whether what a method was to change exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It existed, and the change is stored.
    Done,
    /// There is no such thing.
    NotFound,
}

/// How a new signing key takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// Older keys go on until the new one signs, and verify until their last token has expired.
    Graceful,
    /// For a compromise: older keys are deleted at once.
    Immediate,
}

/// What became of an API key that was to take another's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRoll {
    /// It is stored, and the other ends.
    Done,
    /// The tenant has a key of this name.
    NameTaken,
    /// The tenant has no key that could be replaced.
    NotFound,
}

/// What became of a signing key that was to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningKeyDeletion {
    /// It is gone.
    Deleted,
    /// There is no such key in this tenant.
    NotFound,
    /// It is the only key that can sign now.
    InUse,
}

/// The audited change of one credential.
#[derive(Debug, Clone)]
pub struct CredentialChange {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The credential.
    pub credential_id: CredentialId,
    /// The row to append; the store sets its actor to the credential's user.
    pub audit: AuditEntry,
}

/// The audited deletion of all of a user's credentials.
#[derive(Debug, Clone)]
pub struct CredentialsDeletion {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Whose.
    pub user: AppUserId,
    /// The row to append for each, with its credential and an id of its own ([`crate::ids::AuditId::offset`]).
    pub audit: AuditEntry,
}

/// The database.
pub trait Store: crate::console::Store {
    /// Which database this is.
    fn identity(&self) -> DatabaseId;

    // Tenants.

    /// Everything that serving a tenant needs, and the version of the database it was read at.
    fn tenant(&self, id: TenantId) -> impl Future<Output = Result<TenantLookup, StoreError>> + Send;
    /// All tenants, by name, then id.
    fn tenants(&self) -> impl Future<Output = Result<Vec<TenantSummary>, StoreError>> + Send;
    /// Stores a new tenant.
    fn create_tenant(&self, tenant: NewTenant) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Gives a tenant another name.
    fn rename_tenant(
        &self,
        id: TenantId,
        display_name: Text<1, 128>,
        now: Timestamp,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// Gives a tenant another configuration.
    fn configure_tenant(
        &self,
        id: TenantId,
        config: TenantConfig,
        now: Timestamp,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// Deletes a tenant with everything of its. What there may be much of may be deleted in commits of its own before.
    fn delete_tenant(&self, id: TenantId) -> impl Future<Output = Result<Changed, StoreError>> + Send;

    // Secrets.

    /// Stores a new API key.
    fn create_api_key(
        &self,
        tenant_id: TenantId,
        key: NewApiKey,
    ) -> impl Future<Output = Result<Inserted, StoreError>> + Send;
    /// A tenant's API keys, oldest first.
    fn api_keys(
        &self,
        tenant_id: TenantId,
    ) -> impl Future<Output = Result<Vec<ApiKeyRecord>, StoreError>> + Send;
    /// Stores a new API key in place of another, which ends at a moment, or when it ends anyway.
    fn roll_api_key(
        &self,
        tenant_id: TenantId,
        replaced: ApiKeyId,
        ends_at: Timestamp,
        key: NewApiKey,
    ) -> impl Future<Output = Result<KeyRoll, StoreError>> + Send;
    /// Revokes an API key.
    fn delete_api_key(
        &self,
        tenant_id: TenantId,
        id: ApiKeyId,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// Notes when API keys were last used. Does not count as a change that caches must see.
    fn touch_api_keys(
        &self,
        uses: Vec<(TenantId, ApiKeyId, Timestamp)>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Stores a new signing key beside, or instead of, a tenant's others. Retired keys whose last token has
    /// expired by `now` are deleted with it.
    fn rotate_signing_key(
        &self,
        tenant_id: TenantId,
        key: SealedSigningKey,
        rotation: Rotation,
        now: Timestamp,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// Deletes a signing key, unless no other could sign at `now` ([`crate::signing_key::may_delete`]).
    fn delete_signing_key(
        &self,
        tenant_id: TenantId,
        id: SigningKeyId,
        now: Timestamp,
    ) -> impl Future<Output = Result<SigningKeyDeletion, StoreError>> + Send;
    /// The server secrets that sealed values name, each once.
    fn secrets_in_use(&self) -> impl Future<Output = Result<Vec<SecretId>, StoreError>> + Send;
    /// Up to `limit` signing keys that are not sealed with `current`.
    fn signing_keys_to_reseal(
        &self,
        current: SecretId,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<SealedSigningKey>, StoreError>> + Send;
    /// Replaces the sealed form of signing keys that still exist; returns how many.
    fn reseal_signing_keys(
        &self,
        keys: Vec<SealedSigningKey>,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;
    /// Stores an admin token.
    fn create_admin_token(
        &self,
        token: AdminTokenRecord,
    ) -> impl Future<Output = Result<Inserted, StoreError>> + Send;
    /// Finds an admin token by its hash.
    fn admin_token(
        &self,
        hash: KeyHash,
    ) -> impl Future<Output = Result<Option<AdminTokenRecord>, StoreError>> + Send;
    /// All admin tokens, oldest first.
    fn admin_tokens(&self) -> impl Future<Output = Result<Vec<AdminTokenRecord>, StoreError>> + Send;
    /// Revokes an admin token.
    fn delete_admin_token(
        &self,
        id: AdminTokenId,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;

    // Ceremonies.

    /// A registration begins.
    fn begin_registration(
        &self,
        begin: BeginRegistration,
    ) -> impl Future<Output = Result<BegunRegistration, StoreError>> + Send;
    /// The user whose registration is being finished: the read of a registration's end.
    fn user(
        &self,
        tenant_id: TenantId,
        id: UserId,
    ) -> impl Future<Output = Result<Option<User>, StoreError>> + Send;
    /// A registration ends: the write.
    fn finish_registration(
        &self,
        finish: FinishRegistration,
    ) -> impl Future<Output = Result<FinishedRegistration, StoreError>> + Send;
    /// A login of a named user begins.
    fn begin_login(&self, begin: BeginLogin) -> impl Future<Output = Result<BegunLogin, StoreError>> + Send;
    /// The credential that a login names: the read of a login's end.
    fn login_credential(
        &self,
        tenant_id: TenantId,
        id: CredentialId,
    ) -> impl Future<Output = Result<CredentialLookup, StoreError>> + Send;
    /// A login ends: the write.
    fn finish_login(
        &self,
        finish: FinishLogin,
    ) -> impl Future<Output = Result<FinishedLogin, StoreError>> + Send;
    /// A transaction begins.
    fn begin_transaction(
        &self,
        begin: BeginTransaction,
    ) -> impl Future<Output = Result<BegunTransaction, StoreError>> + Send;
    /// The credential that a transaction's end names, and the transaction whose challenge has this nonce: the read of
    /// a transaction's end.
    fn transaction_credential(
        &self,
        tenant_id: TenantId,
        id: CredentialId,
        nonce: Nonce,
    ) -> impl Future<Output = Result<(CredentialLookup, Option<Transaction>), StoreError>> + Send;
    /// A user's transactions, newest first; the id is the app's, or else the row's.
    fn transactions(
        &self,
        tenant_id: TenantId,
        user: AppUserId,
    ) -> impl Future<Output = Result<Vec<Transaction>, StoreError>> + Send;
    /// A ceremony failed after its challenge became due. Nothing is written where it was spent before.
    fn fail_ceremony(&self, failure: FailCeremony) -> impl Future<Output = Result<(), StoreError>> + Send;

    // Credentials.

    /// A tenant's credentials, or those of one user: empty if there is no such user.
    fn credentials(
        &self,
        tenant_id: TenantId,
        app_user_id: Option<AppUserId>,
        page: PageRequest,
    ) -> impl Future<Output = Result<Page<Credential>, StoreError>> + Send;
    /// One credential.
    fn credential(
        &self,
        tenant_id: TenantId,
        id: CredentialId,
    ) -> impl Future<Output = Result<Option<Credential>, StoreError>> + Send;
    /// Renames a credential.
    fn rename_credential(
        &self,
        change: CredentialChange,
        name: Text<1, 128>,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// Deletes a credential and leaves a tombstone: the SHA-256 of its id and the time, without its user.
    fn delete_credential(
        &self,
        change: CredentialChange,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;

    /// Deletes all credentials of a user, each with a tombstone and an audit row; second factors too. Returns how many,
    /// or `None` if there is no such user.
    fn delete_credentials(
        &self,
        deletion: CredentialsDeletion,
    ) -> impl Future<Output = Result<Option<u64>, StoreError>> + Send;
    /// What a browser is to be told of a user.
    fn signals(
        &self,
        tenant_id: TenantId,
        user: AppUserId,
    ) -> impl Future<Output = Result<SignalLookup, StoreError>> + Send;
    /// Whether another tenant with the same RP ID has a credential of this id, or may have: of over 100 none is asked, since
    /// strangers have this asked.
    fn is_accepted_elsewhere(
        &self,
        tenant_id: TenantId,
        id: CredentialId,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    // Users and the audit log.

    /// A tenant's users, by the time they were made.
    fn users(
        &self,
        tenant_id: TenantId,
        page: PageRequest,
    ) -> impl Future<Output = Result<Page<UserRecord>, StoreError>> + Send;
    /// A user with credentials and transactions.
    fn user_details(
        &self,
        tenant_id: TenantId,
        id: UserId,
    ) -> impl Future<Output = Result<Option<UserDetails>, StoreError>> + Send;
    /// Deletes a user with handles, credentials (which leave a tombstone and an audit row each) and transactions.
    fn delete_user(
        &self,
        tenant_id: TenantId,
        id: UserId,
        audit: AuditEntry,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// A tenant's audit log, newest first unless asked otherwise. What is `known` of an earlier count of the same filter is
    /// counted on from, where it still holds; what is returned beside the page counts up to `settled`, before which no row
    /// will come. None: rows are being brought in from elsewhere.
    fn audit_log(
        &self,
        tenant_id: TenantId,
        filter: AuditFilter,
        page: PageRequest,
        known: Option<AuditCount>,
        settled: Timestamp,
    ) -> impl Future<Output = Result<(Page<AuditRow>, Option<AuditCount>), StoreError>> + Send;

    /// The rows of a tenant's audit log that a filter lets through, oldest first: at most `limit`, those behind a place.
    fn audit_log_behind(
        &self,
        tenant_id: TenantId,
        filter: AuditFilter,
        place: Option<AuditPlace>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<AuditRow>, StoreError>> + Send;

    /// Appends rows, but for those whose tenant was deleted meanwhile.
    fn append_audit(&self, entries: Vec<AuditEntry>) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// How long each tenant keeps its audit log.
    fn audit_retentions(&self)
    -> impl Future<Output = Result<Vec<(TenantId, Retention)>, StoreError>> + Send;
    /// Deletes a tenant's audit rows from before a moment, in as many commits as that takes. Returns how many.
    fn purge_audit_log(
        &self,
        tenant_id: TenantId,
        before: Timestamp,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    // Webhooks. Whatever a method reports that an endpoint wants to hear of becomes an event in the method's own commit.

    /// A tenant's endpoints, oldest first.
    fn webhook_endpoints(
        &self,
        tenant_id: TenantId,
    ) -> impl Future<Output = Result<Vec<WebhookEndpoint>, StoreError>> + Send;
    /// Stores a new endpoint with its secret.
    fn create_webhook_endpoint(
        &self,
        tenant_id: TenantId,
        endpoint: WebhookEndpoint,
        secret: WebhookSecret,
    ) -> impl Future<Output = Result<EndpointInserted, StoreError>> + Send;
    /// Changes an endpoint.
    fn change_webhook_endpoint(
        &self,
        tenant_id: TenantId,
        id: EndpointId,
        change: EndpointChange,
        now: Timestamp,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// Deletes an endpoint with its deliveries.
    fn delete_webhook_endpoint(
        &self,
        tenant_id: TenantId,
        id: EndpointId,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// Stores a new secret of an endpoint; the others expire at `old_until`, or earlier if they did. What has expired
    /// before the new one was made is deleted.
    fn replace_webhook_secret(
        &self,
        secret: WebhookSecret,
        old_until: Timestamp,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// Up to `limit` webhook secrets that are not sealed with `current`.
    fn webhook_secrets_to_reseal(
        &self,
        current: SecretId,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<WebhookSecret>, StoreError>> + Send;
    /// Replaces the sealed form of webhook secrets that still exist; returns how many.
    fn reseal_webhook_secrets(
        &self,
        secrets: Vec<WebhookSecret>,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;
    /// An endpoint's deliveries, newest first unless asked otherwise; `None` if there is no such endpoint.
    fn webhook_deliveries(
        &self,
        tenant_id: TenantId,
        endpoint_id: EndpointId,
        page: PageRequest,
    ) -> impl Future<Output = Result<Option<Page<DeliveryRecord>>, StoreError>> + Send;
    /// Makes a delivery due now, with no attempts, and out of any lease.
    fn redeliver(
        &self,
        tenant_id: TenantId,
        endpoint_id: EndpointId,
        event_id: EventId,
        now: Timestamp,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// Leases deliveries that are due: pending, of an endpoint that is enabled and not paused, their next attempt not
    /// later than `now`, and not under a lease that still holds. Of one endpoint the longest due come first, and no more
    /// than it may still have. Each has one more attempt, and is due again at `lease_until`.
    fn claim_deliveries(
        &self,
        claim: ClaimDeliveries,
    ) -> impl Future<Output = Result<Vec<LeasedDelivery>, StoreError>> + Send;
    /// Records what became of a delivery, if it is still under the record's lease, and what it means for its endpoint.
    fn record_delivery(
        &self,
        record: RecordDelivery,
    ) -> impl Future<Output = Result<Recorded, StoreError>> + Send;
    /// Deletes events from before a moment whose deliveries are all over. Returns how many.
    fn purge_events(&self, before: Timestamp) -> impl Future<Output = Result<u64, StoreError>> + Send;

    // The FIDO Metadata Service. Its list belongs to no tenant, and no cache sees its change by the version.

    /// The number of the list that is kept.
    fn metadata_number(&self) -> impl Future<Output = Result<Option<u64>, StoreError>> + Send;
    /// The list that is kept.
    fn metadata(&self) -> impl Future<Output = Result<Option<KeptMetadata>, StoreError>> + Send;
    /// Keeps a list in place of the one that is kept, unless that has a higher number and isn't
    /// [`KeepMetadata::unusable`].
    fn keep_metadata(
        &self,
        keep: KeepMetadata,
    ) -> impl Future<Output = Result<MetadataKept, StoreError>> + Send;

    // Import and export.

    /// Makes the tenant of an import unless it is there, and notes that its import is unfinished
    /// ([`crate::tenant::TenantRecord::import`]).
    fn begin_import(
        &self,
        tenant: ImportedTenant,
    ) -> impl Future<Output = Result<BegunImport, StoreError>> + Send;
    /// Imports a batch in one commit, or says what would become of it; the outcomes are in the order of the records.
    /// What is there stays as it is, but for what [`ImportOutcome::Updated`] says.
    fn import(
        &self,
        tenant_id: TenantId,
        records: Vec<TransferRecord>,
        mode: ImportMode,
    ) -> impl Future<Output = Result<Vec<ImportOutcome>, StoreError>> + Send;
    /// Notes that a tenant's import is finished.
    fn finish_import(&self, tenant_id: TenantId) -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// Hands a tenant's records to `each`, users before what is theirs, until it breaks off. All of them are of one
    /// moment.
    fn export(
        &self,
        tenant_id: TenantId,
        each: impl FnMut(TransferRecord) -> ControlFlow<()> + Send + 'static,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    // Upkeep.

    /// Deletes the tombstones of credentials that were deleted before a moment. Returns how many.
    fn purge_tombstones(
        &self,
        deleted_before: Timestamp,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;
    /// The version of everything that caches hold: grows with each change of a tenant or its keys, by any process. An error
    /// once a newer program has migrated the database so that this one can't work with it.
    fn version(&self) -> impl Future<Output = Result<Version, StoreError>> + Send;
    /// How busy the store is, for operators. Reads nothing.
    fn measurements(&self) -> Vec<Measurement>;
    /// The database's clock, if it may be another than this process's: none where both are of one machine.
    fn clock(&self) -> impl Future<Output = Result<Option<Timestamp>, StoreError>> + Send;
    /// Lets work under way end, then closes the database. What comes later fails with [`StoreError::Unavailable`].
    fn close(&self) -> impl Future<Output = ()> + Send;
    /// Forgets challenges that expired before `expired_before`, and remembers how far it went: spending refuses
    /// whatever expires no later than the last one that was forgotten. Returns how many were.
    fn purge_spent_challenges(
        &self,
        expired_before: Timestamp,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

/// See [`Store::version`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Version(pub u64);

/// See [`Store::tenant`].
#[derive(Debug, Clone)]
pub struct TenantLookup {
    /// The tenant, if there is one.
    pub tenant: Option<TenantRecord>,
    /// The version it was read at.
    pub version: Version,
}
