//! Transactions.

use passgate_core::challenge::Nonce;
use passgate_core::clock::Timestamp;
use passgate_core::ids::{TenantId, TransactionId, UserId};
use passgate_core::store::{BeginTransaction, BegunLogin, BegunTransaction};
use passgate_core::transaction::{Transaction, TransactionStatus};
use passgate_core::user::AppUserId;

use super::connections::{Params, Session};
use super::fault::Fault;
use super::rows::collect;
use super::{audit, login, tenants, users};
use crate::failure;
use crate::records::{self, transaction_columns};

/// A statement that selects what [`records::transaction`] reads.
macro_rules! select_transactions {
    ($rest:literal) => {
        concat!("SELECT ", transaction_columns!(), " FROM transactions ", $rest)
    };
}

/// A page of a tenant's behind a place, for [`records::transaction`], oldest first.
pub(super) const NEXT_OF_A_TENANT: &str = select_transactions!(
    "WHERE tenant_id = $1 AND (created_at, id) > ($2, $3)
     ORDER BY created_at, id
     LIMIT $4"
);

pub(super) async fn begin(db: &Session, begin: &BeginTransaction) -> Result<BegunTransaction, Fault> {
    // Before the user, to whom the new row will refer. Without a tenant there is no user.
    tenants::hold(db, begin.tenant_id).await?;
    let failed = |code| begin.audit.failed(code);
    let allowed =
        login::allow(db, begin.tenant_id, &begin.app_user_id, begin.accepts, begin.only.as_ref()).await?;
    let (user, allowed) = match allowed {
        BegunLogin::Begun(user, allowed) => (user, allowed),
        BegunLogin::UnknownUser => {
            audit::append(db, &failed(failure::USER_NOT_FOUND)).await?;
            return Ok(BegunTransaction::UnknownUser);
        }
        BegunLogin::NoCredentials => {
            audit::append(db, &failed(failure::NO_CREDENTIALS)).await?;
            return Ok(BegunTransaction::NoCredentials);
        }
    };
    if insert(db, begin, user.id).await? == 0 {
        audit::append(db, &failed(failure::TRANSACTION_EXISTS)).await?;
        return Ok(BegunTransaction::Exists);
    }
    audit::append(db, &begin.audit).await?;
    Ok(BegunTransaction::Begun(user, allowed))
}

/// Inserts a pending transaction unless its identifier is taken; returns how many rows. That its id or its nonce,
/// which are random, were taken would be a fault.
async fn insert(db: &Session, begin: &BeginTransaction, user_id: UserId) -> Result<u64, Fault> {
    db.execute(
        "INSERT INTO transactions (
             tenant_id, id, user_id, identifier, data, nonce, status, created_at, updated_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
         ON CONFLICT (tenant_id, identifier) DO NOTHING",
        &[
            begin.tenant_id.as_uuid(),
            begin.id.as_uuid(),
            user_id.as_uuid(),
            &begin.identifier.as_str(),
            &begin.data.as_str(),
            &begin.nonce.0.as_slice(),
            &TransactionStatus::Pending.as_str(),
            &begin.now.as_millis(),
        ],
    )
    .await
}

/// The transaction whose challenge has this nonce.
pub(super) async fn by_nonce(
    db: &Session,
    tenant_id: TenantId,
    nonce: Nonce,
) -> Result<Option<Transaction>, Fault> {
    let sql = select_transactions!("WHERE tenant_id = $1 AND nonce = $2");
    let row = db.row(sql, &[tenant_id.as_uuid(), &nonce.0.as_slice()]).await?;
    Ok(row.map(|row| records::transaction(tenant_id, &row)).transpose()?)
}

/// A user's transactions, newest first.
pub(super) async fn of_user(
    db: &Session,
    tenant_id: TenantId,
    user_id: UserId,
) -> Result<Vec<Transaction>, Fault> {
    let sql = select_transactions!("WHERE tenant_id = $1 AND user_id = $2 ORDER BY created_at DESC, id DESC");
    list(db, tenant_id, sql, &[tenant_id.as_uuid(), user_id.as_uuid()]).await
}

/// The transactions, newest first, of the user whom the app knows by this id; or else of the one whose row has it. In
/// one statement, so that no other user can come between.
pub(super) async fn of_app_user(
    db: &Session,
    tenant_id: TenantId,
    user: &AppUserId,
) -> Result<Vec<Transaction>, Fault> {
    let sql = select_transactions!(
        "WHERE tenant_id = $1
           AND user_id = coalesce(
               (SELECT u.id FROM users AS u WHERE u.tenant_id = $1 AND u.app_user_id = $2),
               $3
           )
         ORDER BY created_at DESC, id DESC"
    );
    list(db, tenant_id, sql, &[tenant_id.as_uuid(), &user.as_str(), &users::row_id(user)]).await
}

async fn list(
    db: &Session,
    tenant_id: TenantId,
    sql: &str,
    params: Params<'_>,
) -> Result<Vec<Transaction>, Fault> {
    collect(&db.rows(sql, params).await?, |row| records::transaction(tenant_id, row))
}

/// Whether that user still has to confirm it; if so, nobody else can until the end of the transaction.
pub(super) async fn lock_pending(
    db: &Session,
    tenant_id: TenantId,
    id: TransactionId,
    user_id: UserId,
) -> Result<bool, Fault> {
    db.exists(
        "SELECT 1
         FROM transactions AS a
         JOIN tenants AS t ON t.id = a.tenant_id
         WHERE a.tenant_id = $1 AND a.id = $2 AND a.user_id = $3 AND a.status = $4
         FOR KEY SHARE OF t
         FOR NO KEY UPDATE OF a",
        &[tenant_id.as_uuid(), id.as_uuid(), user_id.as_uuid(), &TransactionStatus::Pending.as_str()],
    )
    .await
}

/// Notes that it was confirmed. It must be locked.
pub(super) async fn finalize(
    db: &Session,
    tenant_id: TenantId,
    id: TransactionId,
    now: Timestamp,
) -> Result<(), Fault> {
    db.execute(
        "UPDATE transactions
         SET status = $3, finalized_at = $4, updated_at = $4
         WHERE tenant_id = $1 AND id = $2",
        &[tenant_id.as_uuid(), id.as_uuid(), &TransactionStatus::Finalized.as_str(), &now.as_millis()],
    )
    .await?;
    Ok(())
}
