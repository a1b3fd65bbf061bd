//! A tenant's configuration, between the wire and the domain.

use std::collections::{BTreeMap, BTreeSet};

use passgate_api::config as wire;
use passgate_core::asked::RequestPolicy;
use passgate_core::attestation_rules::{AttestationRules, AttestationRulesText, TrustPolicy};
use passgate_core::config::{
    CeremonyPolicy, CeremonyTimeout, DeviationPolicy, Origins, RateLimit, RelyingParty, Retention,
    TenantConfig, UnknownCredentials,
};
use passgate_core::cors::{CorsPolicy, Wildcard};
use passgate_core::text::Text;
use passgate_webauthn::options::{
    AttestationConveyance, AuthenticatorAttachment, ResidentKey, UserVerification,
};
use passgate_webauthn::{Origin, RpId};

use serde_json::Value;

use crate::error::ApiError;
use crate::validate::{field, icon};

/// The settings of a configuration, each by the names that lead to it. Lists are one setting.
pub(crate) fn members(config: &Value) -> BTreeMap<String, Value> {
    fn collect(value: &Value, path: String, members: &mut BTreeMap<String, Value>) {
        match value {
            Value::Object(object) => {
                for (name, value) in object {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    collect(value, path, members);
                }
            }
            other => {
                members.insert(path, other.clone());
            }
        }
    }
    let mut found = BTreeMap::new();
    collect(config, String::new(), &mut found);
    found
}

