//! The audit log: what happened in a tenant, written in the same commit as what it reports.

use std::borrow::Cow;

use crate::clock::Timestamp;
use crate::ids::{AuditId, CredentialId, TenantId};
use crate::store::Version;
use crate::transaction::TransactionIdentifier;
use crate::user::AppUserId;

/// Who asked: facts of the HTTP request that the log keeps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestOrigin {
    /// The request id, which `x-request-id` returns.
    pub request_id: String,
    /// The address the request came from.
    pub source_ip: String,
    /// The user agent, cut to 512 characters.
    pub user_agent: String,
}

macro_rules! audit_types {
    ($($(#[$doc:meta])+ $name:ident = $text:literal,)+) => {
        /// What happened. The words are the wire contract's.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum AuditType {
            $($(#[$doc])+ $name,)+
        }

        impl AuditType {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The type as the log and the wire spell it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// The inverse of [`Self::as_str`].
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
            }
        }
    };
}

audit_types! {
    /// A registration began.
    RegistrationInitSucceeded = "webauthn_registration_init_succeeded",
    /// A registration could not begin.
    RegistrationInitFailed = "webauthn_registration_init_failed",
    /// A credential was registered.
    RegistrationFinalSucceeded = "webauthn_registration_final_succeeded",
    /// A registration was refused at its end.
    RegistrationFinalFailed = "webauthn_registration_final_failed",
    /// A login of a named user began.
    AuthenticationInitSucceeded = "webauthn_authentication_init_succeeded",
    /// A login of a named user could not begin.
    AuthenticationInitFailed = "webauthn_authentication_init_failed",
    /// A login succeeded.
    AuthenticationFinalSucceeded = "webauthn_authentication_final_succeeded",
    /// A login was refused at its end.
    AuthenticationFinalFailed = "webauthn_authentication_final_failed",
    /// A transaction began.
    TransactionInitSucceeded = "webauthn_transaction_init_succeeded",
    /// A transaction could not begin.
    TransactionInitFailed = "webauthn_transaction_init_failed",
    /// A transaction was confirmed.
    TransactionFinalSucceeded = "webauthn_transaction_final_succeeded",
    /// A transaction's confirmation was refused.
    TransactionFinalFailed = "webauthn_transaction_final_failed",
    /// The registration of a second factor began.
    MfaRegistrationInitSucceeded = "mfa_registration_init_succeeded",
    /// The registration of a second factor could not begin.
    MfaRegistrationInitFailed = "mfa_registration_init_failed",
    /// A second factor was registered.
    MfaRegistrationFinalSucceeded = "mfa_registration_final_succeeded",
    /// The registration of a second factor was refused at its end.
    MfaRegistrationFinalFailed = "mfa_registration_final_failed",
    /// A login with a second factor began.
    MfaAuthenticationInitSucceeded = "mfa_authentication_init_succeeded",
    /// A login with a second factor could not begin.
    MfaAuthenticationInitFailed = "mfa_authentication_init_failed",
    /// A second factor was proven.
    MfaAuthenticationFinalSucceeded = "mfa_authentication_final_succeeded",
    /// A second factor was refused.
    MfaAuthenticationFinalFailed = "mfa_authentication_final_failed",
    /// A credential was renamed.
    CredentialUpdated = "webauthn_credential_updated",
    /// A credential was deleted.
    CredentialDeleted = "webauthn_credential_deleted",
}

/// A row to append to a tenant's audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// The row's id.
    pub id: AuditId,
    /// The tenant it belongs to.
    pub tenant_id: TenantId,
    /// What happened.
    pub kind: AuditType,
    /// Why it failed: an error code; in a row that sums up refusals, with how many there were.
    pub error: Option<Cow<'static, str>>,
    /// The user concerned, where one is known.
    pub actor: Option<AppUserId>,
    /// The credential concerned, where one is known.
    pub credential: Option<CredentialId>,
    /// The transaction concerned, by the app's id of it.
    pub transaction: Option<TransactionIdentifier>,
    /// Who asked.
    pub origin: RequestOrigin,
    /// When.
    pub at: Timestamp,
}

impl AuditFilter {
    /// Whether none of the types that it lets through is an everyday one; no, where it lets any through.
    #[must_use]
    pub fn is_of_rare_kinds(&self) -> bool {
        !self.kinds.is_empty() && self.kinds.iter().all(|kind| !kind.is_everyday())
    }

    /// What an index finds in its order, and what then has to be looked for in each row. Beside a moment, an index knows a
    /// user, or one rare type.
    #[must_use]
    pub fn by_index_and_by_looking(&self) -> (Self, Self) {
        let Self { after, before, kinds, actor, user, source_ip, anything } = self.clone();
        let is_indexed = user.is_none() && kinds.len() == 1 && self.is_of_rare_kinds();
        let (indexed, looked_at) = if is_indexed { (kinds, Vec::new()) } else { (Vec::new(), kinds) };
        (
            Self { after, before, user, kinds: indexed, ..Self::default() },
            Self { kinds: looked_at, actor, source_ip, anything, ..Self::default() },
        )
    }
}

impl AuditEntry {
    /// The same row, telling of the failure of what would have succeeded.
    #[must_use]
    pub fn failed(&self, error: &'static str) -> Self {
        Self { kind: self.kind.failed(), error: Some(Cow::Borrowed(error)), ..self.clone() }
    }
}

impl AuditType {
    /// Whether a login or a confirmation that ends well leaves it: nearly all rows are of these types.
    #[must_use]
    pub const fn is_everyday(self) -> bool {
        matches!(
            self,
            Self::AuthenticationInitSucceeded
                | Self::AuthenticationFinalSucceeded
                | Self::TransactionInitSucceeded
                | Self::TransactionFinalSucceeded
                | Self::MfaAuthenticationInitSucceeded
                | Self::MfaAuthenticationFinalSucceeded
        )
    }

    /// The failure of what this tells the success of. What can't fail, and failures, stay what they are.
    #[must_use]
    pub const fn failed(self) -> Self {
        match self {
            Self::RegistrationInitSucceeded | Self::RegistrationInitFailed => Self::RegistrationInitFailed,
            Self::RegistrationFinalSucceeded | Self::RegistrationFinalFailed => Self::RegistrationFinalFailed,
            Self::AuthenticationInitSucceeded | Self::AuthenticationInitFailed => {
                Self::AuthenticationInitFailed
            }
            Self::AuthenticationFinalSucceeded | Self::AuthenticationFinalFailed => {
                Self::AuthenticationFinalFailed
            }
            Self::TransactionInitSucceeded | Self::TransactionInitFailed => Self::TransactionInitFailed,
            Self::TransactionFinalSucceeded | Self::TransactionFinalFailed => Self::TransactionFinalFailed,
            Self::MfaRegistrationInitSucceeded | Self::MfaRegistrationInitFailed => {
                Self::MfaRegistrationInitFailed
            }
            Self::MfaRegistrationFinalSucceeded | Self::MfaRegistrationFinalFailed => {
                Self::MfaRegistrationFinalFailed
            }
            Self::MfaAuthenticationInitSucceeded | Self::MfaAuthenticationInitFailed => {
                Self::MfaAuthenticationInitFailed
            }
            Self::MfaAuthenticationFinalSucceeded | Self::MfaAuthenticationFinalFailed => {
                Self::MfaAuthenticationFinalFailed
            }
            Self::CredentialUpdated => Self::CredentialUpdated,
            Self::CredentialDeleted => Self::CredentialDeleted,
        }
    }
}

/// Where a row stands in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditPlace {
    /// When it happened.
    pub at: Timestamp,
    /// The row's id, which orders those of one moment.
    pub id: AuditId,
}

