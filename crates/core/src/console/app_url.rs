//! What follows from the URL of an app: what its passkeys are bound to, and which pages may use them.

use passgate_webauthn::{Origin, RpId, is_public_suffix};

use crate::asked::RequestPolicy;
use crate::attestation_rules::AttestationRules;
use crate::config::{
    CeremonyPolicy, CeremonyTimeout, DeviationPolicy, Origins, RelyingParty, Retention, TenantConfig,
    UnknownCredentials,
};
use crate::console::EnvironmentKind;
use crate::cors::{CorsPolicy, Wildcard};
use crate::text::Text;
use passgate_webauthn::options::AttestationConveyance;

/// Where apps are developed, unless somebody says otherwise: the usual ports of Vite and of Node.js.
const DEVELOPMENT: [&str; 2] = ["http://localhost:5173", "http://localhost:3000"];

/// What stands in the place of a URL that nobody has told yet. No page can ever be there (RFC 2606).
const UNTOLD: &str = "https://production.invalid";

/// The URL of an app, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppUrl {
    kind: EnvironmentKind,
    origins: Vec<Origin>,
    rp_id: RpId,
}

/// Why passkeys can't be used at a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AppUrlProblem {
    /// It is no URL.
    #[error("this is no URL; write scheme, host and port, such as https://app.example.com")]
    Malformed,
    /// Its scheme is none of the web's.
    #[error("passkeys work on web pages: the URL begins with https://, or http:// at localhost")]
    NotHttp,
    /// It names a host by its address.
    #[error("passkeys are bound to a domain, and can't be to an address; for this machine, use localhost")]
    Address,
    /// It is http, and not this machine's.
    #[error("browsers offer passkeys at https URLs and at localhost only")]
    Insecure,
    /// Its host belongs to everybody.
    #[error("nobody owns this domain alone, so passkeys can't be bound to it")]
    PublicSuffix,
}

impl AppUrlProblem {
    /// Its code on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "app_url_malformed",
            Self::NotHttp => "app_url_not_http",
            Self::Address => "app_url_is_an_address",
            Self::Insecure => "app_url_needs_https",
            Self::PublicSuffix => "app_url_public_suffix",
        }
    }
}

