//! A tenant's configuration: parsed once, so that what holds one knows that it is sound.

use std::time::Duration;

use passgate_webauthn::options::{
    AttestationConveyance, AuthenticatorAttachment, ResidentKey, UserVerification,
};
use passgate_webauthn::{Origin, RpId};
use serde::{Deserialize, Serialize};

use crate::asked::RequestPolicy;
use crate::attestation_rules::AttestationRules;
use crate::cors::CorsPolicy;
use crate::credential::CredentialKind;
use crate::text::Text;

/// A tenant's whole configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantConfig {
    /// Which web pages may call the tenant's public API.
    pub cors: CorsPolicy,
    /// Who asks.
    pub relying_party: RelyingParty,
    /// The policy of passkeys.
    pub passkeys: CeremonyPolicy,
    /// The policy of second-factor credentials.
    pub mfa: CeremonyPolicy,
    /// What a signature counter that did not grow means (WebAuthn Level 3, §7.2, step 22).
    pub counter: DeviationPolicy,
    /// What a backup eligibility that changed since registration means (WebAuthn Level 3, §7.2, step 19).
    pub backup_eligibility: DeviationPolicy,
    /// What a request may ask for.
    #[serde(default)]
    pub requests: RequestPolicy,
    /// How long the audit log is kept.
    #[serde(default)]
    pub audit_retention: Retention,
    /// What a login with a credential that was never seen here tells the page.
    #[serde(default)]
    pub unknown_credentials: UnknownCredentials,
    /// Which authenticators credentials may be made on.
    #[serde(default, skip_serializing_if = "AttestationRules::is_default")]
    pub attestation: AttestationRules,
    /// The same for second factors, where they have rules of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa_attestation: Option<AttestationRules>,
    /// How much one source address may ask for, beside the installation's own limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
}

/// How many requests are let through, of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "(u32, u32)", into = "(u32, u32)")]
pub struct RateLimit {
    requests_per_minute: u32,
    burst: u32,
}

impl RateLimit {
    /// So many a minute, 1 to 60,000; and so many at once, 1 to 10,000.
    pub fn new(requests_per_minute: u32, burst: u32) -> Result<Self, ConfigError> {
        if !(1..=60_000).contains(&requests_per_minute) {
            return Err(ConfigError::RequestsPerMinute);
        }
        if !(1..=10_000).contains(&burst) {
            return Err(ConfigError::Burst);
        }
        Ok(Self { requests_per_minute, burst })
    }

    /// How many a minute.
    #[must_use]
    pub const fn requests_per_minute(self) -> u32 {
        self.requests_per_minute
    }

    /// How many at once.
    #[must_use]
    pub const fn burst(self) -> u32 {
        self.burst
    }

    /// How long one that is over the burst waits for its turn.
    #[must_use]
    pub fn interval(self) -> Duration {
        Duration::from_mins(1) / self.requests_per_minute
    }
}

impl TryFrom<(u32, u32)> for RateLimit {
    type Error = ConfigError;

    fn try_from((requests_per_minute, burst): (u32, u32)) -> Result<Self, ConfigError> {
        Self::new(requests_per_minute, burst)
    }
}

impl From<RateLimit> for (u32, u32) {
    fn from(limit: RateLimit) -> Self {
        (limit.requests_per_minute, limit.burst)
    }
}

/// What a login with a credential that was never seen here tells the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnknownCredentials {
    /// That it is unknown.
    #[default]
    Refuse,
    /// That, and what the browser's `signalUnknownCredential` takes, which deletes it from the device for good.
    Signal,
}

/// How long something is kept: 1 to 3650 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Retention(u32);

impl Retention {
    /// 400 days: a year, and time to notice.
    pub const DEFAULT: Self = Self(400);

    /// Checks the bounds.
    pub fn from_days(days: u32) -> Result<Self, ConfigError> {
        if (1..=3650).contains(&days) { Ok(Self(days)) } else { Err(ConfigError::Retention) }
    }

    /// In days.
    #[must_use]
    pub const fn as_days(self) -> u32 {
        self.0
    }

