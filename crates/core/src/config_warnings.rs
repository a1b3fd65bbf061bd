//! What is allowed in a tenant's configuration and probably not meant.

use passgate_webauthn::options::AttestationConveyance;
use passgate_webauthn::{Origin, RelatedOrigins, RelatedOriginsError, is_public_suffix};

use crate::attestation_rules::MetadataUnusable;
use crate::config::TenantConfig;
use crate::credential::CredentialKind;
use crate::tenant::RpIdUse;

/// Something that works otherwise than it looks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigWarning {
    /// No page of the RP ID's own domain may run ceremonies.
    #[error("no origin is of the RP ID's domain, so passkeys work through related origins only, if at all")]
    NoOriginMatches,
    /// Browsers refuse an RP ID under which anybody may register domains.
    #[error("the RP ID is a public suffix: browsers refuse it")]
    RpIdPublicSuffix,
    /// Browsers run ceremonies in secure contexts only.
    #[error(
        "{0} is plain http: browsers run no ceremonies there, unless told to for a test, and who is on the way can change \
         its pages"
    )]
    OriginInsecure(Origin),
    /// Authenticators do not tell the tenants apart.
    #[error(
        "another tenant has the same RP ID: authenticators offer each one's passkeys to the other, and browsers are told \
         nothing that could delete them"
    )]
    RpIdShared,
    /// The document of related origins can't have all that it should.
    #[error(transparent)]
    RelatedOrigins(RelatedOriginsError),
    /// Authenticators of other models can say that they are of these.
    #[error(
        "aaguid_allow and aaguid_deny are only wishes unless attestation_trust is trusted: nothing else proves an AAGUID"
    )]
    ModelsUnproven,
    /// Browsers send no attestation unless they are asked for it.
    #[error(
        "attestation_trust is trusted and attestation_preference is none: browsers send no attestation, so every \
         registration is refused"
    )]
    AttestationNotAskedFor,
    /// The metadata service's list can't be asked.
    #[error("attestation_trust trusts the metadata service, and every registration is refused: {0}")]
    Metadata(MetadataUnusable),
}

impl ConfigWarning {
    /// A stable name for the warning.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoOriginMatches => "no_origin_matches",
            Self::RpIdPublicSuffix => "rp_id_public_suffix",
            Self::OriginInsecure(_) => "origin_insecure",
            Self::RpIdShared => "rp_id_shared",
            Self::RelatedOrigins(error) => error.code(),
            Self::ModelsUnproven => "aaguids_unproven",
            Self::AttestationNotAskedFor => "attestation_not_asked_for",
            Self::Metadata(error) => error.code(),
        }
    }
}

/// What to warn of, in the order in which it matters. `metadata` is whether the metadata service's list can be asked.
#[must_use]
pub fn warnings(
    config: &TenantConfig,
    rp_id_use: RpIdUse,
    metadata: Result<(), MetadataUnusable>,
) -> Vec<ConfigWarning> {
    let rp = &config.relying_party;
    let origins = rp.origins.as_slice();
    let mut warnings = Vec::new();
    if is_public_suffix(&rp.id) {
        warnings.push(ConfigWarning::RpIdPublicSuffix);
    }
    if !origins.iter().any(|origin| rp.id.accepts(origin)) {
        warnings.push(ConfigWarning::NoOriginMatches);
    }
    let insecure = origins.iter().filter(|origin| !origin.is_secure());
    warnings.extend(insecure.cloned().map(ConfigWarning::OriginInsecure));
    if let Err(error) = RelatedOrigins::outside(&rp.id, origins) {
        warnings.push(ConfigWarning::RelatedOrigins(error));
    }
    if rp_id_use != RpIdUse::Sole {
        warnings.push(ConfigWarning::RpIdShared);
    }
    warnings.extend(attestation_warnings(config, metadata));
    warnings
}

