//! The public API, `/{tenant_id}/…`: bodies of requests and responses.
//!
//! Ceremony options and credentials are made by the server and the browser; an app only hands them on, so
//! they are opaque JSON here.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::config::{Attachment, AttestationPreference, ResidentKeyRequirement, UserVerification};

/// `POST registration/initialize`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegistrationInitialize {
    /// The app's own id of the user: any string, not empty. Never reinterpreted.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 1024, pattern = r"^[^\x00]*$", example = "user-7")
    )]
    pub user_id: String,
    /// What the person recognises the account by, such as an email; 1 to 128 characters.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 128, pattern = r"^[^\x00]*$", example = "kim@example.com")
    )]
    pub username: String,
    /// A friendlier name, at most 128 characters. Falls back to `username`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 128, pattern = r"^[^\x00]*$", example = "Kim"))]
    pub display_name: Option<String>,
    /// An image URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        schema(
            max_length = 2048,
            pattern = "^(https?://.+|data:.*)?$",
            example = "https://example.com/kim.png"
        )
    )]
    pub icon: Option<String>,
}

/// The body of an initialize call: the plain contract's members, and beside them what this one asks for.
///
/// It is read from JSON text only, twice: members that are kept as they are written couldn't be otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asking<T, A> {
    /// The plain contract's members.
    #[serde(flatten)]
    pub request: T,
    /// What it asks for beside the tenant's policy (ours, additive).
    #[serde(flatten)]
    pub asked: A,
}

impl<'de, T: DeserializeOwned, A: DeserializeOwned> Deserialize<'de> for Asking<T, A> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        let request = serde_json::from_str(text).map_err(D::Error::custom)?;
        let asked = serde_json::from_str(text).map_err(D::Error::custom)?;
        Ok(Self { request, asked })
    }
}

/// What one registration asks for beside its tenant's policy. Less than that is refused, unless the tenant's
/// `request_overrides` says `any`. All members are ours, and additive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegistrationAsked {
    /// Whether the person must prove that it is them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_verification: Option<UserVerification>,
    /// Which kind of authenticator is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<Attachment>,
    /// Whether the authenticator is asked to prove its make.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation: Option<AttestationPreference>,
    /// Whether the credential must be discoverable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident_key: Option<ResidentKeyRequirement>,
    /// How long the challenge lives, in milliseconds: 10,000 up to the tenant's timeout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 10_000, maximum = 3_600_000))]
    pub timeout: Option<u64>,
    /// What the page expects the person to use, the best first; at most 3.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(max_items = 3))]
    pub hints: Vec<Hint>,
    /// Which attestation statement formats are preferred, the best first; at most 16 (WebAuthn Level 3, §5.4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(max_items = 16))]
    pub attestation_formats: Vec<String>,
    /// Extensions by the names and in the form that `navigator.credentials.create()` takes them as JSON: `credProps`,
    /// `prf`, `largeBlob`, `credentialProtectionPolicy`, `enforceCredentialProtectionPolicy`, `minPinLength`, `uvm`,
    /// `appidExclude`. Others are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub extensions: Option<serde_json::Map<String, serde_json::Value>>,
    /// `conditional`: a passkey is made without a prompt, after a login with a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mediation: Option<Mediation>,
}

/// What one login asks for beside its tenant's policy. Less than that is refused, unless the tenant's
/// `request_overrides` says `any`. All members are ours, and additive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoginAsked {
    /// Whether the person must prove that it is them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_verification: Option<UserVerification>,
    /// How long the challenge lives, in milliseconds: 10,000 up to the tenant's timeout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 10_000, maximum = 3_600_000))]
    pub timeout: Option<u64>,
    /// What the page expects the person to use, the best first; at most 3.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(max_items = 3))]
    pub hints: Vec<Hint>,
    /// Extensions by the names and in the form that `navigator.credentials.get()` takes them as JSON: `prf`, `largeBlob`,
    /// `uvm`, `appid`. Others are refused. `appid` needs a named user, and `largeBlob.write` needs `credential_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub extensions: Option<serde_json::Map<String, serde_json::Value>>,
    /// The one credential of the named user that is to be used; the others are neither listed nor accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, example = "ZmFrZS1jcmVkZW50aWFsLWlk"))]
    pub credential_id: Option<String>,
}

