//! The audit log: what happened in a tenant, written in the same commit as what it reports.

use crate::clock::Timestamp;
use crate::ids::{AuditId, TenantId};
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
    /// Why it failed: an error code.
    pub error: Option<&'static str>,
    /// The user concerned, where one is known.
    pub actor: Option<AppUserId>,
    /// Who asked.
    pub origin: RequestOrigin,
    /// When.
    pub at: Timestamp,
}

impl AuditEntry {
    /// The same row, telling of a failure instead.
    #[must_use]
    pub fn failed(&self, kind: AuditType, error: &'static str) -> Self {
        Self { kind, error: Some(error), ..self.clone() }
    }
}
