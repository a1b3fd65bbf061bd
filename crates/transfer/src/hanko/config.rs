//! A tenant's configuration, made of the rows that it is spread over.

use passgate_core::asked::RequestPolicy;
use passgate_core::attestation_rules::AttestationRules;
use passgate_core::config::{
    CeremonyPolicy, CeremonyTimeout, DeviationPolicy, Origins, RelyingParty, Retention, TenantConfig,
    UnknownCredentials,
};
use passgate_core::cors::{CorsPolicy, Wildcard};
use passgate_webauthn::options::{
    AttestationConveyance, AuthenticatorAttachment, ResidentKey, UserVerification,
};
use passgate_webauthn::{Origin, RpId};

use super::alterations::Alterations;
use super::user::icon;
use crate::unusable::Unusable;

/// What the rows say.
#[derive(Debug, Clone)]
pub(super) struct ConfigRows {
    pub(super) rp_id: String,
    pub(super) rp_display_name: String,
    pub(super) rp_icon: String,
    pub(super) rp_origins: Vec<String>,
    pub(super) cors_origins: Vec<String>,
    pub(super) allow_unsafe_wildcard: bool,
    pub(super) passkeys: PolicyRow,
    pub(super) mfa: Option<PolicyRow>,
    pub(super) stores_audit_log: bool,
}

/// What `webauthn_configs` and `mfa_configs` have in common.
#[derive(Debug, Clone)]
pub(super) struct PolicyRow {
    pub(super) timeout: i64,
    pub(super) user_verification: String,
    pub(super) attachment: String,
    pub(super) attestation_preference: String,
    pub(super) resident_key_requirement: String,
}

/// The configuration that comes nearest. Without a relying party and at least one origin of its there is none.
pub(super) fn config(rows: &ConfigRows, alterations: &mut Alterations) -> Result<TenantConfig, Unusable> {
    let id = RpId::parse(&rows.rp_id).map_err(|error| Unusable::with("rp_id_invalid", &error))?;
    let origins = origins(&rows.rp_origins, alterations);
    let cors = cors(rows, &origins, alterations)?;
    let origins = Origins::new(origins).map_err(|error| Unusable::with("origins_missing", &error))?;
    let display_name = alterations.name(&rows.rp_display_name, id.as_str());
    let icon = icon(&rows.rp_icon, alterations);
    let timeout = timeout(rows.passkeys.timeout, alterations);
    let passkeys = policy(&rows.passkeys, &CeremonyPolicy::passkeys(timeout), alterations);
    let mfa = match &rows.mfa {
        None => CeremonyPolicy::mfa(timeout),
        Some(row) => {
            let timeout = self::timeout(row.timeout, alterations);
            policy(row, &CeremonyPolicy::mfa(timeout), alterations)
        }
    };
    if !rows.stores_audit_log {
        alterations.note("audit_log_always_kept", None);
    }
    Ok(TenantConfig {
        cors,
        relying_party: RelyingParty { id, display_name, icon, origins },
        passkeys,
        mfa,
        // The original looks at neither; its data doesn't show what would have been seen.
        counter: DeviationPolicy::Strict,
        backup_eligibility: DeviationPolicy::Strict,
        requests: RequestPolicy::default(),
        audit_retention: Retention::DEFAULT,
        rate_limit: None,
        unknown_credentials: UnknownCredentials::default(),
        // It verifies statements, and demands none.
        attestation: AttestationRules::default(),
        mfa_attestation: None,
    })
}

/// The origins that can be expected in client data. The original takes an origin out of a URL; so do we.
fn origins(texts: &[String], alterations: &mut Alterations) -> Vec<Origin> {
    let mut origins = Vec::new();
    for text in texts {
        let origin = Origin::parse(text).ok().or_else(|| {
            let origin = Origin::parse(&url::Url::parse(text).ok()?.origin().ascii_serialization()).ok()?;
            alterations.note("origin_cut_out_of_url", Some(text));
            Some(origin)
        });
        match origin {
            None => alterations.note("origin_dropped", Some(text)),
            Some(_) if origins.len() == Origins::MAX => alterations.note("origin_dropped", Some(text)),
            Some(origin) if origins.contains(&origin) => {}
            Some(origin) => origins.push(origin),
        }
    }
    origins
}

/// Who may call from a browser. What a browser would never send is left out; where nothing is left, the relying party's
/// own pages may.
fn cors(rows: &ConfigRows, own: &[Origin], alterations: &mut Alterations) -> Result<CorsPolicy, Unusable> {
    let wildcard = if rows.allow_unsafe_wildcard { Wildcard::Unsafe } else { Wildcard::Literal };
    let mut allowed = Vec::new();
    for text in &rows.cors_origins {
        let is_one = CorsPolicy::new(std::slice::from_ref(text), wildcard).is_ok();
        if !is_one || allowed.len() == CorsPolicy::MAX {
            alterations.note("cors_origin_dropped", Some(text));
        } else {
            allowed.push(text.clone());
        }
    }
    if allowed.is_empty() {
        alterations.note("cors_origins_missing", None);
        allowed = own.iter().filter(|origin| origin.host().is_some()).map(ToString::to_string).collect();
    }
    CorsPolicy::new(&allowed, wildcard).map_err(|error| Unusable::with("cors_origins_missing", &error))
}

fn timeout(millis: i64, alterations: &mut Alterations) -> CeremonyTimeout {
    let given = u64::try_from(millis).unwrap_or_default();
    CeremonyTimeout::from_millis(given).unwrap_or_else(|_| {
        alterations.note("timeout_clamped", Some(&millis.to_string()));
        CeremonyTimeout::from_millis(given.clamp(10_000, 3_600_000)).unwrap_or(CeremonyTimeout::DEFAULT)
    })
}

/// What a row says; the contract's default where it says nothing, or nothing that is known.
fn policy(row: &PolicyRow, defaults: &CeremonyPolicy, alterations: &mut Alterations) -> CeremonyPolicy {
    let mut unknown = |text: &str, code| {
        if !text.is_empty() {
            alterations.note(code, Some(text));
        }
    };
    CeremonyPolicy {
        timeout: defaults.timeout,
        user_verification: UserVerification::parse(&row.user_verification).unwrap_or_else(|| {
            unknown(&row.user_verification, "user_verification_unknown");
            defaults.user_verification
        }),
        attachment: match AuthenticatorAttachment::parse(&row.attachment) {
            None if row.attachment.is_empty() => None,
            None => {
                unknown(&row.attachment, "attachment_unknown");
                defaults.attachment
            }
            given => given,
        },
        attestation: AttestationConveyance::parse(&row.attestation_preference).unwrap_or_else(|| {
            unknown(&row.attestation_preference, "attestation_preference_unknown");
            defaults.attestation
        }),
        resident_key: ResidentKey::parse(&row.resident_key_requirement).unwrap_or_else(|| {
            unknown(&row.resident_key_requirement, "resident_key_requirement_unknown");
            defaults.resident_key
        }),
    }
}
