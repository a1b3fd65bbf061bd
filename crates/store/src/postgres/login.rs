//! Logins, and the confirmations of transactions.
//!
//! The end of a login that nothing speaks against is one statement. It locks the credential's row, and does all of it
//! or nothing: where it does nothing (the challenge was spent, the counter did not grow, a webhook wants to hear of it),
//! a transaction of several statements decides, in the same order of locks.

use passgate_core::credential::Accepts;
use passgate_core::event::{self, CloneVerdict, EventType, Occurrence, SuspectedClone};
use passgate_core::ids::{CredentialId, TenantId};
use passgate_core::store::{BeginLogin, BegunLogin, FinishLogin, FinishedLogin};
use passgate_core::transaction::{TransactionIdentifier, TransactionStatus};
use passgate_core::user::AppUserId;

use super::challenges::{Spent, spend};
use super::connections::Session;
use super::fault::Fault;
use super::webhooks::{Publisher, wanting};
use super::{audit, credentials, transactions, users};
use crate::decisions::{CounterDecision, accepted_kind, completed_transaction, decide_counter};
use crate::rows::Blob;
use crate::{failure, records};

pub(super) async fn begin(db: &Session, begin: &BeginLogin) -> Result<BegunLogin, Fault> {
    let outcome = allow(db, begin.tenant_id, &begin.app_user_id, begin.accepts, begin.only.as_ref()).await?;
    match &outcome {
        BegunLogin::Begun(..) => audit::append(db, &begin.audit).await?,
        BegunLogin::UnknownUser => audit::append(db, &begin.audit.failed(failure::USER_NOT_FOUND)).await?,
        BegunLogin::NoCredentials => audit::append(db, &begin.audit.failed(failure::NO_CREDENTIALS)).await?,
    }
    Ok(outcome)
}

/// The named user and the credentials to allow.
pub(super) async fn allow(
    db: &Session,
    tenant_id: TenantId,
    app_user_id: &AppUserId,
    accepts: Accepts,
    only: Option<&CredentialId>,
) -> Result<BegunLogin, Fault> {
    let Some(user) = users::by_app_id(db, tenant_id, app_user_id).await? else {
        return Ok(BegunLogin::UnknownUser);
    };
    let allowed = credentials::descriptors(db, tenant_id, user.id, accepted_kind(accepts), only).await?;
    Ok(if allowed.is_empty() { BegunLogin::NoCredentials } else { BegunLogin::Begun(user, allowed) })
}

/// The one statement of a login, or of a confirmation, which has more parts. Each part is there only as far as those
/// before it are.
///
/// A row that another transaction changes meanwhile is waited for and looked at again, conditions and all: so the
/// counter is held against what is stored when the lock is ours (`decide_counter` says what of it goes on). Nothing
/// that an operator could have made of a row by hand is let through either.
macro_rules! finish_in_one {
    (asked: $asked:literal, from: $from:literal, quiet: $quiet:literal, finalized: $finalized:literal) => {
        concat!(
            "WITH credential AS MATERIALIZED (
                 SELECT c.use_count
                 FROM credentials AS c
                 JOIN tenants AS t ON t.id = c.tenant_id
                 WHERE c.tenant_id = $1 AND c.id = $2 AND c.user_id = $3 AND c.kind = $20 AND c.public_key = $21
                   AND c.sign_count >= 0 AND c.use_count >= 0
                   AND (c.sign_count < $4 OR (c.sign_count = 0 AND $4 = 0::bigint))
                 FOR KEY SHARE OF t
                 FOR NO KEY UPDATE OF c
             ), ",
            $asked,
            "spent AS (
                 INSERT INTO spent_challenges (expires_at, nonce, tenant_id)
                 SELECT $5::bigint, $6::bytea, $1
                 FROM credential, spent_challenges_purge",
            $from,
            "
                 WHERE expired_before <= $5
                   AND (use_count > 0 OR NOT EXISTS (SELECT 1 FROM webhook_endpoints AS e WHERE ",
            wanting!("$7"),
            "))",
            $quiet,
            "
                 ON CONFLICT (expires_at, nonce, tenant_id) DO NOTHING
                 RETURNING tenant_id
             ), used AS (
                 UPDATE credentials AS c
                 SET sign_count = greatest(c.sign_count, $4),
                     backup_state = $8,
                     last_used_at = $9,
                     updated_at = $9,
                     use_count = c.use_count + 1,
                     last_user_agent = $10
                 FROM spent
                 WHERE c.tenant_id = $1 AND c.id = $2
             )",
            $finalized,
            "
             INSERT INTO audit_logs (
                 tenant_id, created_at, id, type, error, meta_http_request_id, meta_source_ip, meta_user_agent,
                 actor_user_id, transaction_id, updated_at, credential_id
             )
             SELECT $1, $11::bigint, $12::uuid, $13::text, $14::text, $15::text, $16::text, $10, $17::text,
                    $18::text, $11, $19::bytea
             FROM spent"
        )
    };
}

