//! Who asks, how an account is made, and how one is let in.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::account::Operator;
use super::organization::Role;
use crate::SecretString;

/// What anybody may know of the console, and who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct State {
    /// Whether it has an operator. Until then, only a link that claims it lets anybody in.
    pub claimed: bool,
    /// Who may make an account.
    pub sign_up: SignUpPolicy,
    /// The server's version.
    pub version: String,
    /// Where the console is: the origin of its pages.
    pub console_url: String,
    /// Where apps and browsers reach the public API.
    pub public_url: String,
    /// The caller's session, where there is one.
    pub session: Option<Session>,
}

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum SignUpPolicy {
    /// Whoever was invited.
    Invitation,
    /// Anybody.
    Open,
}

/// A session, as its own browser sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub operator: Operator,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it ends if nothing is done.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// Until when what asks for a passkey just shown may be done.
    #[serde(with = "time::serde::rfc3339::option")]
    pub fresh_until: Option<OffsetDateTime>,
    /// What it began with.
    pub via: SessionVia,
}

/// What a session began with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SessionVia {
    /// A passkey.
    Passkey,
    /// A recovery code.
    RecoveryCode,
    /// A link that the machine's owner made.
    RecoveryLink,
}

/// The secret of a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkSecret {
    /// What stands behind `#` in it.
    pub link: SecretString,
}

/// What a link is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkInfo {
    /// What it lets its holder do.
    pub kind: LinkKind,
    /// From when on it is no use.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// The organization that it invites to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub organization: Option<String>,
    /// As what it invites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub role: Option<Role>,
    /// Whom it was meant for, or whose account it recovers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub email: Option<String>,
}

/// What a link lets its holder do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum LinkKind {
    /// Become the console's first operator.
    Claim,
    /// Be let in without a passkey.
    Recovery,
    /// Join an organization.
    Invitation,
}

/// Who wants to become an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignUpBegin {
    /// The secret of a link that claims the console or invites; none where anybody may sign up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<SecretString>,
    /// What the person is called.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 64, pattern = r"^[^\x00]*$", example = "Kim")
    )]
    pub name: String,
    /// What the account is to be recognised by.
    #[cfg_attr(feature = "openapi", schema(min_length = 3, max_length = 128, example = "kim@example.com"))]
    pub email: String,
}

/// A passkey that was made for a sign-up, beside what it was begun with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignUpFinish {
    /// As at the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<SecretString>,
    /// As at the beginning.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 64, pattern = r"^[^\x00]*$", example = "Kim")
    )]
    pub name: String,
    /// As at the beginning.
    #[cfg_attr(feature = "openapi", schema(min_length = 3, max_length = 128, example = "kim@example.com"))]
    pub email: String,
    /// What `navigator.credentials.create()` gave.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::ceremony::RegistrationCredential))]
    pub credential: Box<serde_json::value::RawValue>,
}

/// What `navigator.credentials.create()` is to be asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Creation {
    /// With the member `publicKey`, for `PublicKeyCredential.parseCreationOptionsFromJSON()`.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::ceremony::CreationOptions))]
    pub options: Box<serde_json::value::RawValue>,
}

/// What `navigator.credentials.get()` is to be asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Assertion {
    /// With the member `publicKey`, for `PublicKeyCredential.parseRequestOptionsFromJSON()`.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::ceremony::RequestOptions))]
    pub options: Box<serde_json::value::RawValue>,
}

/// A passkey that was shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Shown {
    /// What `navigator.credentials.get()` gave.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::ceremony::AssertionCredential))]
    pub credential: Box<serde_json::value::RawValue>,
}

/// A passkey that was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Made {
    /// What `navigator.credentials.create()` gave.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::ceremony::RegistrationCredential))]
    pub credential: Box<serde_json::value::RawValue>,
    /// What to call it. Default: as its authenticator is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128, pattern = r"^[^\x00]*$"))]
    pub name: Option<String>,
}

/// A recovery code, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodeUse {
    /// The account's email.
    pub email: String,
    /// The code, however it is spaced.
    pub code: SecretString,
}
