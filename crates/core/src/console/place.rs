//! Where the console is reached, and so what operators' passkeys are bound to.

use passgate_webauthn::options::AttestationConveyance;
use passgate_webauthn::{Origin, RpId};

use crate::asked::RequestPolicy;
use crate::attestation_rules::AttestationRules;
use crate::config::{
    CeremonyPolicy, CeremonyTimeout, DeviationPolicy, Origins, RelyingParty, Retention, TenantConfig,
    UnknownCredentials,
};
use crate::cors::{CorsPolicy, Wildcard};
use crate::text::Text;

/// What the passkey prompt calls the console.
const NAME: &str = "Passgate console";

/// The console's origin, and the domain that its passkeys are bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsolePlace {
    url: String,
    config: TenantConfig,
}

/// A URL is none that the console could be reached at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidConsoleUrl {
    /// It is no http or https URL, or says more than scheme, host and port.
    #[error("must be an http or https URL of a host, such as https://console.example.com")]
    NotAnOrigin,
    /// It names a host by its address.
    #[error("names an address; passkeys are bound to a domain, such as localhost")]
    Address,
    /// No page of it could use passkeys.
    #[error("browsers run passkey ceremonies at https URLs and at localhost only")]
    Insecure,
    /// No passkey can be bound to its host.
    #[error("its host can't be what passkeys are bound to")]
    Host,
}

impl ConsolePlace {
    /// Takes a URL apart.
    pub fn parse(text: &str) -> Result<Self, InvalidConsoleUrl> {
        let url = url::Url::parse(text).map_err(|_| InvalidConsoleUrl::NotAnOrigin)?;
        let says_more = !url.username().is_empty()
            || url.password().is_some()
            || url.path() != "/"
            || url.query().is_some()
            || url.fragment().is_some();
        if says_more || !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidConsoleUrl::NotAnOrigin);
        }
        let host = match url.host() {
            Some(url::Host::Domain(host)) => host,
            Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)) => return Err(InvalidConsoleUrl::Address),
            None => return Err(InvalidConsoleUrl::NotAnOrigin),
        };
        if url.scheme() == "http" && host != "localhost" && !host.ends_with(".localhost") {
            return Err(InvalidConsoleUrl::Insecure);
        }
        let url = url.origin().ascii_serialization();
        let origin = Origin::parse(&url).map_err(|_| InvalidConsoleUrl::NotAnOrigin)?;
        let timeout = CeremonyTimeout::DEFAULT;
        let config = TenantConfig {
            cors: CorsPolicy::new(std::slice::from_ref(&url), Wildcard::Literal)
                .map_err(|_| InvalidConsoleUrl::NotAnOrigin)?,
            relying_party: RelyingParty {
                id: RpId::parse(host).map_err(|_| InvalidConsoleUrl::Host)?,
                display_name: console_name(),
                icon: None,
                origins: Origins::new(vec![origin]).map_err(|_| InvalidConsoleUrl::NotAnOrigin)?,
            },
            passkeys: CeremonyPolicy {
                attestation: AttestationConveyance::None,
                ..CeremonyPolicy::passkeys(timeout)
            },
            mfa: CeremonyPolicy::mfa(timeout),
            counter: DeviationPolicy::Strict,
            backup_eligibility: DeviationPolicy::Strict,
            requests: RequestPolicy::Stricter,
            audit_retention: Retention::DEFAULT,
            rate_limit: None,
            unknown_credentials: UnknownCredentials::Refuse,
            attestation: AttestationRules::default(),
            mfa_attestation: None,
        };
        Ok(Self { url, config })
    }

    /// Its URL, without a slash at its end: the origin of its pages.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The domain that operators' passkeys are bound to.
    #[must_use]
    pub const fn rp_id(&self) -> &RpId {
        &self.config.relying_party.id
    }

    /// The configuration of the console's own tenant.
    #[must_use]
    pub const fn config(&self) -> &TenantConfig {
        &self.config
    }
}

/// What the passkey prompt calls the console.
pub(crate) fn console_name() -> Text<1, 128> {
    Text::new(NAME).expect("the name is short text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_console_is_at_an_origin_that_passkeys_can_be_bound_to() {
        let place = ConsolePlace::parse("http://localhost:8001/").unwrap();
        assert_eq!((place.url(), place.rp_id().as_str()), ("http://localhost:8001", "localhost"));
        let place = ConsolePlace::parse("https://Console.example.com").unwrap();
        assert_eq!(place.url(), "https://console.example.com");
        assert_eq!(place.rp_id().as_str(), "console.example.com");
        assert_eq!(place.config().relying_party.origins.as_slice()[0].as_str(), place.url());
    }

    #[test]
    fn other_urls_are_refused_by_name() {
        use InvalidConsoleUrl as E;
        for (url, expected) in [
            ("console", E::NotAnOrigin),
            ("ftp://example.com", E::NotAnOrigin),
            ("https://example.com/console", E::NotAnOrigin),
            ("https://kim@example.com", E::NotAnOrigin),
            ("http://127.0.0.1:8001", E::Address),
            ("https://[::1]", E::Address),
            ("http://console.example.com", E::Insecure),
        ] {
            assert_eq!(ConsolePlace::parse(url), Err(expected), "{url}");
        }
    }
}
