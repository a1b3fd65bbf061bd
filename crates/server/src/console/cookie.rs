//! The cookie that holds a session's secret.

use axum::Json;
use axum::http::header::{COOKIE as COOKIE_HEADER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use passgate_api::console as wire;
use passgate_core::console::LIFETIME;
use passgate_core::key_secret::KeySecret;

use crate::no_store::NoStore;

/// Its name. The prefix has browsers take it only with `Secure`, for `/`, and from no other host.
pub(crate) const COOKIE: &str = "__Host-passgate_console";

/// What keeps scripts, other sites and plain text away from it.
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";

/// The session's secret that a request carries.
pub(crate) fn presented(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE_HEADER)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// A session, handed to the browser.
pub(crate) struct SessionStarted {
    pub(crate) session: wire::Session,
    pub(crate) secret: KeySecret,
}

impl IntoResponse for SessionStarted {
    fn into_response(self) -> Response {
        let value =
            format!("{COOKIE}={}; {ATTRIBUTES}; Max-Age={}", self.secret.expose_secret(), LIFETIME.as_secs());
        let mut response = NoStore(Json(self.session)).into_response();
        if let Ok(mut value) = HeaderValue::from_str(&value) {
            value.set_sensitive(true);
            response.headers_mut().append(SET_COOKIE, value);
        }
        response
    }
}

/// The browser is to forget its session.
pub(crate) struct SessionEnded;

impl IntoResponse for SessionEnded {
    fn into_response(self) -> Response {
        let mut response = NoStore(StatusCode::NO_CONTENT).into_response();
        if let Ok(value) = HeaderValue::from_str(&format!("{COOKIE}=; {ATTRIBUTES}; Max-Age=0")) {
            response.headers_mut().append(SET_COOKIE, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE_HEADER, HeaderValue::from_static("a=b; __Host-passgate_console=pgs_x; c=d"));
        assert_eq!(presented(&headers), Some("pgs_x"));
        let mut headers = HeaderMap::new();
        headers.append(COOKIE_HEADER, HeaderValue::from_static("__Host-passgate_console2=pgs_x"));
        assert_eq!(presented(&headers), None);
    }
}
