//! Spent challenges.

use passgate_core::clock::Timestamp;
use passgate_core::store::{ChallengeSpend, FailCeremony};
use rusqlite::{Connection, OptionalExtension, params};

use super::audit;
use super::fault::Fault;
use super::webhooks::Publisher;
use crate::rows::Blob;

/// How many challenges one purge forgets in one commit, about: other writes wait meanwhile.
const PURGE_CHUNK: i64 = 5_000;

/// What became of a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spent {
    /// It is spent now.
    Now,
    /// It was spent before, or is older than what the purge remembers.
    Before,
}

/// Ignored is a row that is there, and one without a time, as it is if the purge was there. One row of values, not one that
/// is selected: for that, SQLite would copy each page before it writes to it, as if there were more to take back.
const SPEND: &str = "INSERT OR IGNORE INTO spent_challenges (expires_at, nonce, tenant_id)
     VALUES ((SELECT ?1 FROM spent_challenges_purge WHERE expired_before <= ?1), ?2, ?3)";

/// Spends a challenge. One statement, so that the purge can't come between its two conditions.
pub(super) fn spend(db: &Connection, challenge: &ChallengeSpend) -> Result<Spent, Fault> {
    let inserted = db.prepare_cached(SPEND)?.execute(params![
        challenge.expires_at.as_millis(),
        challenge.nonce.0.as_slice(),
        challenge.tenant_id.blob()
    ])?;
    Ok(if inserted == 1 { Spent::Now } else { Spent::Before })
}

/// Spends the challenge of a ceremony that failed, and keeps the failure; once: who sends the same again, and again,
/// writes nothing.
pub(super) fn fail_ceremony(db: &Connection, failure: &FailCeremony) -> Result<(), Fault> {
    match spend(db, &failure.spend)? {
        Spent::Now => {
            audit::append(db, &failure.audit)?;
            Publisher::new(db, &failure.audit).sign_in_failed()
        }
        Spent::Before => Ok(()),
    }
}

/// What one step of a purge did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Purged {
    pub(super) forgotten: u64,
    /// Whether there may be more to forget.
    pub(super) more: bool,
}

/// Forgets the first of what expired before a moment, and refuses from here on what expires no later than that. The
/// watermark goes only as far as something was forgotten: if it followed the clock, one that was far ahead for a
/// second would have everything refused until time has caught up.
pub(super) fn purge(db: &Connection, expired_before: Timestamp) -> Result<Purged, Fault> {
    let expired_before = expired_before.as_millis();
    // The expiry at which this step ends. Those with the same expiry go with it, so that each step gets further.
    let end: Option<i64> = db
        .prepare_cached(
            "SELECT expires_at
             FROM spent_challenges
             WHERE expires_at < ?1
             ORDER BY expires_at
             LIMIT 1 OFFSET ?2",
        )?
        .query_row([expired_before, PURGE_CHUNK - 1], |row| row.get(0))
        .optional()?;
    let last: Option<i64> = db
        .prepare_cached("SELECT max(expires_at) FROM spent_challenges WHERE expires_at <= ?1")?
        .query_row([end.unwrap_or(expired_before.saturating_sub(1))], |row| row.get(0))?;
    let Some(last) = last else { return Ok(Purged { forgotten: 0, more: false }) };
    db.prepare_cached(
        "UPDATE spent_challenges_purge
         SET expired_before = ?1 + 1
         WHERE expired_before <= ?1",
    )?
    .execute([last])?;
    let forgotten =
        db.prepare_cached("DELETE FROM spent_challenges WHERE expires_at <= ?1")?.execute([last])?;
    Ok(Purged { forgotten: forgotten as u64, more: end.is_some() })
}
