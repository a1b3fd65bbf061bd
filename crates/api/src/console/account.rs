//! An operator's own account: its name, passkeys, sessions, recovery codes, and what happened to it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::sign_in::SessionVia;
use crate::SecretString;
use crate::public::CredentialStorage;

/// Who signs in to the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Operator {
    /// The id.
    pub id: Uuid,
    /// What the person is called.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 64, pattern = r"^[^\x00]*$", example = "Kim")
    )]
    pub name: String,
    /// What the account is recognised by.
    #[cfg_attr(feature = "openapi", schema(min_length = 3, max_length = 128, example = "kim@example.com"))]
    pub email: String,
    /// When the account was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// How many passkeys it has.
    pub passkeys: u32,
    /// How many recovery codes are left.
    pub recovery_codes_left: u32,
}

/// What an operator changes of the own account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OperatorUpdate {
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64, pattern = r"^[^\x00]*$"))]
    pub name: Option<String>,
    /// Another email.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 3, max_length = 128))]
    pub email: Option<String>,
}

/// A session, as its operator's list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionInfo {
    /// Its id.
    pub id: Uuid,
    /// Whether it is the caller's own.
    pub current: bool,
    /// What it began with.
    pub via: SessionVia,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last used, give or take ten seconds.
    #[serde(with = "time::serde::rfc3339")]
    pub last_used_at: OffsetDateTime,
    /// When it ends if nothing is done.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// Where it began.
    pub source_ip: String,
    /// The browser and system that it began in, as far as they told.
    #[cfg_attr(feature = "openapi", schema(example = "Chrome on macOS"))]
    pub device: String,
}

/// How many sessions ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionsEnded {
    /// How many there were.
    pub ended: u64,
}

/// An operator's passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Passkey {
    /// The credential id, base64url.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The name of the authenticator's make, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub authenticator: Option<String>,
    /// A picture of it, as a `data:` URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub authenticator_icon: Option<String>,
    /// Where it is kept.
    pub storage: CredentialStorage,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last used; its making counts.
    #[serde(with = "time::serde::rfc3339")]
    pub last_used_at: OffsetDateTime,
    /// The browser and system that it was made in, as far as they told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub registered_on: Option<String>,
    /// Those of its last use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub last_used_on: Option<String>,
}

/// A name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rename {
    /// The new name: 1 to 128 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128, pattern = r"^[^\x00]*$"))]
    pub name: String,
}

/// Recovery codes that were just made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    /// Each lets the operator in once. They are not shown again.
    pub codes: Vec<SecretString>,
}

/// What happened in an operator's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Activity {
    /// The row's id.
    pub id: Uuid,
    /// What happened: as in the audit log, or `console_…`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Why it failed: an error code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub error: Option<String>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Where the request came from.
    pub source_ip: String,
    /// The browser and system that it came from, as far as they told.
    pub device: String,
    /// The passkey concerned, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub credential_id: Option<String>,
}
