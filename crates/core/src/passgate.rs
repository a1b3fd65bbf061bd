//! The way in: one value that holds the store, the secrets, time and randomness, and decides everything.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::sync::Cache;
use tracing::Instrument;

use crate::audit::{AuditCount, AuditEntry, AuditFilter, AuditType, RequestOrigin};
use crate::clock::{Clock, Timestamp};
use crate::console::CeremonyCounts;
use crate::credential_cache::CredentialCache;
use crate::ids::{ApiKeyId, AuditId, SessionId, TenantId};
use crate::key_secret;
use crate::measurement::Measurement;
use crate::metadata::MetadataMemory;
use crate::refusals::Refusals;
use crate::rng::{Rng, random_uuid};
use crate::server_secret::Secrets;
use crate::signing_key::SigningKeyError;
use crate::store::{Store, StoreError};
use crate::tenant_cache::{Known, Tenant, TenantCache};
use crate::upkeep::{KeyUse, LastDone};
use crate::user::AppUserId;

/// How many tenants are kept in memory.
const CACHED_TENANTS: u64 = 10_000;

/// How many bytes of credentials are kept in memory: some 25,000 of them.
const CACHED_CREDENTIALS: u64 = 32 << 20;

/// How many counts of audit logs are kept in memory.
const CACHED_COUNTS: u64 = 1_000;

/// How far a process's clock may be off the database's.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(5);

/// Passgate on a database.
pub struct Passgate<S> {
    pub(crate) store: S,
    pub(crate) secrets: Secrets,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    public_url: String,
    tenants: TenantCache,
    pub(crate) credentials: CredentialCache,
    /// How many rows of their logs tenants' filters let through, so that pages that say so need not count them all.
    pub(crate) audit_counts: Cache<(TenantId, AuditFilter), AuditCount>,
    /// API keys used since their use was last written.
    pub(crate) key_uses: Mutex<HashMap<(TenantId, ApiKeyId), KeyUse>>,
    /// Sessions of the console used since their use was last written.
    pub(crate) session_uses: Mutex<HashMap<SessionId, Timestamp>>,
    /// Ceremonies that were counted and not written yet.
    pub(crate) ceremony_counts: CeremonyCounts,
    pub(crate) refusals: Refusals,
    pub(crate) done: LastDone,
    pub(crate) metadata: MetadataMemory,
    clock_is_off: AtomicBool,
}

/// A tenant can't be served.
#[derive(Debug, thiserror::Error)]
pub enum TenantError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// One of its signing keys can't be loaded.
    #[error(transparent)]
    SigningKey(#[from] SigningKeyError),
}

/// Why a request that needs an API key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// None came.
    #[error("the header apiKey is missing")]
    Missing,
    /// It looks like one of ours, and was cut or mistyped.
    #[error("the API key is incomplete or mistyped")]
    Mistyped,
    /// It is no key of this tenant.
    #[error("the API key is not valid for this tenant")]
    Unknown,
    /// Keys can't be judged: the database was not reached for a while, and one may have been revoked.
    #[error("the database was not reached for over 5 seconds, so API keys can't be checked")]
    Unverifiable,
}

/// Whether tenants are as they are remembered isn't known.
#[derive(Debug, thiserror::Error)]
#[error("whether anything was changed could not be asked for over 5 seconds")]
struct NotCurrent;

