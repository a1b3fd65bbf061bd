//! Logins, and the confirmations of transactions.

use passgate_core::config::DeviationPolicy;
use passgate_core::credential::{Accepts, CredentialKind};
use passgate_core::ids::TenantId;
use passgate_core::store::{BeginLogin, BegunLogin, FinishLogin, FinishedLogin};
use passgate_core::user::AppUserId;
use passgate_webauthn::{CounterVerdict, check_counter};
use rusqlite::{Connection, params};

use super::challenges::{Spent, spend};
use super::fault::Fault;
use super::rows::{Blob, Columns};
use super::{audit, credentials, transactions, users};
use crate::failure;

pub(super) fn begin(db: &Connection, begin: &BeginLogin) -> Result<BegunLogin, Fault> {
    let outcome = allow(db, begin.tenant_id, &begin.app_user_id, begin.accepts)?;
    match &outcome {
        BegunLogin::Begun(..) => audit::append(db, &begin.audit)?,
        BegunLogin::UnknownUser => audit::append(db, &begin.audit.failed(failure::USER_NOT_FOUND))?,
        BegunLogin::NoCredentials => audit::append(db, &begin.audit.failed(failure::NO_CREDENTIALS))?,
    }
    Ok(outcome)
}

/// The named user and the credentials to allow.
pub(super) fn allow(
    db: &Connection,
    tenant_id: TenantId,
    app_user_id: &AppUserId,
    accepts: Accepts,
) -> Result<BegunLogin, Fault> {
    let Some(user) = users::by_app_id(db, tenant_id, app_user_id)? else {
        return Ok(BegunLogin::UnknownUser);
    };
    let kind = match accepts {
        Accepts::Passkeys => Some(CredentialKind::Passkey),
        Accepts::Both => None,
    };
    let allowed = credentials::descriptors(db, tenant_id, user.id, kind)?;
    Ok(if allowed.is_empty() { BegunLogin::NoCredentials } else { BegunLogin::Begun(user, allowed) })
}

pub(super) fn finish(db: &Connection, finish: &FinishLogin) -> Result<FinishedLogin, Fault> {
    // First, and kept whatever comes of the rest.
    let outcome = match spend(db, &finish.spend)? {
        Spent::Before => FinishedLogin::ChallengeSpent,
        Spent::Now => confirm(db, finish)?,
    };
    let failed = |code| finish.audit.failed(code);
    match outcome {
        FinishedLogin::LoggedIn { counter_warning: _ } => audit::append(db, &finish.audit)?,
        // Whoever sends the same again, and again, writes nothing.
        FinishedLogin::ChallengeSpent => {}
        FinishedLogin::CounterRollback => audit::append(db, &failed(failure::COUNTER_ROLLBACK))?,
        FinishedLogin::CredentialGone => audit::append(db, &failed(failure::CREDENTIAL_REVOKED))?,
        FinishedLogin::TransactionGone => audit::append(db, &failed(failure::TRANSACTION_MISMATCH))?,
    }
    Ok(outcome)
}

/// Uses the credential, and confirms the transaction if there is one to confirm: both or neither.
fn confirm(db: &Connection, finish: &FinishLogin) -> Result<FinishedLogin, Fault> {
    let Some(transaction) = finish.transaction else { return use_credential(db, finish) };
    let tenant_id = finish.spend.tenant_id;
    if !transactions::is_pending(db, tenant_id, transaction, finish.user_id)? {
        return Ok(FinishedLogin::TransactionGone);
    }
    let outcome = use_credential(db, finish)?;
    if let FinishedLogin::LoggedIn { .. } = outcome {
        transactions::finalize(db, tenant_id, transaction, finish.now)?;
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
             use_count = use_count + 1,
             last_user_agent = ?6
         WHERE tenant_id = ?1 AND id = ?2",
    )?
    .execute(params![
        finish.spend.tenant_id.blob(),
        finish.credential_id.blob(),
        finish.sign_count,
        finish.backup_state,
        finish.now.as_millis(),
        finish.audit.origin.user_agent,
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
