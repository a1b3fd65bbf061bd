//! Transactions.

use passgate_core::challenge::Nonce;
use passgate_core::clock::Timestamp;
use passgate_core::ids::{TenantId, TransactionId, UserId};
use passgate_core::store::{BeginTransaction, BegunLogin, BegunTransaction};
use passgate_core::transaction::{Transaction, TransactionStatus};
use passgate_core::user::AppUserId;
use rusqlite::{Connection, params};

use super::fault::Fault;
use super::rows::collect;
use super::{audit, login};
use crate::failure;
use crate::records::{self, transaction_columns};
use crate::rows::Blob;

/// A statement that selects what [`records::transaction`] reads.
macro_rules! select_transactions {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            transaction_columns!(),
            "
             FROM transactions
             ",
            $rest
        )
    };
}

/// All of a tenant's, for [`records::transaction`], oldest first.
pub(super) const ALL_OF_A_TENANT: &str = select_transactions!(
    "WHERE tenant_id = ?1
             ORDER BY created_at, id"
);

pub(super) fn begin(db: &Connection, begin: &BeginTransaction) -> Result<BegunTransaction, Fault> {
    let failed = |code| begin.audit.failed(code);
    let (user, allowed) =
        match login::allow(db, begin.tenant_id, &begin.app_user_id, begin.accepts, begin.only.as_ref())? {
            BegunLogin::Begun(user, allowed) => (user, allowed),
            BegunLogin::UnknownUser => {
                audit::append(db, &failed(failure::USER_NOT_FOUND))?;
                return Ok(BegunTransaction::UnknownUser);
            }
            BegunLogin::NoCredentials => {
                audit::append(db, &failed(failure::NO_CREDENTIALS))?;
                return Ok(BegunTransaction::NoCredentials);
            }
        };
    if insert(db, begin, user.id)? == 0 {
        audit::append(db, &failed(failure::TRANSACTION_EXISTS))?;
        return Ok(BegunTransaction::Exists);
    }
    audit::append(db, &begin.audit)?;
    Ok(BegunTransaction::Begun(user, allowed))
}

/// Inserts a pending transaction unless its identifier is taken; returns how many rows. That its id or its nonce,
/// which are random, were taken would be a fault.
fn insert(db: &Connection, begin: &BeginTransaction, user_id: UserId) -> Result<usize, Fault> {
    let inserted = db
        .prepare_cached(
            "INSERT INTO transactions (
                 tenant_id, id, user_id, identifier, data, nonce, status, created_at, updated_at
             )
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)
             ON CONFLICT (tenant_id, identifier) DO NOTHING",
        )?
        .execute(params![
            begin.tenant_id.blob(),
            begin.id.blob(),
            user_id.blob(),
            begin.identifier.as_str(),
            begin.data.as_str(),
            begin.nonce.0.as_slice(),
            TransactionStatus::Pending.as_str(),
            begin.now.as_millis(),
        ])?;
    Ok(inserted)
}

/// The transaction whose challenge has this nonce.
pub(super) fn by_nonce(
    db: &Connection,
    tenant_id: TenantId,
    nonce: Nonce,
) -> Result<Option<Transaction>, Fault> {
    let mut statement = db.prepare_cached(select_transactions!("WHERE tenant_id = ?1 AND nonce = ?2"))?;
    let mut rows = statement.query(params![tenant_id.blob(), nonce.0.as_slice()])?;
    Ok(rows.next()?.map(|row| records::transaction(tenant_id, row)).transpose()?)
}

/// A user's transactions, newest first.
pub(super) fn of_user(
    db: &Connection,
    tenant_id: TenantId,
    user_id: UserId,
) -> Result<Vec<Transaction>, Fault> {
    let mut statement = db.prepare_cached(select_transactions!(
        "WHERE tenant_id = ?1 AND user_id = ?2
             ORDER BY created_at DESC, id DESC"
    ))?;
    collect(statement.query(params![tenant_id.blob(), user_id.blob()])?, |row| {
        records::transaction(tenant_id, row)
    })
}

/// The transactions, newest first, of the user whom the app knows by this id; or else of the one whose row has it. In
/// one statement, so that no other user can come between.
pub(super) fn of_app_user(
    db: &Connection,
    tenant_id: TenantId,
    user: &AppUserId,
) -> Result<Vec<Transaction>, Fault> {
    let mut statement = db.prepare_cached(select_transactions!(
        "WHERE tenant_id = ?1
               AND user_id = coalesce(
                   (SELECT u.id FROM users AS u WHERE u.tenant_id = ?1 AND u.app_user_id = ?2),
                   ?3
               )
             ORDER BY created_at DESC, id DESC"
    ))?;
    let row_id: Option<UserId> = user.as_str().parse().ok();
    let params = params![tenant_id.blob(), user.as_str(), row_id.as_ref().map(Blob::blob)];
    collect(statement.query(params)?, |row| records::transaction(tenant_id, row))
}

/// Whether that user still has to confirm it.
pub(super) fn is_pending(
    db: &Connection,
    tenant_id: TenantId,
    id: TransactionId,
    user_id: UserId,
) -> Result<bool, Fault> {
    let mut statement = db.prepare_cached(
        "SELECT 1
         FROM transactions
         WHERE tenant_id = ?1 AND id = ?2 AND user_id = ?3 AND status = ?4",
    )?;
    let pending = TransactionStatus::Pending.as_str();
    Ok(statement.exists(params![tenant_id.blob(), id.blob(), user_id.blob(), pending])?)
}

/// Notes that it was confirmed. Only this thread writes, so it is pending still.
pub(super) fn finalize(
    db: &Connection,
    tenant_id: TenantId,
    id: TransactionId,
    now: Timestamp,
) -> Result<(), Fault> {
    db.prepare_cached(
        "UPDATE transactions
         SET status = ?3, finalized_at = ?4, updated_at = ?4
         WHERE tenant_id = ?1 AND id = ?2",
    )?
    .execute(params![
        tenant_id.blob(),
        id.blob(),
        TransactionStatus::Finalized.as_str(),
        now.as_millis()
    ])?;
    Ok(())
}
