//! What is allowed in a tenant's configuration and probably not meant. Plain http off localhost is not among it: such an
//! origin is refused.

use passgate_webauthn::{RelatedOrigins, RelatedOriginsError, is_public_suffix};

use crate::config::TenantConfig;
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
    /// Authenticators do not tell the tenants apart.
    #[error(
        "another tenant has the same RP ID: authenticators offer each one's passkeys to the other, and browsers are told \
         nothing that could delete them"
    )]
    RpIdShared,
    /// The document of related origins can't have all that it should.
    #[error(transparent)]
    RelatedOrigins(RelatedOriginsError),
}

impl ConfigWarning {
    /// A stable name for the warning.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoOriginMatches => "no_origin_matches",
            Self::RpIdPublicSuffix => "rp_id_public_suffix",
            Self::RpIdShared => "rp_id_shared",
            Self::RelatedOrigins(error) => error.code(),
        }
    }
}

/// What to warn of, in the order in which it matters.
#[must_use]
pub fn warnings(config: &TenantConfig, rp_id_use: RpIdUse) -> Vec<ConfigWarning> {
    let rp = &config.relying_party;
    let origins = rp.origins.as_slice();
    let mut warnings = Vec::new();
    if is_public_suffix(&rp.id) {
        warnings.push(ConfigWarning::RpIdPublicSuffix);
    }
    if !origins.iter().any(|origin| rp.id.accepts(origin)) {
        warnings.push(ConfigWarning::NoOriginMatches);
    }
    if let Err(error) = RelatedOrigins::outside(&rp.id, origins) {
        warnings.push(ConfigWarning::RelatedOrigins(error));
    }
    if rp_id_use != RpIdUse::Sole {
        warnings.push(ConfigWarning::RpIdShared);
    }
    warnings
}

#[cfg(test)]
mod tests {
    use passgate_webauthn::{Origin, RpId};

    use super::*;
    use crate::config::tests::config;

    fn codes(rp_id: &str, origins: &[&str], rp_id_use: RpIdUse) -> Vec<&'static str> {
        let mut config = config();
        config.relying_party.id = RpId::parse(rp_id).unwrap();
        let origins = origins.iter().map(|origin| Origin::parse(origin).unwrap()).collect();
        config.relying_party.origins = crate::config::Origins::new(origins).unwrap();
        warnings(&config, rp_id_use).iter().map(ConfigWarning::code).collect()
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
        assert_eq!(codes("example.com", &["https://example.com"], RpIdUse::Shared), ["rp_id_shared"]);
        let six: Vec<String> = (0..6)
            .map(|n| format!("https://label{n}.com"))
            .chain(["https://example.com".to_owned()])
            .collect();
        let six: Vec<&str> = six.iter().map(String::as_str).collect();
        assert_eq!(codes("example.com", &six, RpIdUse::Sole), ["related_origins_too_many_labels"]);
    }
}