impl AppUrl {
    /// Takes a URL apart. A path is passed over: passkeys don't see it.
    pub fn parse(text: &str) -> Result<Self, AppUrlProblem> {
        use AppUrlProblem as E;
        if text.len() > 2048 {
            return Err(E::Malformed);
        }
        let url = url::Url::parse(text.trim()).map_err(|_| E::Malformed)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(E::NotHttp);
        }
        let host = match url.host() {
            Some(url::Host::Domain(host)) => host.trim_end_matches('.'),
            Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)) => return Err(E::Address),
            None => return Err(E::Malformed),
        };
        let is_local = host == "localhost" || host.ends_with(".localhost");
        if url.scheme() == "http" && !is_local {
            return Err(E::Insecure);
        }
        let rp_id = if is_local { RpId::parse(host).ok() } else { registrable(host) };
        let origin = Origin::parse(&url.origin().ascii_serialization()).map_err(|_| E::Malformed)?;
        Ok(Self {
            kind: if is_local { EnvironmentKind::Development } else { EnvironmentKind::Production },
            origins: vec![origin],
            rp_id: rp_id.ok_or(E::PublicSuffix)?,
        })
    }

    /// Where an app is developed, as long as nobody says otherwise.
    ///
    /// # Panics
    /// Never: what it parses is fixed.
    #[must_use]
    pub fn development() -> Self {
        let origins = DEVELOPMENT.iter().map(|origin| Origin::parse(origin).expect("an origin"));
        Self {
            kind: EnvironmentKind::Development,
            origins: origins.collect(),
            rp_id: RpId::parse("localhost").expect("a domain"),
        }
    }

    /// What stands for a URL that nobody has told yet.
    ///
    /// # Panics
    /// Never: what it parses is fixed.
    #[must_use]
    pub fn untold() -> Self {
        Self {
            kind: EnvironmentKind::Production,
            origins: vec![Origin::parse(UNTOLD).expect("an origin")],
            rp_id: RpId::parse("production.invalid").expect("a domain"),
        }
    }

    /// Which environment such a URL belongs to.
    #[must_use]
    pub const fn kind(&self) -> EnvironmentKind {
        self.kind
    }

    /// The URL, without path: the first of the origins.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.origins.first().map_or("", Origin::as_str)
    }

    /// The pages that may use the passkeys.
    #[must_use]
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// What passkeys are bound to: the domain that the app's owner registered, so that a passkey works on all of it.
    #[must_use]
    pub const fn rp_id(&self) -> &RpId {
        &self.rp_id
    }

    /// A new tenant's configuration.
    ///
    /// # Panics
    /// Never: one or two origins are within every bound.
    #[must_use]
    pub fn config(&self, name: &Text<1, 64>) -> TenantConfig {
        let timeout = CeremonyTimeout::DEFAULT;
        TenantConfig {
            cors: self.cors(),
            relying_party: RelyingParty {
                id: self.rp_id.clone(),
                display_name: Text::new(name.as_str()).expect("a short name"),
                icon: None,
                origins: self.bounded_origins(),
            },
            // Asking for the make of an authenticator makes some browsers ask the person, too.
            passkeys: CeremonyPolicy {
                attestation: AttestationConveyance::None,
                ..CeremonyPolicy::passkeys(timeout)
            },
            mfa: CeremonyPolicy { attestation: AttestationConveyance::None, ..CeremonyPolicy::mfa(timeout) },
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

    /// A tenant's configuration, moved here.
    #[must_use]
    pub fn moved(&self, config: TenantConfig) -> TenantConfig {
        TenantConfig {
            cors: self.cors(),
            relying_party: RelyingParty {
                id: self.rp_id.clone(),
                origins: self.bounded_origins(),
                ..config.relying_party
            },
            ..config
        }
    }

    fn bounded_origins(&self) -> Origins {
        Origins::new(self.origins.clone()).expect("one or two origins are in the bounds")
    }

    fn cors(&self) -> CorsPolicy {
        let origins: Vec<_> = self.origins.iter().map(|origin| origin.as_str().to_owned()).collect();
        CorsPolicy::new(&origins, Wildcard::Literal).expect("origins are allowed by themselves")
    }
}

/// The part of a host that somebody registered; none where the host is a public suffix.
fn registrable(host: &str) -> Option<RpId> {
    let starts = std::iter::once(0).chain(host.match_indices('.').map(|(dot, _)| dot + 1));
    let mut candidates: Vec<_> = starts.map(|start| &host[start..]).collect();
    candidates.reverse();
    let is_alone = candidates.len() == 1;
    candidates
        .into_iter()
        // Browsers take the last label for a suffix even where the list doesn't know it.
        .filter(|candidate| is_alone || candidate.contains('.'))
        .filter_map(|candidate| RpId::parse(candidate).ok())
        .find(|rp_id| !is_public_suffix(rp_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_from_a_url() {
        for (url, kind, origin, rp_id) in [
            ("http://localhost:5173", EnvironmentKind::Development, "http://localhost:5173", "localhost"),
            ("https://localhost/login", EnvironmentKind::Development, "https://localhost", "localhost"),
            (
                "http://shop.localhost",
                EnvironmentKind::Development,
                "http://shop.localhost",
                "shop.localhost",
            ),
            (
                "https://app.example.com",
                EnvironmentKind::Production,
                "https://app.example.com",
                "example.com",
            ),
            (" https://Example.com/x?y ", EnvironmentKind::Production, "https://example.com", "example.com"),
            (
                "https://a.b.example.co.uk:8443",
                EnvironmentKind::Production,
                "https://a.b.example.co.uk:8443",
                "example.co.uk",
            ),
            ("https://kim.github.io", EnvironmentKind::Production, "https://kim.github.io", "kim.github.io"),
            ("https://host.intranet", EnvironmentKind::Production, "https://host.intranet", "host.intranet"),
        ] {
            let derived = AppUrl::parse(url).unwrap();
            assert_eq!(
                (derived.kind(), derived.as_str(), derived.rp_id().as_str()),
                (kind, origin, rp_id),
                "{url}"
            );
            assert!(derived.rp_id().accepts(&derived.origins()[0]), "{url}");
        }
    }

    #[test]
    fn urls_where_passkeys_do_not_work_are_refused_by_name() {
        use AppUrlProblem as E;
        for (url, problem) in [
            ("", E::Malformed),
            ("example", E::Malformed),
            ("app.example.com", E::Malformed),
            ("ftp://example.com", E::NotHttp),
            ("javascript:alert(1)", E::NotHttp),
            ("http://127.0.0.1:3000", E::Address),
            ("https://[::1]", E::Address),
            ("http://app.example.com", E::Insecure),
            ("https://github.io", E::PublicSuffix),
            ("https://co.uk", E::PublicSuffix),
        ] {
            assert_eq!(AppUrl::parse(url), Err(problem), "{url}");
        }
    }
}
