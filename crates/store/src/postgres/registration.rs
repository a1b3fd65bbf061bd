//! Registrations.
//!
//! The end of a registration is one statement, unless a webhook wants to hear of new credentials: then it is a
//! transaction of several.

use passgate_core::event::{self, EventType, Occurrence};
use passgate_core::store::{BeginRegistration, BegunRegistration, FinishRegistration, FinishedRegistration};
use passgate_core::user::AppUserId;
use uuid::Uuid;

use super::challenges::{Spent, spend};
use super::connections::Session;
use super::credentials::{self, Insertion};
use super::fault::Fault;
use super::webhooks::{Publisher, wanting};
use super::{audit, users};
use crate::decisions::signed;
use crate::failure;
use crate::rows::Blob;

pub(super) async fn begin(db: &Session, begin: &BeginRegistration) -> Result<BegunRegistration, Fault> {
    let user =
        users::upsert(db, begin.tenant_id, &begin.profile, begin.new_user_id, &begin.new_handle, begin.now)
            .await?;
    let exclude = credentials::descriptors(db, begin.tenant_id, user.id, Some(begin.kind), None).await?;
    audit::append(db, &begin.audit).await?;
    Ok(BegunRegistration { user, exclude })
}

/// Each part is there only as far as those before it are; but once the challenge is spent, the log says how it ended.
const FINISH: &str = concat!(
    "WITH spent AS (
         INSERT INTO spent_challenges (expires_at, nonce, tenant_id)
         SELECT $2::bigint, $3::bytea, $1
         FROM spent_challenges_purge
         WHERE expired_before <= $2
           AND NOT EXISTS (SELECT 1 FROM webhook_endpoints AS e WHERE ",
    wanting!("$4"),
    ")
         ON CONFLICT (expires_at, nonce, tenant_id) DO NOTHING
         RETURNING tenant_id
     ), owner AS MATERIALIZED (
         SELECT u.id
         FROM users AS u
         JOIN tenants AS t ON t.id = u.tenant_id
         WHERE u.tenant_id = $1 AND u.id = $5 AND EXISTS (SELECT 1 FROM spent)
         FOR KEY SHARE OF t
         FOR KEY SHARE OF u
     ), stored AS (
         INSERT INTO credentials (
             tenant_id, id, user_id, kind, name, public_key, attestation_format, aaguid, sign_count, transports,
             backup_eligible, backup_state, created_at, updated_at, last_used_at, use_count,
             registered_user_agent, last_user_agent
         )
         SELECT $1, $6::bytea, $5, $7::text, $8::text, $9::bytea, $10::text, $11::uuid, $12::bigint, $13::text,
                $14::boolean, $15::boolean, $16::bigint, $16, $17::bigint, $18::bigint, $19::text, $20::text
         FROM owner
         ON CONFLICT (tenant_id, id) DO NOTHING
         RETURNING id
     ), outcome AS MATERIALIZED (
         SELECT EXISTS (SELECT 1 FROM owner) AS user_exists, EXISTS (SELECT 1 FROM stored) AS is_stored
         FROM spent
     ), logged AS (
         INSERT INTO audit_logs (
             tenant_id, created_at, id, type, error, meta_http_request_id, meta_source_ip, meta_user_agent,
             actor_user_id, transaction_id, updated_at, credential_id
         )
         SELECT $1, $21::bigint, $22::uuid,
                CASE WHEN is_stored THEN $23::text ELSE $24::text END,
                CASE WHEN is_stored THEN NULL WHEN user_exists THEN $25::text ELSE $26::text END,
                $27::text, $28::text, $29::text, $30::text, NULL, $21, $31::bytea
         FROM outcome
         JOIN tenants ON tenants.id = $1
     )
     SELECT user_exists, is_stored
     FROM outcome"
);

/// Finishes a registration of which no webhook wants to hear. None: nothing was written, because one does, or because
/// the challenge was spent before.
pub(super) async fn finish_in_one(
    db: &Session,
    finish: &FinishRegistration,
) -> Result<Option<FinishedRegistration>, Fault> {
    let (audit, new) = (&finish.audit, &finish.credential);
    let row = db
        .row(
            FINISH,
            &[
                finish.spend.tenant_id.as_uuid(),
                &finish.spend.expires_at.as_millis(),
                &finish.spend.nonce.0.as_slice(),
                &EventType::CredentialCreated.as_str(),
                new.user_id.as_uuid(),
                &new.id.blob(),
                &new.kind.as_str(),
                &new.name.as_str(),
                &new.public_key,
                &new.attestation_format,
                &Uuid::from_bytes(*new.aaguid.as_bytes()),
                &i64::from(new.sign_count),
                &serde_json::to_string(&new.transports)?,
                &new.backup_eligible,
                &new.backup_state,
                &new.created_at.as_millis(),
                &new.last_used_at.as_millis(),
                &signed(new.use_count),
                &new.registered_user_agent,
                &new.last_user_agent,
                &audit.at.as_millis(),
                audit.id.as_uuid(),
                &audit.kind.as_str(),
                &audit.kind.failed().as_str(),
                &failure::CREDENTIAL_ALREADY_REGISTERED,
                &failure::USER_NOT_FOUND,
                &audit.origin.request_id,
                &audit.origin.source_ip,
                &audit.origin.user_agent,
                &audit.actor.as_ref().map(AppUserId::as_str),
                &audit.credential.as_ref().map(Blob::blob),
            ],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let (user_exists, is_stored): (bool, bool) = (row.try_get(0)?, row.try_get(1)?);
    Ok(Some(match (user_exists, is_stored) {
        (_, true) => FinishedRegistration::Registered,
        (true, false) => FinishedRegistration::CredentialExists,
        (false, false) => FinishedRegistration::UnknownUser,
    }))
}

pub(super) async fn finish(db: &Session, finish: &FinishRegistration) -> Result<FinishedRegistration, Fault> {
    // First, and kept whatever comes of the rest.
    if spend(db, &finish.spend).await? == Spent::Before {
        // Whoever sends the same again, and again, writes nothing.
        return Ok(FinishedRegistration::ChallengeSpent);
    }
    let failed = |code| finish.audit.failed(code);
    match credentials::insert(db, finish.spend.tenant_id, &finish.credential).await? {
        Insertion::Stored => {
            audit::append(db, &finish.audit).await?;
            let mut publisher = Publisher::new(db, &finish.audit);
            if publisher.is_wanted(EventType::CredentialCreated).await? {
                let credential = event::Credential::of(finish.spend.tenant_id, &finish.credential);
                publisher.publish(Occurrence::CredentialCreated(credential)).await?;
            }
            Ok(FinishedRegistration::Registered)
        }
        Insertion::IdTaken => {
            audit::append(db, &failed(failure::CREDENTIAL_ALREADY_REGISTERED)).await?;
            Ok(FinishedRegistration::CredentialExists)
        }
        Insertion::UnknownUser => {
            audit::append(db, &failed(failure::USER_NOT_FOUND)).await?;
            Ok(FinishedRegistration::UnknownUser)
        }
    }
}
