//! The answer to a ceremony that succeeded.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use passgate_core::token::Token;

use crate::no_store::NoStore;

/// A token, as `passgate_api::public::TokenResponse` writes it.
pub(crate) struct TokenAnswer(pub(crate) Token);

impl IntoResponse for TokenAnswer {
    fn into_response(self) -> Response {
        // A token is base64url and dots (RFC 7515, section 7.1): JSON has nothing to escape in it.
        let body = ["{\"token\":\"", self.0.expose_secret(), "\"}"].concat();
        let json = HeaderValue::from_static("application/json");
        NoStore(([(header::CONTENT_TYPE, json)], Body::from(body))).into_response()
    }
}
