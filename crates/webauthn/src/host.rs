//! Domain names as RP IDs and origins hold them: lower-case ASCII, internationalised names as punycode.

/// The longest domain name, in bytes (RFC 1035 §2.3.4, without the trailing dot).
const MAX_HOST_BYTES: usize = 253;
const MAX_LABEL_BYTES: usize = 63;

/// Why a text is not a domain name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// It has a character no host name has; a name such as `bücher.example` must be given as punycode.
    #[error(
        "the host has a character other than letters, digits, '-', '_' and '.'; give international names as punycode (xn--…)"
    )]
    Character,
    /// A label between dots is empty, longer than 63 bytes, or starts or ends with a hyphen; or the whole is
    /// longer than 253 bytes.
    #[error("the host is not a valid domain name")]
    Form,
    /// It is an IP address, or ends in what a browser would read as one: RP IDs are domains.
    #[error("the host is an IP address, not a domain")]
    IpAddress,
}

/// Lower-cases a domain name and checks that it is one.
pub(crate) fn normalise(host: &str) -> Result<String, HostError> {
    if host.starts_with('[') {
        return Err(HostError::IpAddress);
    }
    if host.is_empty() || host.len() > MAX_HOST_BYTES {
        return Err(HostError::Form);
    }
    if !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')) {
        return Err(HostError::Character);
    }
    let fits = |label: &str| {
        !label.is_empty()
            && label.len() <= MAX_LABEL_BYTES
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if !host.split('.').all(fits) {
        return Err(HostError::Form);
    }
    let host = host.to_ascii_lowercase();
    // A URL parser takes a host for an IPv4 address if its last label is a number (WHATWG URL, "ends in a
    // number checker"), be it decimal or hexadecimal.
    let last = host.rsplit('.').next().unwrap_or_default();
    let hexadecimal =
        last.strip_prefix("0x").is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if hexadecimal || last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(HostError::IpAddress);
    }
    Ok(host)
}

#[cfg(test)]
mod tests {
    use super::{HostError, normalise};

    #[test]
    fn domains_are_lower_cased() {
        for (host, expected) in [
            ("Example.COM", "example.com"),
            ("localhost", "localhost"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("my_app.a-b.example", "my_app.a-b.example"),
            ("3com.com", "3com.com"),
        ] {
            assert_eq!(normalise(host).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_is_no_domain_is_refused_with_the_reason() {
        let long_label = format!("{}.com", "a".repeat(64));
        let long = ["a".repeat(60).as_str(); 5].join(".");
        for (host, expected) in [
            ("", HostError::Form),
            (".", HostError::Form),
            ("example.com.", HostError::Form),
            (".example.com", HostError::Form),
            ("a..b", HostError::Form),
            ("-a.com", HostError::Form),
            ("a-.com", HostError::Form),
            (&long_label, HostError::Form),
            (&long, HostError::Form),
            ("bücher.example", HostError::Character),
            ("*.example.com", HostError::Character),
            ("exa mple.com", HostError::Character),
            ("user@example.com", HostError::Character),
            ("example.com:443", HostError::Character),
            ("127.0.0.1", HostError::IpAddress),
            ("[::1]", HostError::IpAddress),
            ("1", HostError::IpAddress),
            ("example.0x7f", HostError::IpAddress),
            ("0x", HostError::IpAddress),
        ] {
            assert_eq!(normalise(host), Err(expected), "{host}");
        }
    }
}
