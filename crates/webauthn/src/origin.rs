//! Where a ceremony ran (§5.8.1, `origin`; §13.4.9).

use std::fmt;

use crate::{
    base64url,
    host::{self, HostError},
};

const ANDROID_SCHEME: &str = "android:apk-key-hash:";

/// An origin that a relying party expects, in the one form in which a client writes it into client data.
///
/// An app on Android has one of its own, made of its signing certificate; one on iOS has that of the web site it is
/// associated with, and so `https://` and the RP ID.
///
/// It is compared byte by byte; there are no wildcards (own check: a wildcard would let any page of a
/// compromised subdomain take part).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin(String);

/// Why a text is not an origin that can be expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// It begins with neither `https://`, `http://` nor `android:apk-key-hash:`.
    #[error("an origin begins with https://, http:// or android:apk-key-hash:")]
    Scheme,
    /// It has a user, path, query or fragment.
    #[error("an origin ends with the host or the port")]
    NotOnlyAnOrigin,
    /// The port isn't a number from 1 to 65535.
    #[error("the port is not a number from 1 to 65535")]
    Port,
    /// The host isn't a domain.
    #[error(transparent)]
    Host(#[from] HostError),
    /// What follows `android:apk-key-hash:` isn't the base64url of 32 bytes, the SHA-256 of the signing
    /// certificate.
    #[error("android:apk-key-hash: is followed by the base64url form of 32 bytes")]
    AndroidKeyHash,
}

impl Origin {
    /// Reads an origin as an operator writes it. Scheme and host are lower-cased, a default port and one
    /// trailing slash are dropped, so that the result is what browsers send.
    ///
    /// ```
    /// let origin = passgate_webauthn::Origin::parse("https://Example.com:443/")?;
    /// assert_eq!(origin.as_str(), "https://example.com");
    /// # Ok::<(), passgate_webauthn::OriginError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        if let Some(hash) = text.strip_prefix(ANDROID_SCHEME) {
            return Self::parse_android(hash);
        }
        let (scheme, rest) = text.split_once("://").ok_or(OriginError::Scheme)?;
        let scheme = scheme.to_ascii_lowercase();
        let default_port = match scheme.as_str() {
            "https" => 443,
            "http" => 80,
            _ => return Err(OriginError::Scheme),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains(['/', '?', '#', '@', '\\']) {
            return Err(OriginError::NotOnlyAnOrigin);
        }
        let (host, port) = match authority.split_once(':') {
            Some(_) if authority.starts_with('[') => return Err(HostError::IpAddress.into()),
            Some((host, port)) => (host, parse_port(port)?),
            None => (authority, default_port),
        };
        let host = host::normalise(host)?;
        Ok(Self(if port == default_port {
            format!("{scheme}://{host}")
        } else {
            format!("{scheme}://{host}:{port}")
        }))
    }

    fn parse_android(hash: &str) -> Result<Self, OriginError> {
        match base64url::decode(hash) {
            // Encoded again, since clients write base64url without padding.
            Ok(bytes) if bytes.len() == 32 => {
                Ok(Self(format!("{ANDROID_SCHEME}{}", base64url::encode(&bytes))))
            }
            _ => Err(OriginError::AndroidKeyHash),
        }
    }

    /// The form in which client data has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host, without scheme and port; `None` for an Android app, which has none.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        let (_, authority) = self.0.split_once("://")?;
        Some(authority.split_once(':').map_or(authority, |(host, _)| host))
    }

    /// Whether browsers take it for secure, which ceremonies need: all but plain `http` off localhost (Secure Contexts
    /// §3.1). A browser can be told to make an exception, for tests; another sends no client data with such an origin.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        let is_local = |host: &str| {
            host == "localhost" || host.strip_suffix("localhost").is_some_and(|rest| rest.ends_with('.'))
        };
        !self.0.starts_with("http://") || self.host().is_some_and(is_local)
    }

    /// Whether client data names this very origin (§7.1 step 9, §7.2 step 12).
    #[must_use]
    pub fn matches(&self, client_origin: &str) -> bool {
        self.0 == client_origin
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn parse_port(text: &str) -> Result<u16, OriginError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(OriginError::Port);
    }
    match text.parse() {
        Ok(port @ 1..) => Ok(port),
        _ => Err(OriginError::Port),
    }
}

