//! What is to be done again and again while a server runs.

use std::sync::PoisonError;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::audit::{AuditEntry, RequestOrigin};
use crate::clock::Timestamp;
use crate::ids::{ApiKeyId, TenantId};
use crate::measurement::Measurement;
use crate::passgate::Passgate;
use crate::store::{Store, StoreError};

/// How long a spent challenge is remembered after its expiry.
const PURGE_LAG: Duration = Duration::from_mins(10);

/// How often the last use of an API key is written.
const KEY_USE_GRANULARITY: Duration = Duration::from_mins(1);

/// How often refusals are summed up in the audit log.
const SUMMARY_INTERVAL: Duration = Duration::from_mins(1);

/// How often audit rows are deleted whose tenants keep them no longer.
const RETENTION_INTERVAL: Duration = Duration::from_hours(1);

/// The use of an API key.
pub(crate) struct KeyUse {
    pub(crate) used_at: Timestamp,
    /// The use that was last handed to the store.
    pub(crate) written_at: Timestamp,
}

/// When what is not done each time was last done, in milliseconds, and how much of some was done.
#[derive(Default)]
pub(crate) struct LastDone {
    summary: AtomicI64,
    retention: AtomicI64,
    forgotten_challenges: AtomicU64,
}

impl LastDone {
    pub(crate) fn measurements(&self) -> [Measurement; 1] {
        let forgotten = self.forgotten_challenges.load(Ordering::Relaxed);
        [Measurement::counter("spent_challenges_purged", "Spent challenges that were forgotten", forgotten)]
    }
}

/// How long it is remembered that a credential was deleted.
const TOMBSTONE_LIFETIME: Duration = Duration::from_hours(24 * 400);

/// How long a webhook's event is kept, for looking at and redelivering it.
const EVENT_LIFETIME: Duration = Duration::from_hours(24 * 30);

/// What one round of upkeep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Upkeep {
    /// Challenges that were forgotten.
    pub forgotten_challenges: u64,
    /// Audit rows that were deleted because their time was over.
    pub deleted_audit_rows: u64,
    /// Tombstones of credentials that were forgotten.
    pub forgotten_tombstones: u64,
    /// Events of webhooks that were deleted.
    pub deleted_events: u64,
}

impl<S: Store> Passgate<S> {
    /// What is to be done every few seconds: writes when API keys were last used, sums up refusals, forgets challenges
    /// whose expiry is long past, and deletes audit rows that their tenants keep no longer, and old tombstones.
    pub async fn upkeep(&self) -> Result<Upkeep, StoreError> {
        let now = self.now();
        let uses = self.due_key_uses(now);
        if !uses.is_empty() {
            self.store.touch_api_keys(uses.clone()).await?;
            self.note_written(uses);
        }
        if is_due(&self.done.summary, SUMMARY_INTERVAL, now) {
            self.sum_up_refusals().await?;
        }
        self.write_session_uses().await?;
        let (mut deleted_audit_rows, mut forgotten_tombstones, mut deleted_events) = (0, 0, 0);
        if is_due(&self.done.retention, RETENTION_INTERVAL, now) {
            deleted_audit_rows = self.delete_old_audit_rows(now).await?;
            forgotten_tombstones = self.store.purge_tombstones(now - TOMBSTONE_LIFETIME).await?;
            deleted_events = self.store.purge_events(now - EVENT_LIFETIME).await?;
            self.tidy_console(now).await?;
        }
        let forgotten_challenges = self.store.purge_spent_challenges(now - PURGE_LAG).await?;
        self.done.forgotten_challenges.fetch_add(forgotten_challenges, Ordering::Relaxed);
        Ok(Upkeep { forgotten_challenges, deleted_audit_rows, forgotten_tombstones, deleted_events })
    }

    /// Writes what was counted since the last time. To be called at the end, too.
    pub async fn sum_up_refusals(&self) -> Result<(), StoreError> {
        let now = self.now();
        let refusals = self.refusals.take();
        let rows: Vec<AuditEntry> = refusals
            .iter()
            .map(|refused| AuditEntry {
                error: Some(format!("{} ({} times)", refused.code, refused.times).into()),
                ..self.audit(refused.tenant_id, refused.kind, None, &RequestOrigin::default(), now)
            })
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        let written = self.store.append_audit(rows).await;
        if written.is_err() {
            self.refusals.put_back(refusals);
        }
        written
    }

    async fn delete_old_audit_rows(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut deleted = 0;
        for (tenant_id, retention) in self.store.audit_retentions().await? {
            deleted += self.store.purge_audit_log(tenant_id, now - retention.as_duration()).await?;
        }
        Ok(deleted)
    }

    fn due_key_uses(&self, now: Timestamp) -> Vec<(TenantId, ApiKeyId, Timestamp)> {
        let mut uses = self.key_uses.lock().unwrap_or_else(PoisonError::into_inner);
        // A key that was not used for a while leaves the table, which so holds the busy ones only.
        uses.retain(|_, key_use| {
            key_use.used_at > key_use.written_at || now.since(key_use.written_at) < KEY_USE_GRANULARITY
        });
        uses.iter()
            .filter(|(_, key_use)| {
                key_use.used_at > key_use.written_at && now.since(key_use.written_at) >= KEY_USE_GRANULARITY
            })
            .map(|((tenant_id, id), key_use)| (*tenant_id, *id, key_use.used_at))
            .collect()
    }

    fn note_written(&self, written: Vec<(TenantId, ApiKeyId, Timestamp)>) {
        let mut uses = self.key_uses.lock().unwrap_or_else(PoisonError::into_inner);
        for (tenant_id, id, used_at) in written {
            if let Some(key_use) = uses.get_mut(&(tenant_id, id)) {
                key_use.written_at = used_at;
            }
        }
    }
}

/// Whether something was last done long enough ago; if so, it counts as done now.
fn is_due(last: &AtomicI64, interval: Duration, now: Timestamp) -> bool {
    let done_at = Timestamp::from_millis(last.load(Ordering::Acquire));
    // Done in the future: the clock was set back.
    let is_due = now.since(done_at) >= interval || done_at > now;
    if is_due {
        last.store(now.as_millis(), Ordering::Release);
    }
    is_due
}
