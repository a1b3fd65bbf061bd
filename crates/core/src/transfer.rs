//! What moves between databases: a tenant's things, one record at a time, and what becomes of each on arrival.
//!
//! A record names its user by the app's own id, which means the same in both databases; row ids are kept where they
//! are free. Importing is idempotent: what is there already stays as it is, but for what only grows (see
//! [`ImportOutcome::Updated`]). What was deleted here stays deleted.

use crate::api_key::ApiKeyRecord;
use crate::audit::AuditRow;
use crate::clock::Timestamp;
use crate::config::TenantConfig;
use crate::credential::{Credential, Deletion};
use crate::ids::{TenantId, UserHandle, UserId};
use crate::signing_key::SealedSigningKey;
use crate::text::Text;
use crate::transaction::Transaction;
use crate::user::{AppUserId, UserProfile};

/// One thing of a tenant's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferRecord {
    /// An API key: its hash, never the key.
    ApiKey(ApiKeyRecord),
    /// A user. Comes before what is the user's.
    User(TransferredUser),
    /// A credential. Its `user_id` is that of the database it comes from; `app_user_id` says whose it is.
    Credential(Box<Credential>),
    /// That a credential was deleted.
    Tombstone(Tombstone),
    /// A transaction.
    Transaction(TransferredTransaction),
    /// A row of the audit log.
    Audit(Box<AuditRow>),
}

/// A user with the handles that their passkeys carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferredUser {
    /// The row's id, kept unless it is taken.
    pub id: UserId,
    /// What the app told of the user.
    pub profile: UserProfile,
    /// At least one; the first is the one that new passkeys get.
    pub handles: Vec<UserHandle>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// That a credential was registered and has been deleted, without whose it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tombstone {
    /// SHA-256 of the credential's id.
    pub id_hash: [u8; 32],
    /// When it was deleted.
    pub deleted_at: Timestamp,
    /// Why.
    pub reason: Deletion,
}

/// A transaction and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferredTransaction {
    /// Whose confirmation it asked for.
    pub app_user_id: AppUserId,
    /// The transaction; its `user_id` is that of the database it comes from. One that is pending stays so for good:
    /// its challenge was made elsewhere.
    pub transaction: Transaction,
}

/// A tenant that is to be made for what is imported, unless it is there.
#[derive(Debug, Clone)]
pub struct ImportedTenant {
    /// Its id, kept.
    pub id: TenantId,
    /// What operators call it.
    pub display_name: Text<1, 128>,
    /// Its configuration.
    pub config: TenantConfig,
    /// A signing key made here: those of the database it comes from do not come along.
    pub signing_key: SealedSigningKey,
    /// Now.
    pub now: Timestamp,
}

/// What the beginning of an import found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BegunImport {
    /// The tenant was made.
    Made,
    /// The tenant was there; its name, configuration and signing keys are left alone.
    Found,
}

/// Whether to do it, or only to say what would be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportMode {
    /// Reads only. What earlier records of the same import would have made is unknown here, so a missing user or tenant
    /// refuses nothing.
    DryRun,
    /// Writes, in one commit.
    Apply,
}

/// What became, or would become, of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportOutcome {
    /// It is new.
    Inserted,
    /// It was there, and grew: a user got handles; a credential a higher counter, or a later use with its backup state.
    Updated,
    /// It was there; nothing changed.
    Unchanged,
    /// It can't come along.
    Refused(ImportRefusal),
}

/// Why a record can't come along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ImportRefusal {
    /// Its user is not there.
    #[error("its user is not there")]
    UnknownUser,
    /// One of the user's handles is another user's here: a passkey with it could not say whose it is.
    #[error("a user handle belongs to another user")]
    HandleTaken,
    /// The row of another user has its id.
    #[error("the row of another user has this id")]
    UserRowTaken,
    /// The credential id is another user's here, or has another key.
    #[error("the credential id is registered for another user, or with another key")]
    CredentialTaken,
    /// The credential was deleted here.
    #[error("the credential was deleted here")]
    CredentialRevoked,
    /// The API key was deleted here.
    #[error("the API key was deleted here")]
    ApiKeyRevoked,
    /// The tenant has another API key of this name.
    #[error("another API key has this name")]
    ApiKeyNameTaken,
    /// The tenant has another transaction of this identifier.
    #[error("another transaction has this identifier")]
    TransactionTaken,
}

impl ImportRefusal {
    /// A stable name for the refusal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownUser => "user_not_found",
            Self::HandleTaken => "user_handle_taken",
            Self::UserRowTaken => "user_row_taken",
            Self::CredentialTaken => "credential_already_registered",
            Self::CredentialRevoked => "credential_revoked",
            Self::ApiKeyRevoked => "api_key_revoked",
            Self::ApiKeyNameTaken => "api_key_name_taken",
            Self::TransactionTaken => "transaction_exists",
        }
    }
}