#[cfg(test)]
mod tests {
    use super::{Origin, OriginError};
    use crate::host::HostError;

    const KEY_HASH: &str = "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    #[test]
    fn origins_are_normalised_to_what_clients_send() {
        for (text, expected) in [
            ("https://example.com", "https://example.com"),
            ("HTTPS://Example.COM/", "https://example.com"),
            ("https://example.com:443", "https://example.com"),
            ("https://example.com:08443", "https://example.com:8443"),
            ("http://localhost:5173", "http://localhost:5173"),
            ("http://localhost:80/", "http://localhost"),
            ("http://app.localhost", "http://app.localhost"),
            ("http://intranet.example.com:80", "http://intranet.example.com"),
            (KEY_HASH, KEY_HASH),
            (&format!("{KEY_HASH}="), KEY_HASH),
        ] {
            assert_eq!(
                Origin::parse(text).map(|origin| origin.to_string()).as_deref(),
                Ok(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn what_cannot_be_expected_is_refused_with_the_reason() {
        for (text, expected) in [
            ("", OriginError::Scheme),
            ("example.com", OriginError::Scheme),
            ("ftp://example.com", OriginError::Scheme),
            ("android:apk-key-hash-sha256:AA", OriginError::Scheme),
            ("https://example.com/path", OriginError::NotOnlyAnOrigin),
            ("https://example.com//", OriginError::NotOnlyAnOrigin),
            ("https://user@example.com", OriginError::NotOnlyAnOrigin),
            ("https://example.com?x", OriginError::NotOnlyAnOrigin),
            ("https://example.com#x", OriginError::NotOnlyAnOrigin),
            ("https://example.com:", OriginError::Port),
            ("https://example.com:0", OriginError::Port),
            ("https://example.com:65536", OriginError::Port),
            ("https://example.com:+1", OriginError::Port),
            ("https://example.com:1:2", OriginError::Port),
            ("https://*.example.com", HostError::Character.into()),
            ("https://", HostError::Form.into()),
            ("https://[::1]:8080", HostError::IpAddress.into()),
            ("http://127.0.0.1", HostError::IpAddress.into()),
            ("android:apk-key-hash:AA", OriginError::AndroidKeyHash),
            (&format!("{KEY_HASH}A"), OriginError::AndroidKeyHash),
        ] {
            assert_eq!(Origin::parse(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn plain_http_is_secure_on_localhost_only() {
        for (origin, is_secure) in [
            ("https://example.com", true),
            ("http://localhost", true),
            ("http://localhost:5173", true),
            ("http://app.localhost:5173", true),
            (KEY_HASH, true),
            ("http://example.com", false),
            ("http://localhost.example.com", false),
            ("http://notlocalhost", false),
        ] {
            assert_eq!(Origin::parse(origin).unwrap().is_secure(), is_secure, "{origin}");
        }
    }

    #[test]
    fn only_the_very_same_origin_matches() {
        let origin = Origin::parse("https://example.com").unwrap();
        assert!(origin.matches("https://example.com"));
        for other in
            ["https://example.com/", "https://EXAMPLE.com", "http://example.com", "https://a.example.com"]
        {
            assert!(!origin.matches(other), "{other}");
        }
    }

    #[test]
    fn the_host_has_neither_scheme_nor_port() {
        let host = |text| Origin::parse(text).unwrap().host().map(str::to_owned);
        assert_eq!(host("http://localhost:5173").as_deref(), Some("localhost"));
        assert_eq!(host("https://example.com").as_deref(), Some("example.com"));
        assert_eq!(host(KEY_HASH), None);
    }
}