/// The settings that differ between two configurations, each by the names that lead to it.
pub(crate) fn changed_members(before: TenantConfig, after: TenantConfig) -> Vec<String> {
    let of = |config| serde_json::to_value(to_wire(config)).map(|json| members(&json)).unwrap_or_default();
    let (before, after) = (of(before), of(after));
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

/// Parses what an operator sent.
pub(crate) fn from_wire(config: wire::TenantConfig) -> Result<TenantConfig, ApiError> {
    let wildcard = if config.cors.allow_unsafe_wildcard { Wildcard::Unsafe } else { Wildcard::Literal };
    let webauthn = config.webauthn;
    let timeout = field("webauthn.timeout", CeremonyTimeout::from_millis(webauthn.timeout))?;
    let origins = webauthn
        .relying_party
        .origins
        .iter()
        .map(|origin| field("webauthn.relying_party.origins", Origin::parse(origin)))
        .collect::<Result<_, _>>()?;
    let defaults = CeremonyPolicy::passkeys(timeout);
    let passkeys = CeremonyPolicy {
        timeout,
        user_verification: webauthn.user_verification.map_or(defaults.user_verification, user_verification),
        attachment: webauthn.attachment.map(attachment),
        attestation: webauthn.attestation_preference.map_or(defaults.attestation, attestation),
        resident_key: webauthn.resident_key_requirement.map_or(defaults.resident_key, resident_key),
    };
    let mfa_rules = config.mfa.as_ref().and_then(|mfa| mfa.attestation_trust.clone());
    let mfa = match config.mfa {
        None => CeremonyPolicy::mfa(timeout),
        Some(mfa) => {
            let timeout = field("mfa.timeout", CeremonyTimeout::from_millis(mfa.timeout))?;
            let defaults = CeremonyPolicy::mfa(timeout);
            CeremonyPolicy {
                timeout,
                user_verification: mfa
                    .user_verification
                    .map_or(defaults.user_verification, user_verification),
                attachment: mfa.attachment.map(attachment).or(defaults.attachment),
                attestation: mfa.attestation_preference.map_or(defaults.attestation, attestation),
                resident_key: mfa.resident_key_requirement.map_or(defaults.resident_key, resident_key),
            }
        }
    };
    let relying_party = webauthn.relying_party;
    Ok(TenantConfig {
        cors: field("cors", CorsPolicy::new(&config.cors.allowed_origins, wildcard))?,
        relying_party: RelyingParty {
            id: field("webauthn.relying_party.id", RpId::parse(&relying_party.id))?,
            display_name: field(
                "webauthn.relying_party.display_name",
                Text::new(relying_party.display_name),
            )?,
            icon: relying_party
                .icon
                .filter(|text| !text.is_empty())
                .map(|text| icon("webauthn.relying_party.icon", text))
                .transpose()?,
            origins: field("webauthn.relying_party.origins", Origins::new(origins))?,
        },
        passkeys,
        mfa,
        counter: deviation(webauthn.counter_policy),
        backup_eligibility: deviation(webauthn.backup_eligibility_policy),
        requests: match webauthn.request_overrides {
            None | Some(wire::RequestOverrides::Stricter) => RequestPolicy::Stricter,
            Some(wire::RequestOverrides::Any) => RequestPolicy::Any,
        },
        unknown_credentials: match webauthn.unknown_credentials {
            None | Some(wire::UnknownCredentials::Refuse) => UnknownCredentials::Refuse,
            Some(wire::UnknownCredentials::Signal) => UnknownCredentials::Signal,
        },
        attestation: webauthn
            .attestation_trust
            .map(|rules| attestation_rules("webauthn.attestation_trust", rules))
            .transpose()?
            .unwrap_or_default(),
        mfa_attestation: mfa_rules
            .map(|rules| attestation_rules("mfa.attestation_trust", rules))
            .transpose()?,
        audit_retention: match config.audit_log {
            None => Retention::DEFAULT,
            Some(log) => field("audit_log.retention_days", Retention::from_days(log.retention_days))?,
        },
        rate_limit: config
            .rate_limit
            .map(|limit| field("rate_limit", RateLimit::new(limit.requests_per_minute, limit.burst)))
            .transpose()?,
    })
}

/// Shows an operator what holds, defaults spelled out.
pub(crate) fn to_wire(config: TenantConfig) -> wire::TenantConfig {
    let TenantConfig {
        cors,
        relying_party,
        passkeys,
        mfa,
        counter,
        backup_eligibility,
        requests,
        audit_retention,
        rate_limit,
        unknown_credentials,
        attestation,
        mfa_attestation,
    } = config;
    wire::TenantConfig {
        cors: wire::CorsConfig {
            allowed_origins: cors.allowed_origins(),
            allow_unsafe_wildcard: cors.wildcard() == Wildcard::Unsafe,
        },
        webauthn: wire::WebauthnConfig {
            relying_party: wire::RelyingParty {
                id: relying_party.id.as_str().to_owned(),
                display_name: relying_party.display_name.to_string(),
                icon: relying_party.icon.map(String::from),
                origins: relying_party.origins.as_slice().iter().map(ToString::to_string).collect(),
            },
            timeout: passkeys.timeout.as_millis(),
            user_verification: Some(user_verification_to_wire(passkeys.user_verification)),
            attachment: passkeys.attachment.map(attachment_to_wire),
            attestation_preference: Some(attestation_to_wire(passkeys.attestation)),
            resident_key_requirement: Some(resident_key_to_wire(passkeys.resident_key)),
            request_overrides: Some(match requests {
                RequestPolicy::Stricter => wire::RequestOverrides::Stricter,
                RequestPolicy::Any => wire::RequestOverrides::Any,
            }),
            counter_policy: Some(deviation_to_wire(counter)),
            backup_eligibility_policy: Some(deviation_to_wire(backup_eligibility)),
            unknown_credentials: Some(match unknown_credentials {
                UnknownCredentials::Refuse => wire::UnknownCredentials::Refuse,
                UnknownCredentials::Signal => wire::UnknownCredentials::Signal,
            }),
            attestation_trust: Some(attestation_rules_to_wire(attestation)),
        },
        mfa: Some(wire::MfaConfig {
            timeout: mfa.timeout.as_millis(),
            user_verification: Some(user_verification_to_wire(mfa.user_verification)),
            attachment: mfa.attachment.map(attachment_to_wire),
            attestation_preference: Some(attestation_to_wire(mfa.attestation)),
            resident_key_requirement: Some(resident_key_to_wire(mfa.resident_key)),
            attestation_trust: mfa_attestation.map(attestation_rules_to_wire),
        }),
        audit_log: Some(wire::AuditLogConfig { retention_days: audit_retention.as_days() }),
        rate_limit: rate_limit.map(|limit| wire::RateLimitConfig {
            requests_per_minute: limit.requests_per_minute(),
            burst: limit.burst(),
        }),
    }
}

fn attestation_rules(member: &str, given: wire::AttestationTrust) -> Result<AttestationRules, ApiError> {
    let wire::AttestationTrust { policy, trust_anchors, metadata, aaguid_allow, aaguid_deny } = given;
    let policy = match policy {
        wire::TrustPolicy::None => TrustPolicy::None,
        wire::TrustPolicy::Any => TrustPolicy::Any,
        wire::TrustPolicy::Trusted => TrustPolicy::Trusted,
    };
    let text = AttestationRulesText { policy, trust_anchors, metadata, aaguid_allow, aaguid_deny };
    field(member, text.try_into())
}

fn attestation_rules_to_wire(rules: AttestationRules) -> wire::AttestationTrust {
    let AttestationRulesText { policy, trust_anchors, metadata, aaguid_allow, aaguid_deny } = rules.into();
    let policy = match policy {
        TrustPolicy::None => wire::TrustPolicy::None,
        TrustPolicy::Any => wire::TrustPolicy::Any,
        TrustPolicy::Trusted => wire::TrustPolicy::Trusted,
    };
    wire::AttestationTrust { policy, trust_anchors, metadata, aaguid_allow, aaguid_deny }
}

pub(crate) fn user_verification(given: wire::UserVerification) -> UserVerification {
    match given {
        wire::UserVerification::Required => UserVerification::Required,
        wire::UserVerification::Preferred => UserVerification::Preferred,
        wire::UserVerification::Discouraged => UserVerification::Discouraged,
    }
}

fn user_verification_to_wire(value: UserVerification) -> wire::UserVerification {
    match value {
        UserVerification::Required => wire::UserVerification::Required,
        UserVerification::Preferred => wire::UserVerification::Preferred,
        UserVerification::Discouraged => wire::UserVerification::Discouraged,
    }
}

pub(crate) fn attachment(given: wire::Attachment) -> AuthenticatorAttachment {
    match given {
        wire::Attachment::Platform => AuthenticatorAttachment::Platform,
        wire::Attachment::CrossPlatform => AuthenticatorAttachment::CrossPlatform,
    }
}

fn attachment_to_wire(value: AuthenticatorAttachment) -> wire::Attachment {
    match value {
        AuthenticatorAttachment::Platform => wire::Attachment::Platform,
        AuthenticatorAttachment::CrossPlatform => wire::Attachment::CrossPlatform,
    }
}

pub(crate) fn attestation(given: wire::AttestationPreference) -> AttestationConveyance {
    match given {
        wire::AttestationPreference::None => AttestationConveyance::None,
        wire::AttestationPreference::Indirect => AttestationConveyance::Indirect,
        wire::AttestationPreference::Direct => AttestationConveyance::Direct,
        wire::AttestationPreference::Enterprise => AttestationConveyance::Enterprise,
    }
}

fn attestation_to_wire(value: AttestationConveyance) -> wire::AttestationPreference {
    match value {
        AttestationConveyance::None => wire::AttestationPreference::None,
        AttestationConveyance::Indirect => wire::AttestationPreference::Indirect,
        AttestationConveyance::Direct => wire::AttestationPreference::Direct,
        AttestationConveyance::Enterprise => wire::AttestationPreference::Enterprise,
    }
}

pub(crate) fn resident_key(given: wire::ResidentKeyRequirement) -> ResidentKey {
    match given {
        wire::ResidentKeyRequirement::Required => ResidentKey::Required,
        wire::ResidentKeyRequirement::Preferred => ResidentKey::Preferred,
        wire::ResidentKeyRequirement::Discouraged => ResidentKey::Discouraged,
    }
}

fn resident_key_to_wire(value: ResidentKey) -> wire::ResidentKeyRequirement {
    match value {
        ResidentKey::Required => wire::ResidentKeyRequirement::Required,
        ResidentKey::Preferred => wire::ResidentKeyRequirement::Preferred,
        ResidentKey::Discouraged => wire::ResidentKeyRequirement::Discouraged,
    }
}

fn deviation(given: Option<wire::DeviationPolicy>) -> DeviationPolicy {
    match given {
        None | Some(wire::DeviationPolicy::Strict) => DeviationPolicy::Strict,
        Some(wire::DeviationPolicy::Warn) => DeviationPolicy::Warn,
    }
}

fn deviation_to_wire(value: DeviationPolicy) -> wire::DeviationPolicy {
    match value {
        DeviationPolicy::Strict => wire::DeviationPolicy::Strict,
        DeviationPolicy::Warn => wire::DeviationPolicy::Warn,
    }
}