/// Each once, whichever kind of credential it is about.
fn attestation_warnings(
    config: &TenantConfig,
    metadata: Result<(), MetadataUnusable>,
) -> impl Iterator<Item = ConfigWarning> {
    let kinds = [CredentialKind::Passkey, CredentialKind::Mfa].map(|kind| {
        let rules = config.attestation_rules(kind);
        (rules, rules.demands_attestation(), config.policy(kind).attestation)
    });
    let unasked = kinds
        .iter()
        .any(|(_, demands, preference)| *demands && *preference == AttestationConveyance::None)
        .then_some(ConfigWarning::AttestationNotAskedFor);
    let asks_metadata = kinds.iter().any(|(rules, ..)| rules.asks_metadata());
    let unusable = metadata.err().filter(|_| asks_metadata).map(ConfigWarning::Metadata);
    let unproven = kinds
        .iter()
        .any(|(rules, demands, _)| !demands && rules.lists_models())
        .then_some(ConfigWarning::ModelsUnproven);
    [unasked, unusable, unproven].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use passgate_webauthn::RpId;

    use super::*;
    use crate::config::tests::config;

    fn codes(rp_id: &str, origins: &[&str], rp_id_use: RpIdUse) -> Vec<&'static str> {
        let mut config = config();
        config.relying_party.id = RpId::parse(rp_id).unwrap();
        let origins = origins.iter().map(|origin| Origin::parse(origin).unwrap()).collect();
        config.relying_party.origins = crate::config::Origins::new(origins).unwrap();
        warnings(&config, rp_id_use, Ok(())).iter().map(ConfigWarning::code).collect()
    }

    /// The warnings of a configuration that asks for attestation like this, with these rules.
    fn codes_of_attestation(
        preference: AttestationConveyance,
        rules: serde_json::Value,
        metadata: Result<(), MetadataUnusable>,
    ) -> Vec<&'static str> {
        let mut config = config();
        config.passkeys.attestation = preference;
        config.attestation = serde_json::from_value(rules).unwrap();
        warnings(&config, RpIdUse::Sole, metadata).iter().map(ConfigWarning::code).collect()
    }

    #[test]
    fn rules_of_attestation_that_refuse_everybody_or_nobody_are_warned_of() {
        use AttestationConveyance::{Direct, None};
        let nothing: [&str; 0] = [];
        let metadata = serde_json::json!({"policy": "trusted", "metadata": true});
        let models = [uuid::Uuid::from_u128(1)];
        let proven = serde_json::json!({"policy": "trusted", "metadata": true, "aaguid_allow": models});
        assert_eq!(codes_of_attestation(Direct, proven, Ok(())), nothing);
        assert_eq!(codes_of_attestation(None, metadata.clone(), Ok(())), ["attestation_not_asked_for"]);
        for (error, code) in [
            (MetadataUnusable::Missing, "metadata_missing"),
            (MetadataUnusable::Overdue, "metadata_blob_overdue"),
        ] {
            assert_eq!(codes_of_attestation(Direct, metadata.clone(), Err(error)), [code]);
            assert_eq!(
                codes_of_attestation(Direct, serde_json::json!({"policy": "any"}), Err(error)),
                nothing
            );
        }
        for list in ["aaguid_allow", "aaguid_deny"] {
            let rules = serde_json::json!({"policy": "any", list: models});
            assert_eq!(codes_of_attestation(Direct, rules, Ok(())), ["aaguids_unproven"]);
        }
    }

    #[test]
    fn rules_of_second_factors_are_warned_of_too() {
        let mut config = config();
        config.mfa.attestation = AttestationConveyance::None;
        config.mfa_attestation =
            Some(serde_json::from_value(serde_json::json!({"policy": "trusted", "metadata": true})).unwrap());
        let codes: Vec<_> =
            warnings(&config, RpIdUse::Sole, Ok(())).iter().map(ConfigWarning::code).collect();
        assert_eq!(codes, ["attestation_not_asked_for"]);
    }

    #[test]
    fn what_is_usual_is_not_warned_of() {
        let nothing: [&str; 0] = [];
        assert_eq!(codes("localhost", &["http://localhost:5173"], RpIdUse::Sole), nothing);
        assert_eq!(codes("example.com", &["https://login.example.com"], RpIdUse::Sole), nothing);
        let several = [
            "https://example.com",
            "https://example.co.uk",
            "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ];
        assert_eq!(codes("example.com", &several, RpIdUse::Sole), nothing);
    }

    #[test]
    fn what_does_not_work_is_warned_of() {
        assert_eq!(codes("co.uk", &["https://co.uk"], RpIdUse::Sole), ["rp_id_public_suffix"]);
        assert_eq!(codes("example.com", &["https://example.org"], RpIdUse::Sole), ["no_origin_matches"]);
        let insecure = ["https://example.com", "http://example.com", "http://localhost.example.com:81"];
        assert_eq!(codes("example.com", &insecure, RpIdUse::Sole), ["origin_insecure", "origin_insecure"]);
        assert_eq!(codes("example.com", &["https://example.com"], RpIdUse::Shared), ["rp_id_shared"]);
        let six: Vec<String> = (0..6)
            .map(|n| format!("https://label{n}.com"))
            .chain(["https://example.com".to_owned()])
            .collect();
        let six: Vec<&str> = six.iter().map(String::as_str).collect();
        assert_eq!(codes("example.com", &six, RpIdUse::Sole), ["related_origins_too_many_labels"]);
    }
}
