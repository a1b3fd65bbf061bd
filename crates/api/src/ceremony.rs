//! The JSON that a ceremony passes between server and browser (WebAuthn Level 3, §5.1, §5.4, §5.5), as the OpenAPI
//! documents describe it.
//!
//! An app hands it on as it is and needs none of these types. The server makes and reads it with `passgate-webauthn`,
//! which knows nothing of OpenAPI; its HTTP tests read what it answers as these types, so that the two can't differ.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::config::{Attachment, AttestationPreference, ResidentKeyRequirement, UserVerification};
use crate::public::{Hint, Mediation};

/// What a page hands to `navigator.credentials.create()`, after `PublicKeyCredential.parseCreationOptionsFromJSON()`
/// or a library has turned `publicKey` into what the browser takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreationOptions {
    /// The options themselves.
    pub public_key: PublicKeyCredentialCreationOptions,
    /// Beside `publicKey`, where the browser looks for it; only if the request asked for it (ours, additive).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub mediation: Option<Mediation>,
}

/// `PublicKeyCredentialCreationOptionsJSON` (WebAuthn Level 3, §5.4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PublicKeyCredentialCreationOptions {
    /// Who asks.
    pub rp: RelyingPartyEntity,
    /// For whom.
    pub user: UserEntity,
    /// The sealed challenge, base64url. It can be used once, until its time is over.
    #[schema(example = "AQEBAAGgVmdR8gAB…")]
    pub challenge: String,
    /// The algorithms that are verified here, the most wanted first.
    #[schema(min_items = 1)]
    pub pub_key_cred_params: Vec<CredentialParameters>,
    /// How long the person may take, in milliseconds.
    #[schema(minimum = 10_000, maximum = 3_600_000, example = 300_000)]
    pub timeout: u64,
    /// The user's credentials of this kind, whose authenticators shall not make another. Absent where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude_credentials: Vec<CredentialDescriptor>,
    /// What the authenticator must be able to do.
    pub authenticator_selection: AuthenticatorSelection,
    /// Whether the authenticator is asked to prove its make.
    pub attestation: AttestationPreference,
    /// The attestation statement formats that are preferred, the best first. Absent where none is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attestation_formats: Vec<String>,
    /// Client extension inputs. Absent where none is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    pub extensions: Option<Map<String, Value>>,
    /// What the page expects the person to use, the best first. Absent where nothing is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
}

/// What a page hands to `navigator.credentials.get()`, after `PublicKeyCredential.parseRequestOptionsFromJSON()` or a
/// library has turned `publicKey` into what the browser takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestOptions {
    /// The options themselves.
    pub public_key: PublicKeyCredentialRequestOptions,
}

/// `PublicKeyCredentialRequestOptionsJSON` (WebAuthn Level 3, §5.5).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PublicKeyCredentialRequestOptions {
    /// The sealed challenge, base64url. It can be used once, until its time is over.
    #[schema(example = "AQMBAAGgVmdR8gAB…")]
    pub challenge: String,
    /// How long the person may take, in milliseconds.
    #[schema(minimum = 10_000, maximum = 3_600_000, example = 300_000)]
    pub timeout: u64,
    /// The domain that the passkeys are bound to.
    #[schema(example = "example.com")]
    pub rp_id: String,
    /// The user's credentials. Absent at a discoverable login, where the authenticator shows those it has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow_credentials: Vec<CredentialDescriptor>,
    /// Whether the person must prove that it is them.
    pub user_verification: UserVerification,
    /// Client extension inputs. Absent where none is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    pub extensions: Option<Map<String, Value>>,
    /// What the page expects the person to use, the best first. Absent where nothing is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
}

/// `PublicKeyCredentialRpEntity` (WebAuthn Level 3, §5.4.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RelyingPartyEntity {
    /// The RP ID: the domain that the passkey will be bound to.
    #[schema(example = "example.com")]
    pub id: String,
    /// What the passkey prompt shows.
    #[schema(example = "My app")]
    pub name: String,
}

/// `PublicKeyCredentialUserEntityJSON` (WebAuthn Level 3, §5.4.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserEntity {
    /// The user handle, base64url: random bytes that say nothing about the person. Not the app's user id.
    #[schema(example = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE")]
    pub id: String,
    /// What the person recognises the account by.
    #[schema(example = "kim@example.com")]
    pub name: String,
    /// A friendlier name.
    #[schema(example = "Kim")]
    pub display_name: String,
}

