//! Spent challenges.
//!
//! A challenge that the purge forgets must not be spent again by a statement that read the purge's mark before it
//! moved. So the mark moves in a transaction of its own, under a lock that waits for every statement that may still
//! insert, and has later ones wait: those take their snapshots once the lock is theirs, and see the new mark. Only
//! then rows are deleted.

use passgate_core::clock::Timestamp;
use passgate_core::store::{ChallengeSpend, FailCeremony};

use super::audit;
use super::connections::Session;
use super::fault::Fault;
use super::webhooks::Publisher;

/// How many challenges one purge forgets in one commit, about.
const PURGE_CHUNK: i64 = 5_000;

/// What became of a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spent {
    /// It is spent now.
    Now,
    /// It was spent before, or is older than what the purge remembers.
    Before,
}

/// Spends a challenge. Whoever spends the same waits until this transaction has ended.
pub(super) async fn spend(db: &Session, challenge: &ChallengeSpend) -> Result<Spent, Fault> {
    let inserted = db
        .execute(
            "INSERT INTO spent_challenges (expires_at, nonce, tenant_id)
             SELECT $1, $2, $3
             FROM spent_challenges_purge
             WHERE expired_before <= $1
             ON CONFLICT (expires_at, nonce, tenant_id) DO NOTHING",
            &[
                &challenge.expires_at.as_millis(),
                &challenge.nonce.0.as_slice(),
                challenge.tenant_id.as_uuid(),
            ],
        )
        .await?;
    Ok(if inserted == 1 { Spent::Now } else { Spent::Before })
}

/// Spends the challenge of a ceremony that failed, and keeps the failure; once: who sends the same again, and again,
/// writes nothing.
pub(super) async fn fail_ceremony(db: &Session, failure: &FailCeremony) -> Result<(), Fault> {
    match spend(db, &failure.spend).await? {
        Spent::Now => {
            audit::append(db, &failure.audit).await?;
            Publisher::new(db, &failure.audit).sign_in_failed().await
        }
        Spent::Before => Ok(()),
    }
}

/// What one step of a purge is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    /// The latest expiry that is forgotten.
    last: i64,
    /// Whether there may be more to forget.
    pub(super) more: bool,
}

/// The first of what expired before a moment, if anything did. The mark goes only as far as something is forgotten: if
/// it followed the clock, one that was far ahead for a second would have everything refused until time has caught up.
pub(super) async fn next_step(db: &Session, expired_before: Timestamp) -> Result<Option<Step>, Fault> {
    let expired_before = expired_before.as_millis();
    // The expiry at which this step ends. Those with the same expiry go with it, so that each step gets further.
    let end = db
        .row(
            "SELECT expires_at
             FROM spent_challenges
             WHERE expires_at < $1
             ORDER BY expires_at
             LIMIT 1 OFFSET $2",
            &[&expired_before, &(PURGE_CHUNK - 1)],
        )
        .await?;
    let end: Option<i64> = end.map(|row| row.try_get(0)).transpose()?;
    let last = db
        .row(
            "SELECT max(expires_at) FROM spent_challenges WHERE expires_at <= $1",
            &[&end.unwrap_or(expired_before.saturating_sub(1))],
        )
        .await?;
    let last: Option<i64> = last.map(|row| row.try_get(0)).transpose()?.flatten();
    Ok(last.map(|last| Step { last, more: end.is_some() }))
}

/// Refuses from here on what expires no later than a step goes, once nobody is still spending it.
pub(super) async fn mark(db: &Session, step: Step) -> Result<(), Fault> {
    db.batch("LOCK TABLE spent_challenges IN SHARE ROW EXCLUSIVE MODE").await?;
    db.execute(
        "UPDATE spent_challenges_purge
         SET expired_before = $1 + 1
         WHERE expired_before <= $1",
        &[&step.last],
    )
    .await?;
    Ok(())
}

/// Forgets what [`mark`] has made sure is refused. Returns how many.
pub(super) async fn forget(db: &Session, step: Step) -> Result<u64, Fault> {
    db.execute(
        "DELETE FROM spent_challenges
         WHERE expires_at <= (SELECT least($1, expired_before - 1) FROM spent_challenges_purge)",
        &[&step.last],
    )
    .await
}
