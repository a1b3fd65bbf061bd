//! The stable code of each way in which a ceremony fails: what the audit log keeps and the wire carries.

use crate::assertion::FinishLoginError;
use crate::challenge::ChallengeError;
use crate::registration::FinishRegistrationError;

impl ChallengeError {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotOurs | Self::OtherPurpose => "challenge_invalid",
            Self::Expired => "challenge_expired",
        }
    }
}

impl FinishRegistrationError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Response(error) => error.code(),
            Self::Challenge(error) => error.code(),
            Self::ClientData(error) => error.code(),
            Self::AttestationObject(error) => error.code(),
            Self::Verification(error) => error.code(),
            Self::Metadata(error) => error.code(),
            Self::CredentialId(_) => "credential_id_invalid",
            Self::ChallengeSpent => "challenge_spent",
            Self::CredentialExists => "credential_already_registered",
            Self::UnknownUser => "user_not_found",
            Self::SigningKey(_) | Self::Sign(_) | Self::Store(_) => "internal",
        }
    }
}

impl FinishLoginError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Response(error) => error.code(),
            Self::CredentialId(_) => "credential_id_invalid",
            Self::Challenge(error) => error.code(),
            Self::ClientData(error) => error.code(),
            Self::CredentialUnknown(_) => "credential_unknown",
            Self::CredentialRevoked(_) => "credential_revoked",
            Self::MfaOnly => "credential_mfa_only",
            Self::CredentialNotAllowed => "credential_not_allowed",
            Self::UserMismatch => "user_mismatch",
            Self::UserHandleMissing => "user_handle_missing",
            Self::Verification(error) => error.code(),
            Self::ChallengeSpent => "challenge_spent",
            Self::CounterRollback => "counter_rollback",
            Self::TransactionMismatch => "transaction_mismatch",
            Self::SigningKey(_) | Self::Sign(_) | Self::Store(_) => "internal",
        }
    }
}
