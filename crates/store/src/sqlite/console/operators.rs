//! Operators: who they are, how they come in, and how they come back.

use passgate_core::console::{
    Activity, ActivityKind, Console, Email, LinkPurpose, Operator, OperatorChange, OperatorChanged,
    PasskeyRemoval, Recover, RecoveryProof, Session, SignUp, SignedUp,
};
use passgate_core::ids::{OperatorId, SessionId, TenantId};
use passgate_core::key_secret::KeyHash;
use passgate_core::store::{Changed, CredentialChange, NewTenant};
use rusqlite::{Connection, OptionalExtension, params};

use super::{activities, links, organizations, sessions};
use crate::console_records::{self, operator_columns};
use crate::rows::Blob;
use crate::sqlite::fault::Fault;
use crate::sqlite::rows::collect;
use crate::sqlite::{credentials, tenants};

pub(super) fn console(db: &Connection) -> Result<Console, Fault> {
    let tenant_id = db
        .prepare_cached("SELECT tenant_id FROM console")?
        .query_row([], |row| row.get(0))
        .optional()?
        .map(|bytes: [u8; 16]| TenantId::new(uuid::Uuid::from_bytes(bytes)));
    Ok(Console { tenant_id, is_claimed: exists_any(db)? })
}

pub(super) fn found_console(db: &Connection, tenant: &NewTenant) -> Result<TenantId, Fault> {
    if let Some(known) = console(db)?.tenant_id {
        return Ok(known);
    }
    tenants::create(db, tenant)?;
    db.prepare_cached("INSERT INTO console (id, tenant_id, created_at) VALUES (1, ?1, ?2)")?
        .execute(params![tenant.id.blob(), tenant.now.as_millis()])?;
    Ok(tenant.id)
}

/// Whether there is any.
pub(super) fn exists_any(db: &Connection) -> Result<bool, Fault> {
    Ok(db.prepare_cached("SELECT 1 FROM operators LIMIT 1")?.exists([])?)
}

pub(super) fn one(db: &Connection, id: OperatorId) -> Result<Option<Operator>, Fault> {
    let mut statement =
        db.prepare_cached(concat!("SELECT ", operator_columns!(), " FROM operators AS o WHERE o.id = ?1"))?;
    let mut rows = statement.query([id.blob()])?;
    Ok(rows.next()?.map(console_records::operator).transpose()?)
}

pub(super) fn by_email(db: &Connection, email: &Email) -> Result<Option<Operator>, Fault> {
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        operator_columns!(),
        " FROM operators AS o WHERE o.email_key = ?1"
    ))?;
    let mut rows = statement.query([email.key()])?;
    Ok(rows.next()?.map(console_records::operator).transpose()?)
}

pub(super) fn all(db: &Connection) -> Result<Vec<Operator>, Fault> {
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        operator_columns!(),
        " FROM operators AS o ORDER BY o.email_key"
    ))?;
    collect(statement.query([])?, console_records::operator)
}

pub(super) fn sign_up(db: &Connection, sign_up: &SignUp) -> Result<SignedUp, Fault> {
    let operator = &sign_up.operator;
    let is_claimed = exists_any(db)?;
    // No other writer can come between, so the link is taken once it is known that all else is well.
    let link = match &sign_up.link {
        None if is_claimed => None,
        None => return Ok(SignedUp::LinkInvalid),
        Some(hash) => match links::by_hash(db, hash, operator.created_at)? {
            Some(link) => Some((hash, link)),
            None => return Ok(SignedUp::LinkInvalid),
        },
    };
    let purpose = link.as_ref().map(|(_, link)| &link.purpose);
    match purpose {
        Some(LinkPurpose::Claim) if is_claimed => return Ok(SignedUp::Claimed),
        Some(LinkPurpose::Recovery { .. }) => return Ok(SignedUp::LinkInvalid),
        Some(LinkPurpose::Claim | LinkPurpose::Invitation { .. }) | None => {}
    }
    let inserted = db
        .prepare_cached(
            "INSERT INTO operators (id, name, email, email_key, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5)
             ON CONFLICT (email_key) DO NOTHING",
        )?
        .execute(params![
            operator.id.blob(),
            operator.name.as_str(),
            operator.email.as_str(),
            operator.email.key(),
            operator.created_at.as_millis(),
        ])?;
    if inserted == 0 {
        return Ok(SignedUp::EmailTaken);
    }
    let kind =
        if let Some(LinkPurpose::Claim) = purpose { ActivityKind::Claimed } else { sign_up.activity.kind };
    let activity = Activity { kind, ..sign_up.activity.clone() };
    activities::append(db, &activity)?;
    if let Some((hash, link)) = &link {
        links::take(db, hash, operator.created_at)?;
        if let LinkPurpose::Invitation { organization_id, role, .. } = link.purpose {
            organizations::join(db, organization_id, operator.id, role, operator.created_at)?;
            let joined = Activity { kind: ActivityKind::MemberJoined, ..activity };
            activities::append(db, &joined.in_organization(organization_id))?;
        }
    }
    sessions::begin(db, &sign_up.session)?;
    Ok(SignedUp::Done)
}

