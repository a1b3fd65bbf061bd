//! Tenants in memory: loaded at first use, parsed once, dropped when the database has moved on.
//!
//! An entry knows the version of the database that it was read at, and counts only while no newer version is known.
//! So a change, by whichever process, takes effect as soon as the version is seen, and a slow load can't put an old
//! tenant back.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use moka::sync::Cache;

use crate::api_key;
use crate::clock::Timestamp;
use crate::config::TenantConfig;
use crate::ids::{ApiKeyId, TenantId};
use crate::key_secret::KeyHash;
use crate::measurement::Measurement;
use crate::server_secret::Secrets;
use crate::signing_key::{self, PublicKey, SigningKey, SigningKeyError, SigningKeyState, Turn};
use crate::store::Version;
use crate::tenant::{ImportState, RpIdUse, TenantPurpose, TenantRecord};
use crate::text::Text;

/// How long the version may go unread before keys are no longer trusted: one may have been revoked elsewhere.
const STALE_AFTER: Duration = Duration::from_secs(5);

/// A tenant ready to serve.
#[derive(Debug)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// What operators call it.
    pub display_name: Text<1, 128>,
    /// Its configuration.
    pub config: TenantConfig,
    /// Who its tokens say issued them: `<public_url>/<tenant_id>`.
    pub issuer: String,
    /// Whether something is being imported.
    pub import: ImportState,
    /// Whether other tenants have its RP ID.
    pub rp_id_use: RpIdUse,
    /// Whose it is.
    pub purpose: TenantPurpose,
    /// With when each ends.
    api_keys: HashMap<KeyHash, (ApiKeyId, Option<Timestamp>)>,
    signing_keys: Vec<(Turn, SigningKey)>,
    /// The turns of all signing keys, for telling their states.
    turns: Vec<Turn>,
}

impl Tenant {
    /// Parses what was stored. A signing key that can't be opened is an error, unless it has expired: then it is left out.
    /// Others that have expired are kept, since a clock that is ahead is set back at last.
    pub fn load(
        record: TenantRecord,
        public_url: &str,
        now: Timestamp,
        secrets: &Secrets,
    ) -> Result<Self, SigningKeyError> {
        let turns: Vec<Turn> = record.signing_keys.iter().map(Turn::from).collect();
        let signing_keys = record
            .signing_keys
            .iter()
            .filter_map(|key| match SigningKey::load(key, secrets) {
                Ok(loaded) => Some(Ok((key.into(), loaded))),
                Err(_) if signing_key::state(key.into(), &turns, now) == SigningKeyState::Expired => None,
                Err(error) => Some(Err(error)),
            })
            .collect::<Result<_, SigningKeyError>>()?;
        Ok(Self {
            issuer: format!("{public_url}/{}", record.id),
            id: record.id,
            display_name: record.display_name,
            config: record.config,
            import: record.import,
            rp_id_use: record.rp_id_use,
            purpose: record.purpose,
            api_keys: record.api_keys.into_iter().map(|key| (key.hash, (key.id, key.expires_at))).collect(),
            signing_keys,
            turns,
        })
    }

    /// The API key that was presented, if it is one of this tenant's that holds at `now`. Asked at each request: a key
    /// ends without anything in the database changing.
    #[must_use]
    pub fn api_key(&self, presented: &str, now: Timestamp) -> Option<ApiKeyId> {
        let (id, expires_at) = *self.api_keys.get(&KeyHash::of(presented))?;
        (!api_key::is_expired(expires_at, now)).then_some(id)
    }

    /// The key that signs at `now`.
    pub fn signing_key(&self, now: Timestamp) -> Result<&SigningKey, SigningKeyError> {
        self.keys_in_state(now)
            .find_map(|(state, key)| (state == SigningKeyState::Active).then_some(key))
            .ok_or(SigningKeyError::NoActiveKey)
    }

    /// The keys that verify a token at `now`, or soon will.
    #[must_use]
    pub fn public_keys(&self, now: Timestamp) -> Vec<PublicKey> {
        self.keys_in_state(now)
            .filter(|(state, _)| *state != SigningKeyState::Expired)
            .map(|(_, key)| key.public_key())
            .collect()
    }

    fn keys_in_state(&self, now: Timestamp) -> impl Iterator<Item = (SigningKeyState, &SigningKey)> {
        self.signing_keys.iter().map(move |(turn, key)| (signing_key::state(*turn, &self.turns, now), key))
    }
}

