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
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 128, pattern = r"^[^\x00]*$", example = "My app")
    )]
    pub display_name: String,
}

/// `POST /tenants`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TenantCreate {
    /// What operators call it: 1 to 128 characters.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 128, pattern = r"^[^\x00]*$", example = "My app")
    )]
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
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 128, pattern = r"^[^\x00]*$", example = "My app")
    )]
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
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 128, pattern = r"^[^\x00]*$", example = "My app")
    )]
    pub display_name: String,
}

/// `POST /tenants/{id}/secrets/api`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeyCreate {
    /// Its name, unique in the tenant: 1 to 128 characters.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 128, pattern = r"^[^\x00]*$", example = "Staging")
    )]
    pub name: String,
    /// From when on it is refused: in the future, at most ten years (3652 days) away. Default: never.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub expires_at: Option<OffsetDateTime>,
}

/// `POST /tenants/{id}/secrets/api/{secret_id}/roll`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeyRoll {
    /// How many seconds the key that is replaced goes on: 0 to 2592000 (30 days).
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 2_592_000, example = 86_400))]
    pub overlap_seconds: u32,
    /// The new key's name, unique in the tenant: 1 to 128 characters. Default: the other's with a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 128, pattern = r"^[^\x00]*$", example = "Staging (2)")
    )]
    pub name: Option<String>,
    /// From when on the new key is refused: in the future, at most ten years (3652 days) away. Default: never.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub expires_at: Option<OffsetDateTime>,
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
    /// From when on it is refused; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub expires_at: Option<OffsetDateTime>,
}

/// Whether an API key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ApiKeyState {
    /// It works.
    Active,
    /// It is refused; it stays listed until it is deleted.
    Expired,
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
    /// From when on it is refused; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub expires_at: Option<OffsetDateTime>,
    /// Whether it works now.
    pub state: ApiKeyState,
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
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128, pattern = r"^[^\x00]*$"))]
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
    /// Whether the process can serve: its database answers, and agrees with it about the time.
    pub ready: bool,
    /// Why it can't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<NotReady>,
}

/// Why a process can't serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NotReady {
    /// Its database does not answer, or did not within the last seconds.
    DatabaseUnavailable,
    /// Its clock is over 5 seconds off the database's.
    ClockOff,
}

/// Where a tenant wants to hear of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Webhook {
    /// Its id.
    pub id: Uuid,
    /// Its URL.
    #[cfg_attr(feature = "openapi", schema(max_length = 2048, example = "https://app.example.com/hooks"))]
    pub url: String,
    /// What people know it by.
    #[cfg_attr(feature = "openapi", schema(max_length = 256, example = "Our backend"))]
    pub description: String,
    /// Of what it wants to hear; of everything if empty.
    pub events: Vec<WebhookEvent>,
    /// Whether it hears.
    pub state: WebhookState,
    /// How often in a row attempts have failed.
    pub failures: u32,
    /// Until when it is left alone after failures.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub paused_until: Option<OffsetDateTime>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

/// What a webhook tells of; docs/guides/webhooks.md says when, and with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum WebhookEvent {
    /// A credential was registered.
    #[serde(rename = "credential.created")]
    CredentialCreated,
    /// A credential was used for the first time since its registration.
    #[serde(rename = "credential.used_first_time")]
    CredentialUsedFirstTime,
    /// A credential got another name.
    #[serde(rename = "credential.renamed")]
    CredentialRenamed,
    /// A credential is gone.
    #[serde(rename = "credential.deleted")]
    CredentialDeleted,
    /// A credential of the tenant was presented and refused.
    #[serde(rename = "sign_in.failed")]
    SignInFailed,
    /// A signature counter did not grow.
    #[serde(rename = "credential.clone_suspected")]
    CloneSuspected,
    /// A user confirmed a transaction.
    #[serde(rename = "transaction.completed")]
    TransactionCompleted,
}

/// Whether a webhook hears of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum WebhookState {
    /// It does.
    Enabled,
    /// It was switched off.
    Disabled,
    /// Its receiver answered 410. Enable it to go on.
    Gone,
}

/// What an operator can make of a webhook's state; `gone` is for receivers to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum WebhookSwitch {
    /// It hears of events.
    Enabled,
    /// It doesn't.
    Disabled,
}

/// `POST /tenants/{id}/webhooks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookCreate {
    /// Where to: an https URL without credentials and fragment, at most 2048 bytes.
    #[cfg_attr(feature = "openapi", schema(max_length = 2048, example = "https://app.example.com/hooks"))]
    pub url: String,
    /// What people know it by, at most 256 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 256))]
    pub description: String,
    /// Of what it wants to hear; of everything if empty.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 16))]
    pub events: Vec<WebhookEvent>,
}

/// `PATCH /tenants/{id}/webhooks/{webhook_id}`: what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookUpdate {
    /// Where to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 2048))]
    pub url: Option<String>,
    /// What people know it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 256))]
    pub description: Option<String>,
    /// Of what it wants to hear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_items = 16))]
    pub events: Option<Vec<WebhookEvent>>,
    /// Whether it hears; enabling it ends its pause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<WebhookSwitch>,
}

/// A webhook's secret, to be shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookSecret {
    /// The webhook.
    pub id: Uuid,
    /// The secret that signs, as Standard Webhooks spells it: `whsec_` and base64.
    pub secret: SecretString,
}

/// `POST /tenants/{id}/webhooks/{webhook_id}/secret`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookSecretReplace {
    /// Whether the old secret signs no longer from now on, because it got out. Otherwise both sign for a day.
    #[serde(default)]
    pub now: bool,
}

/// One event for one webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookDelivery {
    /// The event's id: the header `webhook-id`.
    pub event_id: Uuid,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: WebhookEvent,
    /// What the receiver is sent: JSON text.
    pub body: String,
    /// Where it is.
    pub status: WebhookDeliveryStatus,
    /// How many attempts were begun since it became due first, or by hand.
    pub attempts: u32,
    /// When the next attempt is due, while it is pending.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub next_attempt_at: Option<OffsetDateTime>,
    /// What the last attempt was answered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub last_status: Option<u16>,
    /// Why the last attempt failed: a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, example = "timed_out"))]
    pub last_failure: Option<String>,
    /// When the last attempt ended.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub last_attempt_at: Option<OffsetDateTime>,
    /// When the event happened.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// Where a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum WebhookDeliveryStatus {
    /// It will be attempted.
    Pending,
    /// The receiver has it.
    Delivered,
    /// It was given up, a day after its first attempt; it can be redelivered by hand.
    Dead,
}