impl<S: Store> Passgate<S> {
    /// Puts the parts together. `public_url` is where the public API is reached, without a slash at its end.
    #[must_use]
    pub fn new(
        store: S,
        secrets: Secrets,
        public_url: String,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Self {
        Self {
            store,
            secrets,
            clock,
            rng,
            public_url,
            tenants: TenantCache::new(CACHED_TENANTS),
            credentials: CredentialCache::new(CACHED_CREDENTIALS),
            audit_counts: Cache::new(CACHED_COUNTS),
            key_uses: Mutex::new(HashMap::new()),
            session_uses: Mutex::new(HashMap::new()),
            ceremony_counts: CeremonyCounts::default(),
            refusals: Refusals::default(),
            done: LastDone::default(),
            metadata: MetadataMemory::default(),
            clock_is_off: AtomicBool::new(false),
        }
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Shows whoever knows the current server secret that we know it too, and serve the same database.
    #[must_use]
    pub fn prove(&self, nonce: &[u8; 16]) -> [u8; 32] {
        let database = self.store.identity();
        self.secrets.current().prove(&[database.as_uuid().as_bytes().as_slice(), nonce].concat())
    }

    /// Where the public API is reached.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A random UUID.
    #[must_use]
    pub fn random_uuid(&self) -> uuid::Uuid {
        random_uuid(&*self.rng)
    }

    /// A tenant, from memory if it is there. `None`: there is no such tenant.
    pub async fn tenant(&self, id: TenantId) -> Result<Option<Arc<Tenant>>, TenantError> {
        match self.tenants.get(id) {
            Known::Present(tenant) => return Ok(Some(tenant)),
            Known::Absent => return Ok(None),
            Known::Nothing => {}
        }
        let lookup = self.store.tenant(id).instrument(tracing::info_span!("store: find the tenant")).await?;
        let tenant = lookup
            .tenant
            .map(|record| Tenant::load(record, &self.public_url, self.now(), &self.secrets))
            .transpose()?
            .map(Arc::new);
        self.tenants.put(id, tenant.clone(), lookup.version);
        Ok(tenant)
    }

    /// Checks the API key that came with a request, and notes its use.
    pub fn authorize(&self, tenant: &Tenant, presented: Option<&str>) -> Result<ApiKeyId, ApiKeyError> {
        let presented = presented.ok_or(ApiKeyError::Missing)?;
        let now = self.now();
        if self.tenants.is_stale(now) {
            return Err(ApiKeyError::Unverifiable);
        }
        let Some(id) = tenant.api_key(presented, now) else {
            return Err(if key_secret::is_mistyped(presented, crate::api_key::PREFIX) {
                ApiKeyError::Mistyped
            } else {
                ApiKeyError::Unknown
            });
        };
        let mut uses = self.key_uses.lock().unwrap_or_else(PoisonError::into_inner);
        uses.entry((tenant.id, id))
            .and_modify(|key_use| key_use.used_at = now)
            .or_insert(KeyUse { used_at: now, written_at: Timestamp::EPOCH });
        Ok(id)
    }

    /// Reads the database's version, so that what other processes changed takes effect here. To be called twice a
    /// second, and after each change of our own.
    pub async fn poll_version(&self) -> Result<(), StoreError> {
        let version = self.store.version().await?;
        self.tenants.saw_version(version, self.now());
        Ok(())
    }

    /// How busy the store is, how well the tenants and credentials in memory serve, and what upkeep has done.
    #[must_use]
    pub fn measurements(&self) -> Vec<Measurement> {
        let mut measurements = self.store.measurements();
        measurements.extend(self.tenants.measurements());
        measurements.extend(self.credentials.measurements());
        measurements.extend(self.done.measurements());
        measurements
    }

    /// Holds this process's clock against the database's. To be called twice a second: of processes that share a
    /// database, each must take a challenge for expired at about the same time.
    pub async fn compare_clocks(&self) -> Result<(), StoreError> {
        let before = self.now();
        let Some(theirs) = self.store.clock().await? else { return Ok(()) };
        // Any moment of the question may be the one that was answered.
        let is_off = theirs + CLOCK_TOLERANCE < before || theirs > self.now() + CLOCK_TOLERANCE;
        if self.clock_is_off.swap(is_off, Ordering::Relaxed) != is_off {
            if is_off {
                tracing::error!(ours = ?before, ?theirs, "this machine's clock is over 5 seconds off the database's");
            } else {
                tracing::info!("this machine's clock agrees with the database's again");
            }
        }
        Ok(())
    }

    /// Whether this process's clock was last found to agree with the database's.
    #[must_use]
    pub fn is_in_time(&self) -> bool {
        !self.clock_is_off.load(Ordering::Relaxed)
    }

    /// Whether the database was reached within the last seconds.
    #[must_use]
    pub fn is_current(&self) -> bool {
        !self.tenants.is_stale(self.now())
    }

    /// Refuses to end a ceremony by a tenant that nobody knows to be as it is remembered: its rules may be others by now, or
    /// its signing key known to a thief.
    pub(crate) fn require_current(&self, now: Timestamp) -> Result<(), StoreError> {
        if self.tenants.is_stale(now) { Err(StoreError::Unavailable(Box::new(NotCurrent))) } else { Ok(()) }
    }

    /// A new row of the audit log.
    pub(crate) fn audit(
        &self,
        tenant_id: TenantId,
        kind: AuditType,
        actor: Option<AppUserId>,
        origin: &RequestOrigin,
        at: Timestamp,
    ) -> AuditEntry {
        let id = AuditId::new(random_uuid(&*self.rng));
        AuditEntry {
            id,
            tenant_id,
            kind,
            error: None,
            actor,
            credential: None,
            transaction: None,
            origin: origin.clone(),
            at,
        }
    }
}
