//! Which web pages may read a tenant's answers.

use serde::{Deserialize, Serialize};

/// A tenant's cross-origin policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorsPolicy {
    patterns: Vec<OriginPattern>,
    wildcard: Wildcard,
}

/// What `*` among the allowed origins means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wildcard {
    /// A literal `*` is answered, without credentials.
    Literal,
    /// The caller's origin is reflected, with credentials: any page acts as the person's browser.
    Unsafe,
}

/// What to tell a browser about the origin that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorsAnswer {
    /// Reflect the origin and allow credentials.
    Origin,
    /// Answer `*`, without credentials.
    Any,
    /// Say nothing, so that the browser keeps the answer from the page.
    Refused,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
enum OriginPattern {
    Any,
    Exact(String),
    /// `scheme://*.rest`: one label in place of the star.
    Subdomain {
        scheme: String,
        rest: String,
    },
}

/// Why a cross-origin policy is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CorsError {
    /// There is no origin.
    #[error("cors.allowed_origins must not be empty")]
    Empty,
    /// There are too many origins.
    #[error("cors.allowed_origins must have at most {} entries", CorsPolicy::MAX)]
    TooMany,
    /// An entry is no origin: it would never match what a browser sends.
    #[error(
        "cors.allowed_origins has an entry that is not an origin: use scheme://host[:port] without a path, \
             https://*.example.com, or *"
    )]
    NotAnOrigin,
}

impl CorsPolicy {
    /// The most origins a policy may list.
    pub const MAX: usize = 100;

    /// Parses the origins that a configuration lists.
    pub fn new(origins: &[String], wildcard: Wildcard) -> Result<Self, CorsError> {
        match origins.len() {
            0 => return Err(CorsError::Empty),
            count if count > Self::MAX => return Err(CorsError::TooMany),
            _ => {}
        }
        let patterns =
            origins.iter().map(|origin| OriginPattern::try_from(origin.clone())).collect::<Result<_, _>>()?;
        Ok(Self { patterns, wildcard })
    }

    /// The origins as they were given.
    #[must_use]
    pub fn allowed_origins(&self) -> Vec<String> {
        self.patterns.iter().cloned().map(String::from).collect()
    }

    /// What `*` means here.
    #[must_use]
    pub fn wildcard(&self) -> Wildcard {
        self.wildcard
    }

    /// Decides about the value of an `Origin` header.
    #[must_use]
    pub fn answer(&self, origin: &str) -> CorsAnswer {
        let named = self.patterns.iter().any(|pattern| pattern.names(origin));
        let any = self.patterns.contains(&OriginPattern::Any);
        match (named, any, self.wildcard) {
            (true, _, _) | (_, true, Wildcard::Unsafe) => CorsAnswer::Origin,
            (_, true, Wildcard::Literal) => CorsAnswer::Any,
            (false, false, _) => CorsAnswer::Refused,
        }
    }
}

impl OriginPattern {
    fn names(&self, origin: &str) -> bool {
        match self {
            Self::Any => false,
            Self::Exact(exact) => exact == origin,
            Self::Subdomain { scheme, rest } => origin
                .strip_prefix(scheme.as_str())
                .and_then(|host| host.strip_prefix("://"))
                .and_then(|host| host.strip_suffix(rest.as_str()))
                .and_then(|host| host.strip_suffix('.'))
                .is_some_and(|label| !label.is_empty() && !label.contains(['.', '/', ':', '@'])),
        }
    }
}

impl TryFrom<String> for OriginPattern {
    type Error = CorsError;

    fn try_from(text: String) -> Result<Self, CorsError> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let (scheme, host) = text.split_once("://").ok_or(CorsError::NotAnOrigin)?;
        let (host, rest) = match host.strip_prefix("*.") {
            Some(rest) => (format!("label.{rest}"), Some(rest)),
            None => (host.to_owned(), None),
        };
        // What a browser sends is the serialised origin; anything that isn't its own serialisation never matches.
        let url = url::Url::parse(&format!("{scheme}://{host}")).map_err(|_| CorsError::NotAnOrigin)?;
        let custom_scheme = !matches!(scheme, "http" | "https");
        let serialised =
            if custom_scheme { format!("{scheme}://{host}") } else { url.origin().ascii_serialization() };
        if serialised != format!("{scheme}://{host}")
            || host.is_empty()
            || host.contains(['/', '*', '@', '?', '#'])
        {
            return Err(CorsError::NotAnOrigin);
        }
        Ok(match rest {
            Some(rest) => Self::Subdomain { scheme: scheme.to_owned(), rest: rest.to_owned() },
            None => Self::Exact(text),
        })
    }
}

impl From<OriginPattern> for String {
    fn from(pattern: OriginPattern) -> Self {
        match pattern {
            OriginPattern::Any => "*".to_owned(),
            OriginPattern::Exact(exact) => exact,
            OriginPattern::Subdomain { scheme, rest } => format!("{scheme}://*.{rest}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(origins: &[&str], wildcard: Wildcard) -> CorsPolicy {
        let origins: Vec<String> = origins.iter().map(ToString::to_string).collect();
        CorsPolicy::new(&origins, wildcard).unwrap()
    }

    #[test]
    fn a_listed_origin_is_reflected_and_no_other() {
        let policy = policy(&["http://localhost:5173"], Wildcard::Literal);
        assert_eq!(policy.answer("http://localhost:5173"), CorsAnswer::Origin);
        assert_eq!(policy.answer("http://localhost:5174"), CorsAnswer::Refused);
        assert_eq!(policy.answer("https://localhost:5173"), CorsAnswer::Refused);
        assert_eq!(policy.answer("null"), CorsAnswer::Refused);
    }

    #[test]
    fn a_star_label_matches_exactly_one_label() {
        let policy = policy(&["https://*.example.com"], Wildcard::Literal);
        assert_eq!(policy.answer("https://app.example.com"), CorsAnswer::Origin);
        for refused in [
            "https://example.com",
            "https://a.b.example.com",
            "https://.example.com",
            "http://app.example.com",
            "https://app.example.com.evil.org",
            "https://evilexample.com",
            "https://app.example.com:8443",
            "https://evil.org/.example.com",
            "https://user@app.example.com",
        ] {
            assert_eq!(policy.answer(refused), CorsAnswer::Refused, "{refused}");
        }
    }

    #[test]
    fn a_star_answers_a_star_unless_it_was_called_unsafe() {
        assert_eq!(policy(&["*"], Wildcard::Literal).answer("https://any.org"), CorsAnswer::Any);
        assert_eq!(policy(&["*"], Wildcard::Unsafe).answer("https://any.org"), CorsAnswer::Origin);
        assert_eq!(
            policy(&["*", "https://a.org"], Wildcard::Literal).answer("https://a.org"),
            CorsAnswer::Origin
        );
    }

    #[test]
    fn what_a_browser_never_sends_is_refused_as_an_origin() {
        for wrong in [
            "example.com",
            "https://example.com/",
            "https://example.com/path",
            "https://Example.com",
            "https://example.com:443",
            "https://*",
            "https://a.*.com",
            "https://",
            "https://u@example.com",
            "",
        ] {
            assert_eq!(
                CorsPolicy::new(&[wrong.to_owned()], Wildcard::Literal),
                Err(CorsError::NotAnOrigin),
                "{wrong}"
            );
        }
        assert_eq!(CorsPolicy::new(&[], Wildcard::Literal), Err(CorsError::Empty));
    }
}
