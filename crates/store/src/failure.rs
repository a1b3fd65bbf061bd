//! The error codes of failures that a store decides and writes to the audit log.

pub(crate) const COUNTER_ROLLBACK: &str = "counter_rollback";
pub(crate) const CREDENTIAL_ALREADY_REGISTERED: &str = "credential_already_registered";
pub(crate) const CREDENTIAL_REVOKED: &str = "credential_revoked";
pub(crate) const NO_CREDENTIALS: &str = "no_credentials";
pub(crate) const TRANSACTION_EXISTS: &str = "transaction_exists";
pub(crate) const TRANSACTION_MISMATCH: &str = "transaction_mismatch";
pub(crate) const USER_NOT_FOUND: &str = "user_not_found";
