//! Transactions.

use passgate_core::clock::Timestamp;
use passgate_core::ids::{TransactionId, UserId};
use passgate_core::transaction::{Transaction, TransactionIdentifier, TransactionStatus};
use passgate_core::transfer::{TransferRecord, TransferredTransaction};
use tokio_postgres::Row;
use uuid::Uuid;

use super::user::app_user_id;
use crate::report::{Note, Place};
use crate::unusable::{Unusable, transaction_data};

/// The longest data that a line of our own format has room for, whatever is escaped in it.
const MAX_DATA_BYTES: usize = 512 * 1024;

/// Each row, oldest first. The original keeps no status: that a transaction was confirmed is known from its audit log,
/// where that was stored.
pub(super) const QUERY: &str = "
    SELECT t.id, u.user_id::text AS user_id, u.tenant_id = t.tenant_id AS own_user,
           coalesce(t.identifier, '') AS identifier, coalesce(t.data, '') AS data,
           floor(extract(epoch FROM t.created_at) * 1000)::bigint AS created_at,
           floor(extract(epoch FROM t.updated_at) * 1000)::bigint AS updated_at,
           floor(extract(epoch FROM f.finalized_at) * 1000)::bigint AS finalized_at
    FROM transactions t
    LEFT JOIN webauthn_users u ON u.id = t.webauthn_user_id
    LEFT JOIN (
        SELECT transaction_id, min(created_at) AS finalized_at FROM audit_logs
        WHERE tenant_id = $1 AND type = 'webauthn_transaction_final_succeeded' GROUP BY transaction_id
    ) f ON f.transaction_id = t.identifier
    WHERE t.tenant_id = $1
    ORDER BY t.created_at, t.id";

#[derive(Debug)]
pub(super) struct TransactionRow {
    id: Uuid,
    user_id: Option<String>,
    own_user: Option<bool>,
    identifier: String,
    data: String,
    created_at: i64,
    updated_at: i64,
    finalized_at: Option<i64>,
}

impl TransactionRow {
    pub(super) fn read(row: &Row) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            user_id: row.try_get("user_id")?,
            own_user: row.try_get("own_user")?,
            identifier: row.try_get("identifier")?,
            data: row.try_get("data")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            finalized_at: row.try_get("finalized_at")?,
        })
    }

    pub(super) fn place(&self) -> Place {
        Place::Row { table: "transactions", id: self.id.to_string() }
    }

    pub(super) fn record(self) -> Result<(TransferRecord, Vec<Note>), Unusable> {
        match self.own_user {
            None => return Err(Unusable::because("user_not_found")),
            Some(false) => return Err(Unusable::because("user_of_another_tenant")),
            Some(true) => {}
        }
        if self.data.len() > MAX_DATA_BYTES {
            return Err(Unusable::because("transaction_data_too_long"));
        }
        // Never altered: the app finds a transaction by it.
        let identifier = TransactionIdentifier::new(self.identifier)
            .map_err(|error| Unusable::with("transaction_id_length", &error))?;
        let finalized_at = self.finalized_at.map(Timestamp::from_millis);
        let record = TransferredTransaction {
            app_user_id: app_user_id(self.user_id.as_deref())?,
            transaction: Transaction {
                id: TransactionId::new(self.id),
                user_id: UserId::new(Uuid::nil()),
                identifier,
                data: transaction_data(self.data)?,
                status: match finalized_at {
                    Some(_) => TransactionStatus::Finalized,
                    None => TransactionStatus::Pending,
                },
                created_at: Timestamp::from_millis(self.created_at),
                updated_at: Timestamp::from_millis(self.updated_at),
                finalized_at,
            },
        };
        Ok((TransferRecord::Transaction(record), Vec::new()))
    }
}
