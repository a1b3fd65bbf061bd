//! Logins.

use passgate_core::audit::AuditType;
use passgate_core::config::DeviationPolicy;
use passgate_core::store::{BeginLogin, BegunLogin, FinishLogin, FinishedLogin};
use passgate_webauthn::{CounterVerdict, check_counter};
use rusqlite::{Connection, params};

use super::challenges::{Spent, spend};
use super::fault::Fault;
use super::rows::{Blob, Columns};
use super::{audit, credentials, users};
use crate::failure;

pub(super) fn begin(db: &Connection, begin: &BeginLogin) -> Result<BegunLogin, Fault> {
    let failed = |code| begin.audit.failed(AuditType::AuthenticationInitFailed, code);
    let Some(user) = users::by_app_id(db, begin.tenant_id, &begin.app_user_id)? else {
        audit::append(db, &failed(failure::USER_NOT_FOUND))?;
        return Ok(BegunLogin::UnknownUser);
    };
    let allow = credentials::descriptors(db, begin.tenant_id, user.id, begin.kind)?;
    if allow.is_empty() {
        audit::append(db, &failed(failure::NO_CREDENTIALS))?;
        return Ok(BegunLogin::NoCredentials);
    }
    audit::append(db, &begin.audit)?;
    Ok(BegunLogin::Begun(user, allow))
}

pub(super) fn finish(db: &Connection, finish: &FinishLogin) -> Result<FinishedLogin, Fault> {
    // First, and kept whatever comes of the rest.
    let outcome = match spend(db, &finish.spend)? {
        Spent::Before => FinishedLogin::ChallengeSpent,
        Spent::Now => use_credential(db, finish)?,
    };
    let failed = |code| finish.audit.failed(AuditType::AuthenticationFinalFailed, code);
    match outcome {
        FinishedLogin::LoggedIn { counter_warning: _ } => audit::append(db, &finish.audit)?,
        // Whoever sends the same again, and again, writes nothing.
        FinishedLogin::ChallengeSpent => {}
        FinishedLogin::CounterRollback => audit::append(db, &failed(failure::COUNTER_ROLLBACK))?,
        FinishedLogin::CredentialGone => audit::append(db, &failed(failure::CREDENTIAL_REVOKED))?,
    }
    Ok(outcome)
}

/// Decides the counter against the stored row. Only this thread writes, so the row stays as it was read.
fn use_credential(db: &Connection, finish: &FinishLogin) -> Result<FinishedLogin, Fault> {
    let Some(stored) = sign_count(db, finish)? else { return Ok(FinishedLogin::CredentialGone) };
    let counter_warning = match (check_counter(stored, finish.sign_count), finish.counter_policy) {
        (CounterVerdict::Ok, _) => false,
        (CounterVerdict::Rollback, DeviationPolicy::Warn) => true,
        (CounterVerdict::Rollback, DeviationPolicy::Strict) => return Ok(FinishedLogin::CounterRollback),
    };
    db.prepare_cached(
        "UPDATE credentials
         SET sign_count = max(sign_count, ?3),
             backup_state = ?4,
             last_used_at = ?5,
             updated_at = ?5,
             use_count = use_count + 1
         WHERE tenant_id = ?1 AND id = ?2",
    )?
    .execute(params![
        finish.spend.tenant_id.blob(),
        finish.credential_id.blob(),
        finish.sign_count,
        finish.backup_state,
        finish.now.as_millis(),
    ])?;
    Ok(FinishedLogin::LoggedIn { counter_warning })
}

/// The stored counter of the credential, if it still is that user's.
fn sign_count(db: &Connection, finish: &FinishLogin) -> Result<Option<u32>, Fault> {
    let tenant_id = finish.spend.tenant_id;
    let mut statement = db.prepare_cached(
        "SELECT id, sign_count
         FROM credentials
         WHERE tenant_id = ?1 AND id = ?2 AND user_id = ?3",
    )?;
    let mut rows =
        statement.query(params![tenant_id.blob(), finish.credential_id.blob(), finish.user_id.blob()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let mut columns = Columns::new("credentials", Some(tenant_id), row);
    columns.bytes("id", |_| Some(()))?;
    columns.number("sign_count").map(Some)
}
