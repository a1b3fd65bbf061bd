//! `/openapi.json`, `/docs` and `/status`: what the APIs are, for programs and for people.
//!
//! None of it is secret, so none of it asks for a key or a token.

pub(crate) mod admin_page;
pub(crate) mod openapi;
pub(crate) mod public_page;
pub(crate) mod status;
pub(crate) mod style;

use std::sync::OnceLock;

use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY};
use axum::response::{IntoResponse, Response};

use crate::openapi::{Document, render};

/// A document in both of its forms. Each is made when it is first asked for: most processes are never asked, and a start
/// is not to wait for it.
pub(crate) struct Published {
    document: Box<dyn Fn() -> Document + Send + Sync>,
    json: OnceLock<Bytes>,
    page: OnceLock<Bytes>,
}

impl Published {
    pub(crate) fn new(document: impl Fn() -> Document + Send + Sync + 'static) -> Self {
        Self { document: Box::new(document), json: OnceLock::new(), page: OnceLock::new() }
    }

    fn json(&self) -> Bytes {
        // A document has text, numbers and maps by text alone, which JSON has too.
        let make = || serde_json::to_vec(&(self.document)().to_openapi()).unwrap_or_default().into();
        self.json.get_or_init(make).clone()
    }

    fn page(&self) -> Bytes {
        self.page.get_or_init(|| render(&(self.document)()).into()).clone()
    }
}

/// The documents of all APIs.
pub(crate) struct Both {
    pub(crate) public: Published,
    pub(crate) admin: Published,
    pub(crate) console: Published,
}

/// Nothing is loaded but the stylesheet from here; no script runs, no other page frames this one.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// How long an answer may be kept.
#[derive(Debug, Clone, Copy)]
enum Lifetime {
    /// It changes with the binary.
    Minutes,
    /// It tells how things are at this moment.
    None,
}

impl Lifetime {
    const fn header(self) -> &'static str {
        match self {
            Self::Minutes => "max-age=300",
            Self::None => "no-store",
        }
    }
}

fn html(page: impl Into<Bytes>, lifetime: Lifetime) -> Response {
    let headers: [(HeaderName, &str); 4] = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, lifetime.header()),
    ];
    (headers, page.into()).into_response()
}

fn json(document: Bytes) -> Response {
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, Lifetime::Minutes.header())];
    (headers, document).into_response()
}