/// `PublicKeyCredentialParameters` (WebAuthn Level 3, §5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialParameters {
    /// The only type there is.
    #[serde(rename = "type")]
    pub credential_type: CredentialType,
    /// A COSE algorithm: -7 is ES256, -8 `EdDSA`, -257 RS256.
    #[schema(example = -7)]
    pub alg: i64,
}

/// `PublicKeyCredentialDescriptorJSON` (WebAuthn Level 3, §5.8.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialDescriptor {
    /// The only type there is.
    #[serde(rename = "type")]
    pub credential_type: CredentialType,
    /// The credential id, base64url.
    pub id: String,
    /// How its authenticator can be reached. Never there at a login: some platforms wake the wrong authenticator.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transports: Vec<String>,
}

/// `PublicKeyCredentialType` (WebAuthn Level 3, §5.8.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialType {
    /// The only one there is.
    PublicKey,
}

/// `AuthenticatorSelectionCriteria` (WebAuthn Level 3, §5.4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthenticatorSelection {
    /// Which kind of authenticator is asked for. Absent where any will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub authenticator_attachment: Option<Attachment>,
    /// Whether the credential must be discoverable.
    pub resident_key: ResidentKeyRequirement,
    /// The same for browsers that know Level 1 only.
    pub require_resident_key: bool,
    /// Whether the person must prove that it is them.
    pub user_verification: UserVerification,
}

/// What `navigator.credentials.create()` gave: `credential.toJSON()` (`RegistrationResponseJSON`, WebAuthn Level 3,
/// §5.1), or what a library of the time before it makes. Members that are not listed are passed over.
///
/// Binary members are base64url; padding, and standard base64, are taken too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegistrationCredential {
    /// The credential id, base64url; at most 1023 bytes before encoding.
    #[schema(min_length = 1)]
    pub id: String,
    /// The same again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1)]
    pub raw_id: Option<String>,
    /// The only type there is.
    #[serde(rename = "type")]
    pub credential_type: CredentialType,
    /// `platform` or `cross-platform`; other values count as none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<String>,
    /// What the authenticator made.
    pub response: AttestationResponse,
    /// Client extension outputs: hints that nothing signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub client_extension_results: Option<Map<String, Value>>,
    /// Where webauthn-json used to put the transports. Those of `response` count before them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transports: Option<Vec<String>>,
}

/// `AuthenticatorAttestationResponseJSON` (WebAuthn Level 3, §5.1). What a browser repeats here of the attestation
/// object (`authenticatorData`, `publicKey`, `publicKeyAlgorithm`) is passed over: nothing vouches for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttestationResponse {
    /// What the browser says of the ceremony: JSON in UTF-8, base64url.
    #[serde(rename = "clientDataJSON")]
    #[schema(min_length = 1)]
    pub client_data_json: String,
    /// The new credential and the statement about it: CBOR, base64url.
    #[schema(min_length = 1)]
    pub attestation_object: String,
    /// How the authenticator can be reached (`internal`, `hybrid`, `usb`, …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transports: Option<Vec<String>>,
}

/// What `navigator.credentials.get()` gave: `credential.toJSON()` (`AuthenticationResponseJSON`, WebAuthn Level 3,
/// §5.1), or what a library of the time before it makes. Members that are not listed are passed over.
///
/// Binary members are base64url; padding, and standard base64, are taken too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssertionCredential {
    /// The credential id, base64url; at most 1023 bytes before encoding.
    #[schema(min_length = 1)]
    pub id: String,
    /// The same again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1)]
    pub raw_id: Option<String>,
    /// The only type there is.
    #[serde(rename = "type")]
    pub credential_type: CredentialType,
    /// `platform` or `cross-platform`; other values count as none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<String>,
    /// What the authenticator signed.
    pub response: AssertionResponse,
    /// Client extension outputs: hints that nothing signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub client_extension_results: Option<Map<String, Value>>,
}

/// `AuthenticatorAssertionResponseJSON` (WebAuthn Level 3, §5.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssertionResponse {
    /// What the browser says of the ceremony: JSON in UTF-8, base64url.
    #[serde(rename = "clientDataJSON")]
    #[schema(min_length = 1)]
    pub client_data_json: String,
    /// RP ID hash, flags and counter: bytes, base64url.
    #[schema(min_length = 1)]
    pub authenticator_data: String,
    /// Over the authenticator data and the hash of the client data, base64url.
    #[schema(min_length = 1)]
    pub signature: String,
    /// Whose passkey it is, base64url. May be missing, null or empty where the login names a user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_handle: Option<String>,
}
