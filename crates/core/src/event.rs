//! Events that a tenant's webhooks tell of, as their receivers see them:
//! `{"timestamp": …, "type": …, "data": {…}}`, the form that Standard Webhooks recommends (specification 1.0.0,
//! "Payload structure").
//!
//! None has a member that could carry a secret, a token or a challenge.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::audit::{AuditEntry, AuditType};
use crate::credential::{self, CredentialKind, Deletion};
use crate::ids::TenantId;

/// Something that happened in a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When it happened, which may be long before it is delivered.
    #[serde(with = "time::serde::rfc3339")]
    pub timestamp: OffsetDateTime,
    /// What happened: the members `type` and `data`.
    #[serde(flatten)]
    pub occurrence: Occurrence,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Occurrence {
    /// A passkey or second factor was registered.
    #[serde(rename = "credential.created")]
    CredentialCreated(Credential),
    /// A credential logged in, or confirmed a transaction, for the first time since its registration.
    #[serde(rename = "credential.used_first_time")]
    CredentialUsedFirstTime(Credential),
    /// A credential got another name; `name` is the new one.
    #[serde(rename = "credential.renamed")]
    CredentialRenamed(Credential),
    /// A credential is gone.
    #[serde(rename = "credential.deleted")]
    CredentialDeleted(DeletedCredential),
    /// A credential of the tenant was presented and refused.
    #[serde(rename = "sign_in.failed")]
    SignInFailed(FailedSignIn),
    /// A signature counter did not grow: there may be a copy of the authenticator.
    #[serde(rename = "credential.clone_suspected")]
    CloneSuspected(SuspectedClone),
    /// A user confirmed a transaction.
    #[serde(rename = "transaction.completed")]
    TransactionCompleted(CompletedTransaction),
}

/// A credential, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// The tenant.
    pub tenant_id: Uuid,
    /// The app's own id of the user.
    pub user_id: String,
    /// The credential's id, base64url.
    pub credential_id: String,
    /// What the person calls it.
    pub name: String,
    /// The authenticator's make, as a UUID; zero where it is not told.
    pub aaguid: Uuid,
    /// The name under which people know that make; absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator: Option<String>,
    /// Whether it is a second factor, which does not log in alone.
    pub is_mfa: bool,
}

/// A credential that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedCredential {
    /// What it was.
    #[serde(flatten)]
    pub credential: Credential,
    /// Why.
    pub reason: DeletionReason,
}

/// Why a credential is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeletionReason {
    /// It was deleted by itself.
    Deleted,
    /// All of its user's were deleted.
    AllDeleted,
    /// Its user was deleted.
    UserDeleted,
}

/// A credential that was presented and refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedSignIn {
    /// The tenant.
    pub tenant_id: Uuid,
    /// The app's own id of the user; absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The credential's id, base64url; absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_id: Option<String>,
    /// What it was presented for.
    pub ceremony: Ceremony,
    /// Why it was refused: a code of the API's errors.
    pub error: String,
}

/// What a credential is presented for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ceremony {
    /// A login.
    Login,
    /// A second factor beside another login.
    MfaLogin,
    /// The confirmation of a transaction.
    Transaction,
}

/// A credential of which there may be a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuspectedClone {
    /// The credential.
    #[serde(flatten)]
    pub credential: Credential,
    /// What became of the sign-in.
    pub verdict: CloneVerdict,
}

/// What becomes of a sign-in whose counter did not grow: the tenant's policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloneVerdict {
    /// It was refused.
    Refused,
    /// It was let through, because the tenant only warns.
    Accepted,
}

/// A transaction that was confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompletedTransaction {
    /// The tenant.
    pub tenant_id: Uuid,
    /// The app's own id of the user.
    pub user_id: String,
    /// The app's own id of the transaction.
    pub transaction_id: String,
    /// The id, base64url, of the credential that confirmed it.
    pub credential_id: String,
}