/// How many rows a filter let through, for whoever counts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditCount {
    /// How many up to a moment, itself included.
    pub count: u64,
    /// That moment: so long ago that no earlier row will come.
    pub until: Timestamp,
    /// The oldest row there was: what is deleted of a log is its beginning.
    pub oldest: Option<AuditPlace>,
    /// The database's version, which grows when rows of elsewhere are brought in.
    pub version: Version,
}

/// Some rows of the log, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditRows {
    /// The rows. They may be fewer than were asked for although there are more.
    pub rows: Vec<AuditRow>,
    /// Where to go on; none: there is nothing more.
    pub next: Option<AuditPlace>,
}

/// A row as the log lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// The row's id.
    pub id: AuditId,
    /// What happened.
    pub kind: AuditType,
    /// Why it failed: an error code.
    pub error: Option<String>,
    /// The app's own id of the user concerned.
    pub actor: Option<String>,
    /// The credential concerned.
    pub credential: Option<CredentialId>,
    /// The app's id of the transaction concerned.
    pub transaction: Option<String>,
    /// Who asked.
    pub origin: RequestOrigin,
    /// When.
    pub at: Timestamp,
}

/// Which rows of the log to list. All that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct AuditFilter {
    /// After this moment, itself excluded.
    pub after: Option<Timestamp>,
    /// Before this moment, itself excluded.
    pub before: Option<Timestamp>,
    /// Of any of these types; of any at all if empty.
    pub kinds: Vec<AuditType>,
    /// The user's id contains this.
    pub actor: Option<String>,
    /// The user's id is this.
    pub user: Option<AppUserId>,
    /// The source address contains this.
    pub source_ip: Option<String>,
    /// Any of id, type, error, request id, source address, user agent, user's id or transaction's id contains this.
    pub anything: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_found_by_the_names_they_print() {
        for kind in AuditType::ALL {
            assert_eq!(AuditType::from_name(kind.as_str()), Some(*kind));
            assert_eq!(kind.failed().as_str(), kind.as_str().replace("succeeded", "failed"));
        }
        assert_eq!(AuditType::from_name("nothing"), None);
    }
}