const FINISH_LOGIN: &str = finish_in_one!(asked: "", from: "", quiet: "", finalized: "");

const FINISH_CONFIRMATION: &str = finish_in_one!(
    asked: "asked AS MATERIALIZED (
                 SELECT id
                 FROM transactions
                 WHERE tenant_id = $1 AND id = $22 AND user_id = $3 AND status = $23
                 FOR NO KEY UPDATE
             ), ",
    from: ", asked",
    quiet: "
                   AND NOT EXISTS (
                       SELECT 1
                       FROM webhook_endpoints AS e
                       WHERE e.tenant_id = $1 AND e.state = 'enabled'
                         AND (e.events = '[]' OR e.events::jsonb ? $24)
                   )",
    finalized: ", finalized AS (
                 UPDATE transactions AS t
                 SET status = $25, finalized_at = $9, updated_at = $9
                 FROM spent
                 WHERE t.tenant_id = $1 AND t.id = $22
             )"
);

/// Finishes a login that nothing speaks against. Whether it was finished; if not, nothing was written.
pub(super) async fn finish_in_one(db: &Session, finish: &FinishLogin) -> Result<bool, Fault> {
    let (audit, origin) = (&finish.audit, &finish.audit.origin);
    let mut params: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> = Vec::with_capacity(25);
    let known = &finish.credential;
    let (credential, nonce) = (known.id.blob(), finish.spend.nonce.0.as_slice());
    let (known_kind, public_key) = (known.kind.as_str(), known.public_key.as_bytes());
    let (sign_count, expires_at) = (i64::from(finish.sign_count), finish.spend.expires_at.as_millis());
    let (first_use, now) = (EventType::CredentialUsedFirstTime.as_str(), finish.now.as_millis());
    let (at, kind, error) = (audit.at.as_millis(), audit.kind.as_str(), audit.error.as_deref());
    let actor = audit.actor.as_ref().map(AppUserId::as_str);
    let transaction = audit.transaction.as_ref().map(TransactionIdentifier::as_str);
    let logged_credential = audit.credential.as_ref().map(Blob::blob);
    params.extend_from_slice(&[
        finish.spend.tenant_id.as_uuid(),
        &credential,
        known.user.id.as_uuid(),
        &sign_count,
        &expires_at,
        &nonce,
        &first_use,
        &finish.backup_state,
        &now,
        &origin.user_agent,
        &at,
        audit.id.as_uuid(),
        &kind,
        &error,
        &origin.request_id,
        &origin.source_ip,
        &actor,
        &transaction,
        &logged_credential,
        &known_kind,
        &public_key,
    ]);
    let logged = match &finish.transaction {
        None => db.execute(FINISH_LOGIN, &params).await?,
        Some(asked) => {
            let (pending, finalized) =
                (TransactionStatus::Pending.as_str(), TransactionStatus::Finalized.as_str());
            let completed = EventType::TransactionCompleted.as_str();
            params.extend_from_slice(&[asked.as_uuid(), &pending, &completed, &finalized]);
            db.execute(FINISH_CONFIRMATION, &params).await?
        }
    };
    Ok(logged == 1)
}