pub(super) fn change(
    db: &Connection,
    id: OperatorId,
    change: &OperatorChange,
    activity: &Activity,
) -> Result<OperatorChanged, Fault> {
    let Some(known) = one(db, id)? else { return Ok(OperatorChanged::NotFound) };
    let name = change.name.as_ref().unwrap_or(&known.name);
    let email = change.email.as_ref().unwrap_or(&known.email);
    let changed = db
        .prepare_cached(
            "UPDATE OR IGNORE operators
             SET name = ?2, email = ?3, email_key = ?4, updated_at = ?5
             WHERE id = ?1",
        )?
        .execute(params![id.blob(), name.as_str(), email.as_str(), email.key(), activity.at.as_millis()])?;
    if changed == 0 {
        return Ok(OperatorChanged::EmailTaken);
    }
    activities::append(db, activity)?;
    Ok(one(db, id)?.map_or(OperatorChanged::NotFound, OperatorChanged::Done))
}

pub(super) fn replace_recovery_codes(
    db: &Connection,
    id: OperatorId,
    codes: &[KeyHash],
    activity: &Activity,
) -> Result<Changed, Fault> {
    if one(db, id)?.is_none() {
        return Ok(Changed::NotFound);
    }
    db.prepare_cached("DELETE FROM recovery_codes WHERE operator_id = ?1")?.execute([id.blob()])?;
    let mut insert = db.prepare_cached("INSERT INTO recovery_codes (operator_id, hash) VALUES (?1, ?2)")?;
    for code in codes {
        insert.execute(params![id.blob(), code.blob()])?;
    }
    activities::append(db, activity)?;
    Ok(Changed::Done)
}

pub(super) fn recover(db: &Connection, recover: &Recover) -> Result<Option<(Session, Operator)>, Fault> {
    let operator_id = match &recover.proof {
        RecoveryProof::Code { email, code } => {
            let Some(operator) = by_email(db, email)? else { return Ok(None) };
            let used = db
                .prepare_cached("DELETE FROM recovery_codes WHERE operator_id = ?1 AND hash = ?2")?
                .execute(params![operator.id.blob(), code.blob()])?;
            if used == 0 {
                return Ok(None);
            }
            operator.id
        }
        RecoveryProof::Link(hash) => {
            let now = recover.session.session.created_at;
            match links::by_hash(db, hash, now)?.map(|link| link.purpose) {
                Some(LinkPurpose::Recovery { operator_id, .. }) => {
                    links::take(db, hash, now)?;
                    operator_id
                }
                Some(LinkPurpose::Claim | LinkPurpose::Invitation { .. }) | None => return Ok(None),
            }
        }
    };
    let Some(operator) = one(db, operator_id)? else { return Ok(None) };
    sessions::end_all(db, operator_id)?;
    let mut session = recover.session.clone();
    session.session.operator_id = operator_id;
    sessions::begin(db, &session)?;
    let activity = Activity { operator_id: Some(operator_id), ..recover.activity.clone() };
    activities::append(db, &activity)?;
    activities::append_to_organizations(db, operator_id, &activity)?;
    Ok(Some((session.session, operator)))
}

pub(super) fn remove_passkey(
    db: &Connection,
    operator_id: OperatorId,
    but: SessionId,
    change: &CredentialChange,
) -> Result<PasskeyRemoval, Fault> {
    let Some(operator) = one(db, operator_id)? else { return Ok(PasskeyRemoval::NotFound) };
    let user = operator_id.to_string();
    let credential = credentials::one(db, change.tenant_id, &change.credential_id)?;
    let Some(credential) = credential.filter(|credential| credential.app_user_id.as_str() == user) else {
        return Ok(PasskeyRemoval::NotFound);
    };
    let passkeys = credentials::ids_of_user(db, change.tenant_id, credential.user_id)?.len();
    if passkeys == 1 && operator.recovery_codes == 0 {
        return Ok(PasskeyRemoval::Last);
    }
    if credentials::delete(db, change)? == Changed::NotFound {
        return Ok(PasskeyRemoval::NotFound);
    }
    sessions::end_others(db, operator_id, but)?;
    Ok(PasskeyRemoval::Removed)
}
