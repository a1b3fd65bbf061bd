//! The admin API: bodies of requests and responses.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::SecretString;
use crate::config::TenantConfig;
use crate::public::{Credential, Transaction};

/// One row of `GET /tenants`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TenantSummary {
    /// The tenant's id, first segment of its public API's paths.
    pub id: Uuid,
    /// What operators call it.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128, example = "My app"))]
    pub display_name: String,
}

/// `POST /tenants`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TenantCreate {
    /// What operators call it: 1 to 128 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128, example = "My app"))]
    pub display_name: String,
    /// Its configuration.
    pub config: TenantConfig,
    /// Whether to make an "Initial API Key" too.
    #[serde(default)]
    pub create_api_key: bool,
    /// The algorithm of its tokens (ours, additive). Default: ES256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_algorithm: Option<SigningAlgorithm>,
}

/// What `POST /tenants` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TenantCreated {
    /// The new tenant's id.
    pub id: Uuid,
    /// Its first API key, where one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub api_key: Option<ApiKeyCreated>,
    /// What of the configuration is probably not meant (ours, additive).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<ConfigWarning>,
}

/// `GET /tenants/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tenant {
    /// The tenant's id.
    pub id: Uuid,
    /// What operators call it.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128, example = "My app"))]
    pub display_name: String,
    /// Its configuration.
    pub config: TenantConfig,
    /// What of the configuration is probably not meant (ours, additive).
    #[serde(default)]
    pub warnings: Vec<ConfigWarning>,
}

/// Something in a configuration that is allowed and works otherwise than it looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfigWarning {
    /// What a program decides on: stable, `snake_case`.
    #[cfg_attr(feature = "openapi", schema(example = "rp_id_shared"))]
    pub code: String,
    /// What a person reads.
    pub message: String,
}

/// `PUT /tenants/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TenantUpdate {
    /// The new name: 1 to 128 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128, example = "My app"))]
    pub display_name: String,
}

/// `POST /tenants/{id}/secrets/api`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeyCreate {
    /// Its name, unique in the tenant: 1 to 128 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128, example = "Staging"))]
    pub name: String,
}

/// A new API key, with its secret: shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeyCreated {
    /// The key's id, for revoking it.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The key itself.
    pub secret: SecretString,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// An API key as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKey {
    /// The key's id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its first characters and an ellipsis: enough to tell keys apart.
    #[cfg_attr(feature = "openapi", schema(example = "pgk_ab12…"))]
    pub secret: String,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last used, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub last_used_at: Option<OffsetDateTime>,
}

/// The algorithm of a tenant's tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SigningAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits.
    #[serde(rename = "RS256")]
    Rs256,
}

/// `POST /tenants/{id}/secrets/jwk`: rotates the tenant's signing key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SigningKeyCreate {
    /// Its name. Default: made from the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub name: Option<String>,
    /// Default: that of the key that signs now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<SigningAlgorithm>,
    /// For a compromise: sign with the new key at once, and stop vouching for the older ones.
    #[serde(default)]
    pub now: bool,
}

/// A signing key; the private half never leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SigningKey {
    /// The key's id, for deleting it.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Always empty: kept for clients of the plain contract.
    #[cfg_attr(feature = "openapi", schema(max_length = 0))]
    pub secret: String,
    /// The id under which the JWKS lists it.
    pub kid: String,
    /// The algorithm it signs with.
    pub alg: SigningAlgorithm,
    /// Where it is in its life.
    pub state: SigningKeyState,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it begins, or began, to sign.
    #[serde(with = "time::serde::rfc3339")]
    pub signs_from: OffsetDateTime,
}

/// Where a signing key is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum SigningKeyState {
    /// In the JWKS, so that caches learn it; does not sign yet.
    Published,
    /// Signs.
    Active,
    /// Signs no more; in the JWKS until its last token has expired.
    Retired,
}

/// A user, as `GET /tenants/{id}/users` lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// The row's id, by which the admin API names the user.
    pub id: Uuid,
    /// The app's own id.
    pub user_id: String,
    /// What the person recognises the account by.
    pub name: String,
    /// An image URL.
    pub icon: Option<String>,
    /// A friendlier name.
    pub display_name: Option<String>,
}

/// A user with everything of theirs: `GET /tenants/{id}/users/{user_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserDetails {
    /// The user.
    #[serde(flatten)]
    pub user: User,
    /// The user's credentials, newest first.
    pub credentials: Vec<Credential>,
    /// The user's transactions, newest first.
    pub transactions: Vec<Transaction>,
}

/// `GET /health/alive`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Alive {
    /// Always true: the process answers.
    pub alive: bool,
}

/// `GET /health/ready`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ready {
    /// Whether the process can serve: its database answers.
    pub ready: bool,
}