impl Credential {
    /// What is told of a credential.
    #[must_use]
    pub fn of(tenant_id: TenantId, credential: &credential::Credential) -> Self {
        Self {
            tenant_id: *tenant_id.as_uuid(),
            user_id: credential.app_user_id.as_str().to_owned(),
            credential_id: credential.id.to_string(),
            name: credential.name.to_string(),
            aaguid: Uuid::from_bytes(*credential.aaguid.as_bytes()),
            authenticator: passgate_webauthn::authenticator_name(credential.aaguid).map(str::to_owned),
            is_mfa: credential.kind == CredentialKind::Mfa,
        }
    }
}

impl From<Deletion> for DeletionReason {
    fn from(deletion: Deletion) -> Self {
        match deletion {
            Deletion::Alone => Self::Deleted,
            Deletion::WithAll => Self::AllDeleted,
            Deletion::WithUser => Self::UserDeleted,
        }
    }
}

impl FailedSignIn {
    /// What is told of a failure that the audit log keeps; none if it is no sign-in's.
    #[must_use]
    pub fn of(entry: &AuditEntry) -> Option<Self> {
        let ceremony = match entry.kind {
            AuditType::AuthenticationFinalFailed => Ceremony::Login,
            AuditType::MfaAuthenticationFinalFailed => Ceremony::MfaLogin,
            AuditType::TransactionFinalFailed => Ceremony::Transaction,
            _ => return None,
        };
        Some(Self {
            tenant_id: *entry.tenant_id.as_uuid(),
            user_id: entry.actor.as_ref().map(ToString::to_string),
            credential_id: entry.credential.as_ref().map(ToString::to_string),
            ceremony,
            error: entry.error.as_deref().unwrap_or_default().to_owned(),
        })
    }
}

/// The type of an event, by which endpoints choose what they hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventType {
    /// [`Occurrence::CredentialCreated`].
    CredentialCreated,
    /// [`Occurrence::CredentialUsedFirstTime`].
    CredentialUsedFirstTime,
    /// [`Occurrence::CredentialRenamed`].
    CredentialRenamed,
    /// [`Occurrence::CredentialDeleted`].
    CredentialDeleted,
    /// [`Occurrence::SignInFailed`].
    SignInFailed,
    /// [`Occurrence::CloneSuspected`].
    CloneSuspected,
    /// [`Occurrence::TransactionCompleted`].
    TransactionCompleted,
}

impl EventType {
    /// All types.
    pub const ALL: &'static [Self] = &[
        Self::CredentialCreated,
        Self::CredentialUsedFirstTime,
        Self::CredentialRenamed,
        Self::CredentialDeleted,
        Self::SignInFailed,
        Self::CloneSuspected,
        Self::TransactionCompleted,
    ];

    /// The name on the wire, the event's member `type`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CredentialCreated => "credential.created",
            Self::CredentialUsedFirstTime => "credential.used_first_time",
            Self::CredentialRenamed => "credential.renamed",
            Self::CredentialDeleted => "credential.deleted",
            Self::SignInFailed => "sign_in.failed",
            Self::CloneSuspected => "credential.clone_suspected",
            Self::TransactionCompleted => "transaction.completed",
        }
    }

    /// The type of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
}

impl Event {
    /// Its type.
    #[must_use]
    pub const fn kind(&self) -> EventType {
        match self.occurrence {
            Occurrence::CredentialCreated(_) => EventType::CredentialCreated,
            Occurrence::CredentialUsedFirstTime(_) => EventType::CredentialUsedFirstTime,
            Occurrence::CredentialRenamed(_) => EventType::CredentialRenamed,
            Occurrence::CredentialDeleted(_) => EventType::CredentialDeleted,
            Occurrence::SignInFailed(_) => EventType::SignInFailed,
            Occurrence::CloneSuspected(_) => EventType::CloneSuspected,
            Occurrence::TransactionCompleted(_) => EventType::TransactionCompleted,
        }
    }