/// WebAuthn's `PublicKeyCredentialHint` (Level 3, §5.8.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the specification's own words")]
pub enum Hint {
    SecurityKey,
    ClientDevice,
    Hybrid,
}

/// How the person is asked (Credential Management Level 1, §2.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Mediation {
    /// Without a prompt.
    Conditional,
}

/// `POST login/initialize`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoginInitialize {
    /// Whose passkeys to ask for (needs the API key); absent for a discoverable login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 1024, pattern = r"^[^\x00]*$", example = "user-7")
    )]
    pub user_id: Option<String>,
}

/// `POST mfa/login/initialize`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MfaLoginInitialize {
    /// Whose second factors, and passkeys, to ask for.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 1024, pattern = r"^[^\x00]*$", example = "user-7")
    )]
    pub user_id: String,
}

/// What a finished ceremony answers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenResponse {
    /// A JWT signed by a key of the tenant's JWKS, valid for 300 seconds.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^[\w-]+\.[\w-]+\.[\w-]+$"))]
    pub token: String,
}

/// `PATCH credentials/{credential_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CredentialUpdate {
    /// The new name: 1 to 128 characters.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 128, pattern = r"^[^\x00]*$", example = "Kim’s phone")
    )]
    pub name: String,
}

/// A registered passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Credential {
    /// The credential id, base64url without padding; at most 1023 bytes before encoding.
    #[cfg_attr(feature = "openapi", schema(example = "ZmFrZS1jcmVkZW50aWFsLWlk"))]
    pub id: String,
    /// Starts as the authenticator's name, or `cred-<id>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, example = "iCloud Keychain"))]
    pub name: Option<String>,
    /// The COSE key, base64url.
    pub public_key: String,
    /// The attestation statement format of its registration (`none`, `packed`, …).
    pub attestation_type: String,
    /// The authenticator's make, as a UUID; zero where it is not told.
    pub aaguid: Uuid,
    /// When it was last used; its registration counts.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub last_used_at: Option<OffsetDateTime>,
    /// When it was registered.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// How the authenticator can be reached (`internal`, `hybrid`, `usb`, …).
    pub transports: Vec<String>,
    /// Whether it may be synced between devices.
    pub backup_eligible: bool,
    /// Whether it is synced, as last seen.
    pub backup_state: bool,
    /// Whether it is a second factor rather than a passkey.
    pub is_mfa: bool,
    /// The app's own id of its user.
    #[cfg_attr(feature = "openapi", schema(example = "user-7"))]
    pub user_id: String,
    /// Where the passkey is kept (ours, additive).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub storage: Option<CredentialStorage>,
    /// How often it logged in or confirmed something (ours, additive).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub use_count: Option<u64>,
    /// The name of the authenticator's make, where it is known (ours, additive).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, example = "iCloud Keychain"))]
    pub authenticator: Option<String>,
    /// A picture of the authenticator's make, as a `data:` URL of at most 32768 characters (ours, additive). Only where
    /// one credential is asked for; a list has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub authenticator_icon: Option<String>,
    /// The browser and system of its registration, as far as they told (ours, additive).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, example = "Safari on iOS"))]
    pub registered_on: Option<String>,
    /// The browser and system of its last use (ours, additive).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, example = "Safari on macOS"))]
    pub last_used_on: Option<String>,
}

/// Where a passkey is kept: its backup eligibility and state in one word (WebAuthn Level 3, §6.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CredentialStorage {
    /// On one device for good.
    DeviceBound,
    /// On one device so far; it may be synced.
    Syncable,
    /// On all of the person's devices that share a provider.
    Synced,
}

/// What deleting all of a user's credentials answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CredentialsDeleted {
    /// How many there were.
    pub deleted: u64,
}

/// `GET users/{user_id}/signals`: what the page tells the browser after a change, so that the passkeys it offers are
/// those that are accepted. One entry of each list for every handle that the user's passkeys may carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Signals {
    /// For `PublicKeyCredential.signalAllAcceptedCredentials()`.
    pub all_accepted_credentials: Vec<AllAcceptedCredentials>,
    /// For `PublicKeyCredential.signalCurrentUserDetails()`.
    pub current_user_details: Vec<CurrentUserDetails>,
}

