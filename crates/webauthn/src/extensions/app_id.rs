//! The identifier under which U2F keys were registered (§10.1.1, §10.1.2; FIDO `AppID` and Facet Specification).

use std::fmt;

use aws_lc_rs::digest;

use crate::host;

/// The longest `AppID`, in bytes (own check).
const MAX_BYTES: usize = 512;

/// An `https` URL, without user, fragment and surprises.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AppId(String);

impl AppId {
    /// Reads one; `None` for whatever isn't.
    ///
    /// It is kept as it is written, because its hash is what the old key signs.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("https://")?;
        let is_plain =
            |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'#' | b'"' | b'<' | b'>');
        if text.len() > MAX_BYTES || !rest.bytes().all(is_plain) {
            return None;
        }
        let authority = rest.split(['/', '?']).next()?;
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        let is_port = |port: &str| {
            port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port != 0)
        };
        let is_whole = host::normalise(host).is_ok() && port.is_none_or(is_port);
        is_whole.then(|| Self(text.to_owned()))
    }

    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its SHA-256, which stands in the place of the RP ID's where a U2F key signs (§10.1.1).
    #[must_use]
    pub fn hash(&self) -> AppIdHash {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, self.0.as_bytes()).as_ref());
        AppIdHash(hash)
    }
}

/// The SHA-256 of an [`AppId`]: all of it that an assertion is verified with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AppIdHash(pub [u8; 32]);

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::AppId;

    #[test]
    fn an_app_id_is_an_https_url() {
        for url in
            ["https://example.com", "https://example.com/app-id.json", "https://www.example.com:8443/u2f?a=b"]
        {
            assert_eq!(AppId::parse(url).unwrap().to_string(), url);
        }
        let long = format!("https://example.com/{}", "a".repeat(512));
        for other in [
            "",
            "example.com",
            "http://example.com",
            "HTTPS://example.com",
            "https://",
            "https:///path",
            "https://user@example.com",
            "https://user:password@example.com",
            "https://example.com:",
            "https://example.com:0",
            "https://example.com:+80",
            "https://example.com:65536",
            "https://127.0.0.1/",
            "https://example.com/#fragment",
            "https://example.com\\@evil.example",
            "https://example.com/a b",
            "https://bücher.example",
            "android:apk-key-hash:AA",
            &long,
        ] {
            assert_eq!(AppId::parse(other), None, "{other}");
        }
    }
}
