//! Operators: who they are, how they come in, and how they come back.
//!
//! Whoever makes an operator or changes an email locks the row of the console first, so that what is read of other
//! operators still holds when it is written. There are few of both.

use passgate_core::console::{
    Activity, ActivityKind, Console, Email, LinkPurpose, Operator, OperatorChange, OperatorChanged,
    PasskeyRemoval, Recover, RecoveryProof, Session as OperatorSession, SignUp, SignedUp,
};
use passgate_core::ids::{OperatorId, SessionId, TenantId};
use passgate_core::key_secret::KeyHash;
use passgate_core::store::{Changed, CredentialChange, NewTenant};

use super::{activities, links, organizations, sessions};
use crate::console_records::{self, operator_columns};
use crate::postgres::connections::Session;
use crate::postgres::fault::Fault;
use crate::postgres::rows::collect;
use crate::postgres::{credentials, tenants};
use crate::rows::Blob;

pub(super) async fn console(db: &Session) -> Result<Console, Fault> {
    let sql = "SELECT (SELECT tenant_id FROM console), EXISTS (SELECT 1 FROM operators)";
    let row = db.row(sql, &[]).await?.ok_or(Fault::NoRow("of the console"))?;
    let tenant_id: Option<uuid::Uuid> = row.try_get(0)?;
    Ok(Console { tenant_id: tenant_id.map(TenantId::new), is_claimed: row.try_get(1)? })
}

pub(super) async fn found_console(db: &Session, tenant: &NewTenant) -> Result<TenantId, Fault> {
    // Of two processes at once, one waits, and finds what the other made.
    db.batch("LOCK TABLE console IN EXCLUSIVE MODE").await?;
    if let Some(known) = console(db).await?.tenant_id {
        return Ok(known);
    }
    tenants::create(db, tenant).await?;
    db.execute(
        "INSERT INTO console (tenant_id, created_at) VALUES ($1, $2)",
        &[tenant.id.as_uuid(), &tenant.now.as_millis()],
    )
    .await?;
    Ok(tenant.id)
}

/// Whether there is any.
pub(super) async fn exists_any(db: &Session) -> Result<bool, Fault> {
    db.exists("SELECT 1 FROM operators LIMIT 1", &[]).await
}

/// Whether there is such an operator; if so, it stays as it is until the end of the transaction.
pub(super) async fn lock(db: &Session, id: OperatorId) -> Result<bool, Fault> {
    db.exists("SELECT 1 FROM operators WHERE id = $1 FOR NO KEY UPDATE", &[id.as_uuid()]).await
}

/// Has others wait who make operators, or change emails.
async fn lock_all(db: &Session) -> Result<(), Fault> {
    db.rows("SELECT tenant_id FROM console FOR UPDATE", &[]).await?;
    Ok(())
}

pub(super) async fn one(db: &Session, id: OperatorId) -> Result<Option<Operator>, Fault> {
    let sql = concat!("SELECT ", operator_columns!(), " FROM operators AS o WHERE o.id = $1");
    let row = db.row(sql, &[id.as_uuid()]).await?;
    Ok(row.map(|row| console_records::operator(&row)).transpose()?)
}

pub(super) async fn by_email(db: &Session, email: &Email) -> Result<Option<Operator>, Fault> {
    let sql = concat!("SELECT ", operator_columns!(), " FROM operators AS o WHERE o.email_key = $1");
    let row = db.row(sql, &[&email.key()]).await?;
    Ok(row.map(|row| console_records::operator(&row)).transpose()?)
}

pub(super) async fn all(db: &Session) -> Result<Vec<Operator>, Fault> {
    let sql = concat!("SELECT ", operator_columns!(), " FROM operators AS o ORDER BY o.email_key");
    collect(&db.rows(sql, &[]).await?, console_records::operator)
}

pub(super) async fn sign_up(db: &Session, sign_up: &SignUp) -> Result<SignedUp, Fault> {
    let operator = &sign_up.operator;
    lock_all(db).await?;
    let is_claimed = exists_any(db).await?;
    let link = match &sign_up.link {
        None if is_claimed => None,
        None => return Ok(SignedUp::LinkInvalid),
        Some(hash) => match links::hold(db, hash, operator.created_at).await? {
            Some(link) => Some(link),
            None => return Ok(SignedUp::LinkInvalid),
        },
    };
    let purpose = link.as_ref().map(|link| &link.purpose);
    match purpose {
        Some(LinkPurpose::Claim) if is_claimed => return Ok(SignedUp::Claimed),
        Some(LinkPurpose::Recovery { .. }) => return Ok(SignedUp::LinkInvalid),
        Some(LinkPurpose::Claim | LinkPurpose::Invitation { .. }) | None => {}
    }
    let inserted = db
        .execute(
            "INSERT INTO operators (id, name, email, email_key, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $5)
             ON CONFLICT (email_key) DO NOTHING",
            &[
                operator.id.as_uuid(),
                &operator.name.as_str(),
                &operator.email.as_str(),
                &operator.email.key(),
                &operator.created_at.as_millis(),
            ],
        )
        .await?;
    if inserted == 0 {
        return Ok(SignedUp::EmailTaken);
    }
    let kind =
        if let Some(LinkPurpose::Claim) = purpose { ActivityKind::Claimed } else { sign_up.activity.kind };
    let activity = Activity { kind, ..sign_up.activity.clone() };
    activities::append(db, &activity).await?;
    if let Some(link) = &link {
        links::take(db, link).await?;
        if let LinkPurpose::Invitation { organization_id, role, .. } = link.purpose {
            organizations::join(db, organization_id, operator.id, role, operator.created_at).await?;
            let joined = Activity { kind: ActivityKind::MemberJoined, ..activity };
            activities::append(db, &joined.in_organization(organization_id)).await?;
        }
    }
    sessions::begin(db, &sign_up.session).await?;
    Ok(SignedUp::Done)
}