/// What the cache knows of a tenant.
#[derive(Debug)]
pub(crate) enum Known {
    /// It is in memory.
    Present(Arc<Tenant>),
    /// There is no such tenant.
    Absent,
    /// It must be loaded.
    Nothing,
}

/// The tenants in memory.
pub(crate) struct TenantCache {
    entries: Cache<TenantId, Entry>,
    known_version: AtomicU64,
    /// When the version was last read, in milliseconds.
    checked_at: AtomicI64,
    /// How often what was asked for was in memory, and how often it had to be loaded.
    hits: AtomicU64,
    misses: AtomicU64,
}

#[derive(Clone)]
struct Entry {
    /// None: the tenant is known not to exist.
    tenant: Option<Arc<Tenant>>,
    version: Version,
}

impl TenantCache {
    /// Room for `capacity` tenants, unknown ids included: a flood of made-up ids pushes out old entries, and takes no
    /// more memory than that.
    pub(crate) fn new(capacity: u64) -> Self {
        Self {
            entries: Cache::new(capacity),
            known_version: AtomicU64::new(0),
            checked_at: AtomicI64::new(Timestamp::EPOCH.as_millis()),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    /// What is known of a tenant.
    pub(crate) fn get(&self, id: TenantId) -> Known {
        match self.entries.get(&id) {
            Some(entry) if entry.version.0 >= self.known_version.load(Ordering::Acquire) => {
                self.hits.fetch_add(1, Ordering::Relaxed);
                entry.tenant.map_or(Known::Absent, Known::Present)
            }
            Some(_) | None => {
                self.misses.fetch_add(1, Ordering::Relaxed);
                Known::Nothing
            }
        }
    }

    /// How well it serves.
    pub(crate) fn measurements(&self) -> [Measurement; 3] {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        [
            Measurement::counter(
                "tenant_cache_hits",
                "Requests whose tenant was in memory, or known not to exist",
                load(&self.hits),
            ),
            Measurement::counter(
                "tenant_cache_misses",
                "Requests whose tenant had to be loaded",
                load(&self.misses),
            ),
            Measurement::gauge("tenant_cache_entries", "Tenants in memory", self.entries.entry_count()),
        ]
    }

    /// Keeps what was loaded.
    pub(crate) fn put(&self, id: TenantId, tenant: Option<Arc<Tenant>>, version: Version) {
        self.entries.insert(id, Entry { tenant, version });
    }

    /// The database's version was read.
    pub(crate) fn saw_version(&self, version: Version, now: Timestamp) {
        self.known_version.fetch_max(version.0, Ordering::AcqRel);
        self.checked_at.store(now.as_millis(), Ordering::Release);
    }

    /// Whether the version was read too long ago to trust what is in memory about keys.
    pub(crate) fn is_stale(&self, now: Timestamp) -> bool {
        // Either way: a clock that was set back must not make what is old look fresh.
        let apart = now.as_millis().abs_diff(self.checked_at.load(Ordering::Acquire));
        u128::from(apart) > STALE_AFTER.as_millis()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ID: TenantId = TenantId::new(Uuid::from_u128(1));
    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    #[test]
    fn an_entry_counts_until_a_newer_version_is_seen() {
        let cache = TenantCache::new(10);
        assert!(matches!(cache.get(ID), Known::Nothing));
        cache.put(ID, None, Version(3));
        assert!(matches!(cache.get(ID), Known::Absent));
        cache.saw_version(Version(3), NOW);
        assert!(matches!(cache.get(ID), Known::Absent));
        cache.saw_version(Version(4), NOW);
        assert!(matches!(cache.get(ID), Known::Nothing));
    }

    #[test]
    fn a_slow_load_can_not_put_an_old_tenant_back() {
        let cache = TenantCache::new(10);
        cache.saw_version(Version(4), NOW);
        cache.put(ID, None, Version(3));
        assert!(matches!(cache.get(ID), Known::Nothing));
    }

    #[test]
    fn the_cache_is_stale_after_five_seconds_without_a_version() {
        let cache = TenantCache::new(10);
        assert!(cache.is_stale(NOW));
        cache.saw_version(Version(1), NOW);
        assert!(!cache.is_stale(NOW + Duration::from_secs(5)));
        assert!(cache.is_stale(NOW + Duration::from_secs(5) + Duration::from_millis(1)));
        assert!(cache.is_stale(NOW - Duration::from_secs(6)), "a clock that was set back");
    }
}
