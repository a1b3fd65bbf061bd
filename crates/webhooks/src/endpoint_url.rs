//! The URL of a receiver.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// Where an endpoint's events go: an absolute `https` or `http` URL of at most 2048 bytes, with a host, without
/// credentials or fragment. Whether it may be used is for the [`DestinationPolicy`](crate::DestinationPolicy) to say.
///
/// `Debug` shows its origin alone: paths and queries of such URLs often carry a token.
#[derive(Clone, PartialEq, Eq)]
pub struct EndpointUrl(Url);

/// Why a text is no endpoint's URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEndpointUrl {
    /// It is longer than 2048 bytes.
    #[error("the URL is longer than {} bytes", EndpointUrl::MAX_LENGTH)]
    TooLong,
    /// It is not an absolute URL with a host.
    #[error("not an absolute URL")]
    NotAUrl,
    /// Its scheme is another.
    #[error("the URL's scheme must be https")]
    Scheme,
    /// It carries a user name or a password, which would lie here unsealed.
    #[error("the URL must not carry credentials")]
    Credentials,
    /// It has a fragment, which is not sent.
    #[error("the URL must not have a fragment")]
    Fragment,
}

impl InvalidEndpointUrl {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLong => "webhook_url_too_long",
            Self::NotAUrl => "webhook_url_invalid",
            Self::Scheme => "webhook_url_scheme",
            Self::Credentials => "webhook_url_credentials",
            Self::Fragment => "webhook_url_fragment",
        }
    }
}

impl EndpointUrl {
    /// The longest a URL may be, in bytes of its normal form.
    pub const MAX_LENGTH: usize = 2048;

    /// The URL.
    #[must_use]
    pub const fn as_url(&self) -> &Url {
        &self.0
    }

    /// The host: a name, or an address in whatever spelling it was written. The URL standard reads `0x7f.1`, `2130706433`
    /// and `0177.0.0.1` as 127.0.0.1, and so does the parser.
    ///
    /// # Panics
    /// Never: a URL of these schemes has a host.
    #[must_use]
    pub fn host(&self) -> Host<&str> {
        self.0.host().expect("http and https URLs have a host")
    }
}

impl FromStr for EndpointUrl {
    type Err = InvalidEndpointUrl;

    fn from_str(text: &str) -> Result<Self, InvalidEndpointUrl> {
        // Before parsing, which takes time and memory, and after, which may make it longer.
        if text.len() > Self::MAX_LENGTH {
            return Err(InvalidEndpointUrl::TooLong);
        }
        let url = Url::parse(text).map_err(|_| InvalidEndpointUrl::NotAUrl)?;
        if url.as_str().len() > Self::MAX_LENGTH {
            return Err(InvalidEndpointUrl::TooLong);
        }
        if !matches!(url.scheme(), "https" | "http") {
            return Err(InvalidEndpointUrl::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidEndpointUrl::Credentials);
        }
        if url.fragment().is_some() {
            return Err(InvalidEndpointUrl::Fragment);
        }
        if url.host().is_none() {
            return Err(InvalidEndpointUrl::NotAUrl);
        }
        Ok(Self(url))
    }
}

impl fmt::Debug for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EndpointUrl({}/…)", self.0.origin().ascii_serialization())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_absolute_bounded_and_carries_no_credentials_and_no_fragment() {
        let long = format!("https://example.com/{}", "a".repeat(2029));
        // Each of these characters takes three bytes as it is written and nine as it is sent.
        let grows = format!("https://example.com/{}", "€".repeat(300));
        let table = [
            ("https://example.com", None),
            ("https://example.com:8443/hooks?token=1", None),
            ("http://example.com", None),
            ("https://[2001:db8::1]/", None),
            (&long[..2048], None),
            (&long, Some(InvalidEndpointUrl::TooLong)),
            (&grows, Some(InvalidEndpointUrl::TooLong)),
            ("", Some(InvalidEndpointUrl::NotAUrl)),
            ("/hooks", Some(InvalidEndpointUrl::NotAUrl)),
            ("https://", Some(InvalidEndpointUrl::NotAUrl)),
            ("https://exa mple.com", Some(InvalidEndpointUrl::NotAUrl)),
            ("https://256.256.256.256", Some(InvalidEndpointUrl::NotAUrl)),
            ("https://example.com:65536", Some(InvalidEndpointUrl::NotAUrl)),
            ("ftp://example.com", Some(InvalidEndpointUrl::Scheme)),
            ("file:///etc/passwd", Some(InvalidEndpointUrl::Scheme)),
            ("gopher://example.com", Some(InvalidEndpointUrl::Scheme)),
            ("data:text/plain,a", Some(InvalidEndpointUrl::Scheme)),
            ("https://ada@example.com", Some(InvalidEndpointUrl::Credentials)),
            ("https://:secret@example.com", Some(InvalidEndpointUrl::Credentials)),
            ("https://example.com/#there", Some(InvalidEndpointUrl::Fragment)),
        ];
        for (text, expected) in table {
            assert_eq!(text.parse::<EndpointUrl>().err(), expected, "{text}");
        }
    }

    #[test]
    fn debug_output_hides_path_and_query() {
        let url: EndpointUrl = "https://example.com:8443/secret?token=1".parse().unwrap();
        assert_eq!(format!("{url:?}"), "EndpointUrl(https://example.com:8443/…)");
    }
}
