//! Credentials that were used lately, in memory, so that their next login need not read them.
//!
//! What is remembered does not change while the credential is registered, but for its user's handles, of which there may
//! be more. It may be gone, though, in this process or another. So it decides nothing alone: a login that it lets in is
//! confirmed by the write, which asks whether such a credential is still registered, of that user and with that key; one
//! that it would refuse is judged again by what the database says.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use moka::sync::Cache;

use crate::credential::KnownCredential;
use crate::ids::{CredentialId, TenantId};
use crate::measurement::Measurement;

type Key = (TenantId, CredentialId);

/// About what an entry takes beside the bytes that [`weigh`] counts: the key and the map's own.
const OVERHEAD: usize = 256;
/// About what the cryptography library's form of a key takes beside the key's own bytes, which it has twice.
const PARSED_KEY: usize = 512;

pub(crate) struct CredentialCache {
    entries: Cache<Key, Arc<KnownCredential>>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl CredentialCache {
    /// Room for so many bytes, about.
    pub(crate) fn new(bytes: u64) -> Self {
        let entries =
            Cache::builder().max_capacity(bytes).weigher(|key, known: &Arc<_>| weigh(key, known)).build();
        Self { entries, hits: AtomicU64::new(0), misses: AtomicU64::new(0) }
    }

    /// What was read of a credential when it was last asked for.
    pub(crate) fn get(&self, tenant: TenantId, id: &CredentialId) -> Option<Arc<KnownCredential>> {
        let known = self.entries.get(&(tenant, id.clone()));
        let count = if known.is_some() { &self.hits } else { &self.misses };
        count.fetch_add(1, Ordering::Relaxed);
        known
    }

    /// Keeps what was read.
    pub(crate) fn put(&self, tenant: TenantId, known: Arc<KnownCredential>) {
        self.entries.insert((tenant, known.id.clone()), known);
    }

    /// A credential is gone.
    pub(crate) fn forget(&self, tenant: TenantId, id: &CredentialId) {
        self.entries.invalidate(&(tenant, id.clone()));
    }

    /// How well it serves.
    pub(crate) fn measurements(&self) -> [Measurement; 3] {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        [
            Measurement::counter(
                "credential_cache_hits",
                "Logins whose credential was in memory",
                load(&self.hits),
            ),
            Measurement::counter(
                "credential_cache_misses",
                "Logins whose credential had to be read",
                load(&self.misses),
            ),
            Measurement::gauge(
                "credential_cache_entries",
                "Credentials in memory",
                self.entries.entry_count(),
            ),
        ]
    }
}

fn weigh((_, id): &Key, known: &KnownCredential) -> u32 {
    let handles: usize = known.user.handles.iter().map(|handle| handle.as_bytes().len()).sum();
    let key = PARSED_KEY + 3 * known.public_key.as_bytes().len();
    let ids = 2 * id.as_bytes().len() + known.user.app_id.as_str().len();
    u32::try_from(size_of::<KnownCredential>() + key + ids + handles + OVERHEAD).unwrap_or(u32::MAX)
}