    /// As a duration.
    #[must_use]
    pub fn as_duration(self) -> Duration {
        Duration::from_hours(24 * u64::from(self.0))
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl TryFrom<u32> for Retention {
    type Error = ConfigError;

    fn try_from(days: u32) -> Result<Self, ConfigError> {
        Self::from_days(days)
    }
}

impl From<Retention> for u32 {
    fn from(retention: Retention) -> Self {
        retention.0
    }
}

/// The relying party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelyingParty {
    /// The domain that passkeys are bound to.
    pub id: RpId,
    /// What the passkey prompt shows.
    pub display_name: Text<1, 128>,
    /// An image URL, kept for clients of the plain contract.
    pub icon: Option<Text<1, 2048>>,
    /// Whose pages and apps may run ceremonies.
    pub origins: Origins,
}

/// 1 to [`Origins::MAX`] origins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Origin>", into = "Vec<Origin>")]
pub struct Origins(Vec<Origin>);

impl TenantConfig {
    /// What credentials of a kind must satisfy.
    #[must_use]
    pub const fn policy(&self, kind: CredentialKind) -> &CeremonyPolicy {
        match kind {
            CredentialKind::Passkey => &self.passkeys,
            CredentialKind::Mfa => &self.mfa,
        }
    }

    /// Which authenticators credentials of a kind may be made on.
    #[must_use]
    pub fn attestation_rules(&self, kind: CredentialKind) -> &AttestationRules {
        match kind {
            CredentialKind::Passkey => &self.attestation,
            CredentialKind::Mfa => self.mfa_attestation.as_ref().unwrap_or(&self.attestation),
        }
    }
}

impl Origins {
    /// The most origins a tenant may have.
    pub const MAX: usize = 100;

    /// Checks the bounds.
    pub fn new(origins: Vec<Origin>) -> Result<Self, ConfigError> {
        match origins.len() {
            0 => Err(ConfigError::NoOrigins),
            count if count > Self::MAX => Err(ConfigError::TooManyOrigins),
            _ => Ok(Self(origins)),
        }
    }

    /// The origins.
    #[must_use]
    pub fn as_slice(&self) -> &[Origin] {
        &self.0
    }
}

impl TryFrom<Vec<Origin>> for Origins {
    type Error = ConfigError;

    fn try_from(origins: Vec<Origin>) -> Result<Self, ConfigError> {
        Self::new(origins)
    }
}

impl From<Origins> for Vec<Origin> {
    fn from(origins: Origins) -> Self {
        origins.0
    }
}

/// What a kind of credential must satisfy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CeremonyPolicy {
    /// How long a challenge lives.
    pub timeout: CeremonyTimeout,
    /// Whether the person must prove that it is them.
    pub user_verification: UserVerification,
    /// Which kind of authenticator is asked for; none means any.
    pub attachment: Option<AuthenticatorAttachment>,
    /// Whether authenticators are asked to prove their make.
    pub attestation: AttestationConveyance,
    /// Whether credentials must be discoverable.
    pub resident_key: ResidentKey,
}

impl CeremonyPolicy {
    /// The contract's defaults for passkeys.
    #[must_use]
    pub fn passkeys(timeout: CeremonyTimeout) -> Self {
        Self {
            timeout,
            user_verification: UserVerification::Required,
            attachment: None,
            attestation: AttestationConveyance::Direct,
            resident_key: ResidentKey::Required,
        }
    }

    /// The contract's defaults for second factors.
    #[must_use]
    pub fn mfa(timeout: CeremonyTimeout) -> Self {
        Self {
            timeout,
            user_verification: UserVerification::Preferred,
            attachment: Some(AuthenticatorAttachment::CrossPlatform),
            attestation: AttestationConveyance::Direct,
            resident_key: ResidentKey::Discouraged,
        }
    }
}

/// How long a challenge lives: 10 seconds to an hour, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct CeremonyTimeout(u64);

impl CeremonyTimeout {
    /// Five minutes: what our own CLI and console give a tenant.
    pub const DEFAULT: Self = Self(300_000);

