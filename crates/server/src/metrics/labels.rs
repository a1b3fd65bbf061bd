//! The labels, each with a bounded number of values.

use std::hash::{Hash, Hasher};

use axum::http::Method;
use passgate_api::ErrorCode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};

use crate::ceremony_route::Half;
use crate::rate_limit::Limit;
use crate::request::Route;

/// A ceremony and its half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ceremony {
    ceremony: &'static str,
    step: &'static str,
}

impl From<Half> for Ceremony {
    fn from(Half { ceremony, step }: Half) -> Self {
        Self { ceremony: ceremony.as_str(), step: step.as_str() }
    }
}

/// How half of a ceremony went.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct CeremonyOutcome {
    #[prometheus(flatten)]
    ceremony: Ceremony,
    outcome: &'static str,
    /// Why it failed; empty where it didn't.
    code: Code,
}

impl CeremonyOutcome {
    pub(super) fn new(half: Half, status: u16, code: Option<ErrorCode>) -> Self {
        let outcome = if status < 400 { "succeeded" } else { "failed" };
        Self { ceremony: half.into(), outcome, code: Code(code) }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Code(Option<ErrorCode>);

impl EncodeLabelValue for Code {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.0.as_ref().map_or("", ErrorCode::as_str).encode(encoder)
    }
}

/// What a request was, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Served {
    method: Verb,
    route: Pattern,
    status: u16,
}

impl Served {
    pub(super) fn new(method: Method, route: Option<Route>, status: u16) -> Self {
        Self { method: Verb(method), route: Pattern(route), status }
    }
}

/// One of the methods that HTTP names; callers may send others.
#[derive(Debug, Clone)]
struct Verb(Method);

impl Verb {
    fn as_str(&self) -> &str {
        match self.0 {
            Method::GET
            | Method::HEAD
            | Method::POST
            | Method::PUT
            | Method::PATCH
            | Method::DELETE
            | Method::OPTIONS => self.0.as_str(),
            _ => "other",
        }
    }
}

/// A route's pattern, or `-` where none matched.
#[derive(Debug, Clone)]
struct Pattern(Option<Route>);

impl Pattern {
    fn as_str(&self) -> &str {
        self.0.as_ref().map_or("-", Route::as_str)
    }
}

/// Equal where they read alike.
macro_rules! label_by_text {
    ($($label:ty),+) => {$(
        impl PartialEq for $label {
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl Eq for $label {}

        impl Hash for $label {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl EncodeLabelValue for $label {
            fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
                self.as_str().encode(encoder)
            }
        }
    )+};
}

label_by_text!(Verb, Pattern);

/// Which limit a request was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Limited {
    limit: &'static str,
}

impl Limited {
    pub(super) fn by(limit: Limit) -> Self {
        Self {
            limit: match limit {
                Limit::Address => "address",
                Limit::Tenant => "tenant",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_of_the_callers_own_making_are_one() {
        let verb = |name: &str| Verb(Method::from_bytes(name.as_bytes()).unwrap());
        assert_eq!(verb("BREW").as_str(), "other");
        assert_eq!(verb("BREW"), verb("STEEP"));
        assert_ne!(verb("GET"), verb("POST"));
    }
}