    /// The body that is stored once and sent at every attempt, without space between its tokens.
    ///
    /// # Panics
    /// If the timestamp is outside the years 0 to 9999, which RFC 3339 can't write.
    #[must_use]
    pub fn to_body(&self) -> String {
        // Strings, UUIDs and enums always serialize; a `Timestamp` of this century's clock has a year of four digits.
        serde_json::to_string(self).expect("an event is JSON")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::clock::Timestamp;

    const TENANT: Uuid = Uuid::from_u128(0x7b1b_7a2c_0000_4000_8000_0000_0000_0001);

    fn credential() -> Credential {
        Credential {
            tenant_id: TENANT,
            user_id: "ada@example.com".to_owned(),
            credential_id: "-_8A".to_owned(),
            name: "1Password".to_owned(),
            aaguid: Uuid::from_u128(0xbada5566_a7aa_401f_bd96_45619a55120d),
            authenticator: Some("1Password".to_owned()),
            is_mfa: false,
        }
    }

    fn occurrences() -> Vec<(Occurrence, &'static str, Value)> {
        let unnamed = Credential { authenticator: None, aaguid: Uuid::nil(), ..credential() };
        let data = json!({
            "tenant_id": "7b1b7a2c-0000-4000-8000-000000000001",
            "user_id": "ada@example.com",
            "credential_id": "-_8A",
            "name": "1Password",
            "aaguid": "bada5566-a7aa-401f-bd96-45619a55120d",
            "authenticator": "1Password",
            "is_mfa": false,
        });
        let mut without_name = data.clone();
        without_name["aaguid"] = json!("00000000-0000-0000-0000-000000000000");
        without_name.as_object_mut().unwrap().remove("authenticator");
        let mut deleted = data.clone();
        deleted["reason"] = json!("user_deleted");
        let mut suspected = data.clone();
        suspected["verdict"] = json!("refused");
        vec![
            (Occurrence::CredentialCreated(credential()), "credential.created", data.clone()),
            (Occurrence::CredentialUsedFirstTime(unnamed), "credential.used_first_time", without_name),
            (Occurrence::CredentialRenamed(credential()), "credential.renamed", data),
            (
                Occurrence::CredentialDeleted(DeletedCredential {
                    credential: credential(),
                    reason: DeletionReason::UserDeleted,
                }),
                "credential.deleted",
                deleted,
            ),
            (
                Occurrence::SignInFailed(FailedSignIn {
                    tenant_id: TENANT,
                    user_id: None,
                    credential_id: Some("-_8A".to_owned()),
                    ceremony: Ceremony::MfaLogin,
                    error: "signature_invalid".to_owned(),
                }),
                "sign_in.failed",
                json!({
                    "tenant_id": "7b1b7a2c-0000-4000-8000-000000000001",
                    "credential_id": "-_8A",
                    "ceremony": "mfa_login",
                    "error": "signature_invalid",
                }),
            ),
            (
                Occurrence::CloneSuspected(SuspectedClone {
                    credential: credential(),
                    verdict: CloneVerdict::Refused,
                }),
                "credential.clone_suspected",
                suspected,
            ),
            (
                Occurrence::TransactionCompleted(CompletedTransaction {
                    tenant_id: TENANT,
                    user_id: "ada@example.com".to_owned(),
                    transaction_id: "t-1".to_owned(),
                    credential_id: "-_8A".to_owned(),
                }),
                "transaction.completed",
                json!({
                    "tenant_id": "7b1b7a2c-0000-4000-8000-000000000001",
                    "user_id": "ada@example.com",
                    "transaction_id": "t-1",
                    "credential_id": "-_8A",
                }),
            ),
        ]
    }

    #[test]
    fn each_event_is_its_time_its_type_and_its_data_and_nothing_else() {
        let timestamp = Timestamp::from_millis(1_700_000_000_125).to_date_time();
        let mut seen = Vec::new();
        for (occurrence, name, data) in occurrences() {
            let event = Event { timestamp, occurrence };
            let expected = json!({ "timestamp": "2023-11-14T22:13:20.125Z", "type": name, "data": data });
            let body = event.to_body();
            assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected);
            assert_eq!(event.kind().as_str(), name);
            assert_eq!(serde_json::from_str::<Event>(&body).unwrap(), event, "a receiver reads it back");
            seen.push(event.kind());
        }
        assert_eq!(seen, EventType::ALL);
    }

    #[test]
    fn types_are_found_by_their_names() {
        for kind in EventType::ALL {
            assert_eq!(EventType::from_name(kind.as_str()), Some(*kind));
        }
        assert_eq!(EventType::from_name("credential"), None);
    }
}
