//! `/{tenant_id}/transaction`.

pub(crate) mod finalize;
pub(crate) mod initialize;
pub(crate) mod list;

use passgate_api::public as wire;
use passgate_core::clock::Timestamp;
use passgate_core::transaction::{Transaction, TransactionStatus};

pub(crate) fn to_wire(transaction: &Transaction) -> wire::Transaction {
    wire::Transaction {
        id: *transaction.id.as_uuid(),
        identifier: transaction.identifier.as_str().to_owned(),
        data: transaction.data.as_str().to_owned(),
        status: match transaction.status {
            TransactionStatus::Pending => wire::TransactionStatus::Pending,
            TransactionStatus::Finalized => wire::TransactionStatus::Finalized,
        },
        finalized_at: transaction.finalized_at.map(Timestamp::to_date_time),
        created_at: transaction.created_at.to_date_time(),
        updated_at: transaction.updated_at.to_date_time(),
    }
}
