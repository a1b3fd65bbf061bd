//! The kinds of things that move.

use std::fmt;

use passgate_core::transfer::TransferRecord;

/// What a record is of. Files spell it in their member `kind`, and reports count by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The tenant itself, with its configuration.
    Tenant,
    /// An API key.
    ApiKey,
    /// A user.
    User,
    /// A credential.
    Credential,
    /// That a credential was deleted.
    Tombstone,
    /// A transaction.
    Transaction,
    /// A row of the audit log.
    AuditLog,
}

impl Kind {
    /// What a file has lines of, in the order in which they are written.
    pub const OF_RECORDS: [Self; 6] =
        [Self::ApiKey, Self::User, Self::Credential, Self::Tombstone, Self::Transaction, Self::AuditLog];

    /// The kind of a record.
    #[must_use]
    pub const fn of(record: &TransferRecord) -> Self {
        match record {
            TransferRecord::ApiKey(_) => Self::ApiKey,
            TransferRecord::User(_) => Self::User,
            TransferRecord::Credential(_) => Self::Credential,
            TransferRecord::Tombstone(_) => Self::Tombstone,
            TransferRecord::Transaction(_) => Self::Transaction,
            TransferRecord::Audit(_) => Self::AuditLog,
        }
    }

    /// The kind as files and reports spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::ApiKey => "api_key",
            Self::User => "user",
            Self::Credential => "credential",
            Self::Tombstone => "tombstone",
            Self::Transaction => "transaction",
            Self::AuditLog => "audit_log",
        }
    }

    /// The kind of a line: the inverse of [`Self::as_str`], but for the tenant, which is no line's.
    #[must_use]
    pub fn of_line(name: &str) -> Option<Self> {
        Self::OF_RECORDS.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