/// What `signalAllAcceptedCredentials()` takes (WebAuthn Level 3, §5.1.10.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AllAcceptedCredentials {
    /// The RP ID.
    pub rp_id: String,
    /// The user handle, base64url.
    pub user_id: String,
    /// Every credential id, base64url; second factors included.
    pub all_accepted_credential_ids: Vec<String>,
}

/// What `signalCurrentUserDetails()` takes (WebAuthn Level 3, §5.1.10.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CurrentUserDetails {
    /// The RP ID.
    pub rp_id: String,
    /// The user handle, base64url.
    pub user_id: String,
    /// What the person recognises the account by.
    pub name: String,
    /// A friendlier name, or the same.
    pub display_name: String,
}

/// `GET .well-known/webauthn`: the related origins of an RP ID (WebAuthn Level 3, §5.11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelatedOrigins {
    /// The origins outside of the RP ID's own domain.
    pub origins: Vec<String>,
}

/// `GET .well-known/jwks.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Jwks {
    /// Every key that may verify a token now or soon.
    #[cfg_attr(feature = "openapi", schema(min_items = 1))]
    pub keys: Vec<Jwk>,
}

/// A public signing key (RFC 7517).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Jwk {
    /// `EC` or `RSA`.
    pub kty: String,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub use_: String,
    /// `ES256` or `RS256`.
    pub alg: String,
    /// The key's id, which a token's header names.
    pub kid: String,
    /// EC: `P-256`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub crv: Option<String>,
    /// EC: the point's x, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub x: Option<String>,
    /// EC: the point's y, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub y: Option<String>,
    /// RSA: the modulus, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub n: Option<String>,
    /// RSA: the public exponent, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub e: Option<String>,
}

/// `POST transaction/initialize`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TransactionInitialize {
    /// The app's own id of the user who is to confirm.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 1024, pattern = r"^[^\x00]*$", example = "user-7")
    )]
    pub user_id: String,
    /// The app's own id of the transaction: 1 to 128 characters, unique in the tenant.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 128, pattern = r"^[^\x00]*$", example = "payment-4711")
    )]
    pub transaction_id: String,
    /// What the transaction is about: any JSON value but null. It is kept as it is written, without the space between
    /// its tokens; these bytes are what the person signs.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::public::AnyButNull))]
    pub transaction_data: Box<RawValue>,
}

/// A transaction, as `GET transaction/{user_id}` lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Transaction {
    /// Our id of it.
    pub id: Uuid,
    /// The app's own id of it.
    pub identifier: String,
    /// What it is about: JSON text.
    pub data: String,
    /// Where it is (ours, additive).
    pub status: TransactionStatus,
    /// When it was confirmed (ours, additive).
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub finalized_at: Option<OffsetDateTime>,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

/// Where a transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum TransactionStatus {
    /// It waits for its confirmation.
    Pending,
    /// It was confirmed.
    Finalized,
}

/// A row of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditLog {
    /// The row's id.
    pub id: Uuid,
    /// What happened, such as `webauthn_registration_final_succeeded`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Why it failed: an error code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub error: Option<String>,
    /// The request, as `x-request-id` named it.
    pub meta_http_request_id: String,
    /// Where the request came from.
    pub meta_source_ip: String,
    /// What the request came from.
    pub meta_user_agent: String,
    /// The app's own id of the user concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub actor_user_id: Option<String>,
    /// When it happened.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// The same: rows do not change.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
    /// The tenant.
    pub tenant_id: Uuid,
    /// The app's own id of the transaction concerned.
    pub transaction_id: Option<String>,
    /// The credential concerned, base64url (ours, additive).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub credential_id: Option<String>,
}

/// Any JSON value but null: what a transaction may be about. Its schema only.
#[cfg(feature = "openapi")]
pub(crate) struct AnyButNull;

#[cfg(feature = "openapi")]
mod any_but_null {
    use utoipa::openapi::RefOr;
    use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

    impl utoipa::PartialSchema for super::AnyButNull {
        fn schema() -> RefOr<Schema> {
            let types = [Type::Object, Type::Array, Type::String, Type::Number, Type::Boolean];
            ObjectBuilder::new().schema_type(SchemaType::from_iter(types)).into()
        }
    }

    impl utoipa::ToSchema for super::AnyButNull {}
}
