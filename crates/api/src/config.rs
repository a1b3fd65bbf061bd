//! A tenant's configuration as the admin API takes and returns it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A tenant's whole configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TenantConfig {
    /// Which web pages may call this tenant's public API from a browser.
    pub cors: CorsConfig,
    /// The relying party, and the policy of its passkeys.
    pub webauthn: WebauthnConfig,
    /// The policy of second-factor credentials; absent means the defaults of the contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa: Option<MfaConfig>,
    /// The audit log (ours, additive).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit_log: Option<AuditLogConfig>,
    /// How much one source address may ask of the endpoints that need no API key, beside the installation's own limit
    /// (ours, additive). Default: the installation's alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimitConfig>,
}

/// How many requests of one source address are let through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RateLimitConfig {
    /// How many a minute: 1 to 60000.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 60_000, example = 120))]
    pub requests_per_minute: u32,
    /// How many at once: 1 to 10000.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 10_000, example = 20))]
    pub burst: u32,
}

/// The audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditLogConfig {
    /// How many days rows are kept: 1 to 3650. Default: 400.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 3650))]
    pub retention_days: u32,
}

/// Cross-origin access to the public API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CorsConfig {
    /// At least one origin; `https://*.example.com` matches one label, `*` any origin.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 100))]
    pub allowed_origins: Vec<String>,
    /// With `*` in `allowed_origins`: reflect the caller's origin and allow credentials.
    #[serde(default)]
    pub allow_unsafe_wildcard: bool,
}

/// The relying party and the policy of passkeys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebauthnConfig {
    /// Who asks: the name and the domain that passkeys are bound to.
    pub relying_party: RelyingParty,
    /// How long a challenge lives, in milliseconds: 10,000 to 3,600,000.
    #[cfg_attr(feature = "openapi", schema(minimum = 10_000, maximum = 3_600_000, example = 300_000))]
    pub timeout: u64,
    /// Whether the person must prove that it is them (PIN, biometrics). Default: required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_verification: Option<UserVerification>,
    /// Which kind of authenticator is asked for. Default: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<Attachment>,
    /// Whether authenticators are asked to prove their make. Default: direct.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation_preference: Option<AttestationPreference>,
    /// Whether the credential must be discoverable. Default: required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident_key_requirement: Option<ResidentKeyRequirement>,
    /// What a request may ask for (ours, additive). Default: stricter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_overrides: Option<RequestOverrides>,
    /// What a signature counter that did not grow means (ours, additive). Default: strict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter_policy: Option<DeviationPolicy>,
    /// What a backup eligibility that changed since registration means (ours, additive). Default: strict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup_eligibility_policy: Option<DeviationPolicy>,
    /// What a login with a credential that was never seen here tells the page (ours, additive). Default: refuse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_credentials: Option<UnknownCredentials>,
    /// Which authenticators credentials may be made on, second factors included unless `mfa` says otherwise (ours,
    /// additive). Default: the policy `any`, and every model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation_trust: Option<AttestationTrust>,
}

/// Which authenticators credentials may be made on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttestationTrust {
    /// What an attestation must prove.
    pub policy: TrustPolicy,
    /// Certificates that attestations may lead to, each in PEM or as DER in base64; answered as base64. Of at most 8192
    /// bytes each. For the policy `trusted` alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(max_items = 64))]
    pub trust_anchors: Vec<String>,
    /// Whether attestations may lead to what the FIDO Metadata Service lists for their model; models that it reports as
    /// revoked or compromised are refused then. For the policy `trusted` alone.
    #[serde(default)]
    pub metadata: bool,
    /// Only these models (AAGUIDs). Proves nothing unless the policy is `trusted`. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 500))]
    pub aaguid_allow: Option<Vec<Uuid>>,
    /// None of these models, even if they are allowed. Keeps out only what says so itself unless the policy is
    /// `trusted`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(max_items = 500))]
    pub aaguid_deny: Vec<Uuid>,
}

/// What an attestation must prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum TrustPolicy {
    /// Nothing. A statement that comes unasked must verify, and its certificates are dropped.
    None,
    /// Nothing. A statement must verify by itself; its certificates are traced to no root.
    Any,
    /// Who made the authenticator: its certificates lead to `trust_anchors`, or to what the metadata service lists. No
    /// attestation, or self attestation, is refused.
    Trusted,
}

/// The policy of second-factor credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MfaConfig {
    /// How long a challenge lives, in milliseconds: 10,000 to 3,600,000.
    #[cfg_attr(feature = "openapi", schema(minimum = 10_000, maximum = 3_600_000, example = 300_000))]
    pub timeout: u64,
    /// Default: preferred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_verification: Option<UserVerification>,
    /// Default: cross-platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<Attachment>,
    /// Default: direct.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation_preference: Option<AttestationPreference>,
    /// Default: discouraged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident_key_requirement: Option<ResidentKeyRequirement>,
    /// Default: that of `webauthn`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation_trust: Option<AttestationTrust>,
}

/// The relying party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelyingParty {
    /// The RP ID: a domain, without scheme or port.
    #[cfg_attr(feature = "openapi", schema(example = "example.com"))]
    pub id: String,
    /// What the passkey prompt shows.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128, pattern = r"^[^\x00]*$"))]
    pub display_name: String,
    /// An image URL. Kept and returned; browsers no longer show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        schema(
            max_length = 2048,
            pattern = "^(https?://.+|data:.*)?$",
            example = "https://example.com/icon.png"
        )
    )]
    pub icon: Option<String>,
    /// At least one origin whose pages may run ceremonies: `https://…`, `http://localhost:…`,
    /// `android:apk-key-hash:…`.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 100))]
    pub origins: Vec<String>,
}

/// WebAuthn's `UserVerificationRequirement` (Level 3, §5.8.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the specification's own words")]
pub enum UserVerification {
    Required,
    Preferred,
    Discouraged,
}

/// WebAuthn's `AuthenticatorAttachment` (Level 3, §5.4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the specification's own words")]
pub enum Attachment {
    Platform,
    CrossPlatform,
}

/// WebAuthn's `AttestationConveyancePreference` (Level 3, §5.4.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the specification's own words")]
pub enum AttestationPreference {
    None,
    Indirect,
    Direct,
    Enterprise,
}

/// WebAuthn's `ResidentKeyRequirement` (Level 3, §5.4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the specification's own words")]
pub enum ResidentKeyRequirement {
    Required,
    Preferred,
    Discouraged,
}

/// What one request may ask for, beside its tenant's policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum RequestOverrides {
    /// More than the policy, never less.
    Stricter,
    /// Anything.
    Any,
}

/// What a login with a credential that was never seen here tells the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum UnknownCredentials {
    /// That it is unknown.
    Refuse,
    /// That, and what the browser's `signalUnknownCredential` takes, unless another tenant has the same RP ID or an
    /// import is unfinished. Browsers delete by RP ID, for good.
    Signal,
}

/// What to do where an authenticator deviates from a rule that some real ones break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum DeviationPolicy {
    /// Refuse the login.
    Strict,
    /// Let it pass and write it to the log.
    Warn,
}