    /// Checks the bounds.
    pub fn from_millis(millis: u64) -> Result<Self, ConfigError> {
        if !(10_000..=3_600_000).contains(&millis) {
            return Err(ConfigError::Timeout);
        }
        Ok(Self(millis))
    }

    /// In milliseconds.
    #[must_use]
    pub fn as_millis(self) -> u64 {
        self.0
    }

    /// As a duration.
    #[must_use]
    pub fn as_duration(self) -> Duration {
        Duration::from_millis(self.0)
    }
}

impl TryFrom<u64> for CeremonyTimeout {
    type Error = ConfigError;

    fn try_from(millis: u64) -> Result<Self, ConfigError> {
        Self::from_millis(millis)
    }
}

impl From<CeremonyTimeout> for u64 {
    fn from(timeout: CeremonyTimeout) -> Self {
        timeout.0
    }
}

/// What to do where an authenticator breaks a rule that some real ones break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviationPolicy {
    /// Refuse.
    Strict,
    /// Let it pass, and say so in the log.
    Warn,
}

/// Why a configuration is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A timeout is out of bounds.
    #[error("timeout must be 10000 to 3600000 milliseconds")]
    Timeout,
    /// A retention is out of bounds.
    #[error("retention_days must be 1 to 3650")]
    Retention,
    /// A rate is out of bounds.
    #[error("requests_per_minute must be 1 to 60000")]
    RequestsPerMinute,
    /// A burst is out of bounds.
    #[error("burst must be 1 to 10000")]
    Burst,
    /// The relying party has no origin.
    #[error("relying_party.origins must not be empty")]
    NoOrigins,
    /// The relying party has too many origins.
    #[error("relying_party.origins must have at most {} entries", Origins::MAX)]
    TooManyOrigins,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::cors::Wildcard;

    /// A configuration of the contract's defaults.
    pub(crate) fn config() -> TenantConfig {
        let origin = "https://example.com";
        TenantConfig {
            cors: CorsPolicy::new(&[origin.to_owned()], Wildcard::Literal).unwrap(),
            relying_party: RelyingParty {
                id: RpId::parse("example.com").unwrap(),
                display_name: Text::new("Example").unwrap(),
                icon: None,
                origins: Origins::new(vec![Origin::parse(origin).unwrap()]).unwrap(),
            },
            passkeys: CeremonyPolicy::passkeys(CeremonyTimeout::DEFAULT),
            mfa: CeremonyPolicy::mfa(CeremonyTimeout::DEFAULT),
            counter: DeviationPolicy::Strict,
            backup_eligibility: DeviationPolicy::Strict,
            requests: RequestPolicy::Stricter,
            audit_retention: Retention::DEFAULT,
            rate_limit: None,
            unknown_credentials: UnknownCredentials::Refuse,
            attestation: AttestationRules::default(),
            mfa_attestation: None,
        }
    }

    #[test]
    fn a_configuration_that_was_stored_before_there_were_rules_of_attestation_has_the_default_ones() {
        let stored = serde_json::to_value(config()).unwrap();
        let names: Vec<_> =
            stored.as_object().unwrap().keys().filter(|name| name.contains("attestation")).collect();
        assert!(names.is_empty(), "{names:?}");
        assert_eq!(serde_json::from_value::<TenantConfig>(stored).unwrap(), config());
    }

    #[test]
    fn a_timeout_is_ten_seconds_to_an_hour() {
        assert_eq!(CeremonyTimeout::from_millis(9_999), Err(ConfigError::Timeout));
        assert!(CeremonyTimeout::from_millis(10_000).is_ok());
        assert!(CeremonyTimeout::from_millis(3_600_000).is_ok());
        assert_eq!(CeremonyTimeout::from_millis(3_600_001), Err(ConfigError::Timeout));
    }

    #[test]
    fn a_relying_party_has_at_least_one_origin() {
        assert_eq!(Origins::new(vec![]), Err(ConfigError::NoOrigins));
    }
}