pub(super) async fn change(
    db: &Session,
    id: OperatorId,
    change: &OperatorChange,
    activity: &Activity,
) -> Result<OperatorChanged, Fault> {
    lock_all(db).await?;
    let Some(known) = one(db, id).await? else { return Ok(OperatorChanged::NotFound) };
    let name = change.name.as_ref().unwrap_or(&known.name);
    let email = change.email.as_ref().unwrap_or(&known.email);
    if by_email(db, email).await?.is_some_and(|other| other.id != id) {
        return Ok(OperatorChanged::EmailTaken);
    }
    db.execute(
        "UPDATE operators
         SET name = $2, email = $3, email_key = $4, updated_at = $5
         WHERE id = $1",
        &[id.as_uuid(), &name.as_str(), &email.as_str(), &email.key(), &activity.at.as_millis()],
    )
    .await?;
    activities::append(db, activity).await?;
    Ok(one(db, id).await?.map_or(OperatorChanged::NotFound, OperatorChanged::Done))
}

pub(super) async fn replace_recovery_codes(
    db: &Session,
    id: OperatorId,
    codes: &[KeyHash],
    activity: &Activity,
) -> Result<Changed, Fault> {
    if !lock(db, id).await? {
        return Ok(Changed::NotFound);
    }
    db.execute("DELETE FROM recovery_codes WHERE operator_id = $1", &[id.as_uuid()]).await?;
    let codes: Vec<_> = codes.iter().map(Blob::blob).collect();
    db.execute(
        "INSERT INTO recovery_codes (operator_id, hash) SELECT $1, unnest($2::bytea[])",
        &[id.as_uuid(), &codes],
    )
    .await?;
    activities::append(db, activity).await?;
    Ok(Changed::Done)
}

pub(super) async fn recover(
    db: &Session,
    recover: &Recover,
) -> Result<Option<(OperatorSession, Operator)>, Fault> {
    let operator_id = match &recover.proof {
        RecoveryProof::Code { email, code } => {
            let Some(operator) = by_email(db, email).await? else { return Ok(None) };
            lock(db, operator.id).await?;
            let sql = "DELETE FROM recovery_codes WHERE operator_id = $1 AND hash = $2";
            if db.execute(sql, &[operator.id.as_uuid(), &code.blob()]).await? == 0 {
                return Ok(None);
            }
            operator.id
        }
        RecoveryProof::Link(hash) => {
            let Some(link) = links::hold(db, hash, recover.session.session.created_at).await? else {
                return Ok(None);
            };
            let LinkPurpose::Recovery { operator_id, .. } = link.purpose else { return Ok(None) };
            links::take(db, &link).await?;
            operator_id
        }
    };
    let Some(operator) = one(db, operator_id).await? else { return Ok(None) };
    sessions::end_all(db, operator_id).await?;
    let mut session = recover.session.clone();
    session.session.operator_id = operator_id;
    sessions::begin(db, &session).await?;
    let activity = Activity { operator_id: Some(operator_id), ..recover.activity.clone() };
    activities::append(db, &activity).await?;
    activities::append_to_organizations(db, operator_id, &activity).await?;
    Ok(Some((session.session, operator)))
}

pub(super) async fn remove_passkey(
    db: &Session,
    operator_id: OperatorId,
    but: SessionId,
    change: &CredentialChange,
) -> Result<PasskeyRemoval, Fault> {
    // Of two removals at once, the second sees what the first has left.
    if !lock(db, operator_id).await? {
        return Ok(PasskeyRemoval::NotFound);
    }
    let Some(operator) = one(db, operator_id).await? else { return Ok(PasskeyRemoval::NotFound) };
    let user = operator_id.to_string();
    let credential = credentials::one(db, change.tenant_id, &change.credential_id).await?;
    let Some(credential) = credential.filter(|credential| credential.app_user_id.as_str() == user) else {
        return Ok(PasskeyRemoval::NotFound);
    };
    let passkeys = credentials::ids_of_user(db, change.tenant_id, credential.user_id).await?.len();
    if passkeys == 1 && operator.recovery_codes == 0 {
        return Ok(PasskeyRemoval::Last);
    }
    if credentials::delete(db, change).await? == Changed::NotFound {
        return Ok(PasskeyRemoval::NotFound);
    }
    sessions::end_others(db, operator_id, but).await?;
    Ok(PasskeyRemoval::Removed)
}