pub(super) async fn finish(db: &Session, finish: &FinishLogin) -> Result<FinishedLogin, Fault> {
    let (tenant_id, known) = (finish.spend.tenant_id, &finish.credential);
    // Locked before the challenge is spent, and looked at afterwards.
    let stored = db
        .row(
            "SELECT c.id, c.sign_count, c.use_count
             FROM credentials AS c
             JOIN tenants AS t ON t.id = c.tenant_id
             WHERE c.tenant_id = $1 AND c.id = $2 AND c.user_id = $3 AND c.kind = $4 AND c.public_key = $5
             FOR KEY SHARE OF t
             FOR NO KEY UPDATE OF c",
            &[
                tenant_id.as_uuid(),
                &known.id.blob(),
                known.user.id.as_uuid(),
                &known.kind.as_str(),
                &known.public_key.as_bytes(),
            ],
        )
        .await?;
    let is_asked = match finish.transaction {
        None => true,
        Some(asked) => transactions::lock_pending(db, tenant_id, asked, known.user.id).await?,
    };
    if spend(db, &finish.spend).await? == Spent::Before {
        // Whoever sends the same again, and again, writes nothing.
        return Ok(FinishedLogin::ChallengeSpent);
    }
    if !is_asked {
        fail(db, finish, failure::TRANSACTION_MISMATCH).await?;
        return Ok(FinishedLogin::TransactionGone);
    }
    let Some(stored) = stored else {
        fail(db, finish, failure::CREDENTIAL_REVOKED).await?;
        return Ok(FinishedLogin::CredentialGone);
    };
    let (sign_count, uses_before) = records::counters(tenant_id, &stored)?;
    let counter_warning = match decide_counter(sign_count, finish) {
        CounterDecision::GoOn { counter_warning } => counter_warning,
        CounterDecision::Refuse => {
            let entry = finish.audit.failed(failure::COUNTER_ROLLBACK);
            audit::append(db, &entry).await?;
            let mut publisher = Publisher::new(db, &entry);
            tell_of_clone(db, &mut publisher, finish, CloneVerdict::Refused).await?;
            publisher.sign_in_failed().await?;
            return Ok(FinishedLogin::CounterRollback);
        }
    };
    use_credential(db, finish).await?;
    if let Some(asked) = finish.transaction {
        transactions::finalize(db, tenant_id, asked, finish.now).await?;
    }
    audit::append(db, &finish.audit).await?;
    tell_of_login(db, finish, uses_before, counter_warning).await?;
    Ok(FinishedLogin::LoggedIn { counter_warning })
}

async fn fail(db: &Session, finish: &FinishLogin, code: &'static str) -> Result<(), Fault> {
    let entry = finish.audit.failed(code);
    audit::append(db, &entry).await?;
    Publisher::new(db, &entry).sign_in_failed().await
}

async fn use_credential(db: &Session, finish: &FinishLogin) -> Result<(), Fault> {
    db.execute(
        "UPDATE credentials
         SET sign_count = greatest(sign_count, $3),
             backup_state = $4,
             last_used_at = $5,
             updated_at = $5,
             use_count = use_count + 1,
             last_user_agent = $6
         WHERE tenant_id = $1 AND id = $2",
        &[
            finish.spend.tenant_id.as_uuid(),
            &finish.credential.id.blob(),
            &i64::from(finish.sign_count),
            &finish.backup_state,
            &finish.now.as_millis(),
            &finish.audit.origin.user_agent,
        ],
    )
    .await?;
    Ok(())
}

/// Most logins are not news: of those, no endpoint is asked.
async fn tell_of_login(
    db: &Session,
    finish: &FinishLogin,
    uses_before: u64,
    counter_warning: bool,
) -> Result<(), Fault> {
    let mut publisher = Publisher::new(db, &finish.audit);
    if uses_before == 0
        && publisher.is_wanted(EventType::CredentialUsedFirstTime).await?
        && let Some(told) = told(db, finish).await?
    {
        publisher.publish(Occurrence::CredentialUsedFirstTime(told)).await?;
    }
    if counter_warning {
        tell_of_clone(db, &mut publisher, finish, CloneVerdict::Accepted).await?;
    }
    if let Some(completed) = completed_transaction(finish)
        && publisher.is_wanted(EventType::TransactionCompleted).await?
    {
        publisher.publish(completed).await?;
    }
    Ok(())
}

async fn tell_of_clone(
    db: &Session,
    publisher: &mut Publisher<'_>,
    finish: &FinishLogin,
    verdict: CloneVerdict,
) -> Result<(), Fault> {
    if publisher.is_wanted(EventType::CloneSuspected).await?
        && let Some(credential) = told(db, finish).await?
    {
        publisher.publish(Occurrence::CloneSuspected(SuspectedClone { credential, verdict })).await?;
    }
    Ok(())
}

async fn told(db: &Session, finish: &FinishLogin) -> Result<Option<event::Credential>, Fault> {
    let tenant_id = finish.spend.tenant_id;
    let credential = credentials::one(db, tenant_id, &finish.credential.id).await?;
    Ok(credential.map(|credential| event::Credential::of(tenant_id, &credential)))
}
