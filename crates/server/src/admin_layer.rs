//! What stands before the admin API: the admin token.

use axum::extract::{Request, State};
use axum::http::header::{ORIGIN, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use passgate_api::ErrorCode;
use passgate_core::store::Store;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::bearer;

/// Lets a request through that carries a valid admin token.
pub(crate) async fn require_token<S: Store>(
    State(app): State<App<S>>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let refusal = match bearer(&parts.headers) {
        // No page from here asks anything of the admin API, so a request of a page is somebody else's doing.
        _ if parts.headers.contains_key(ORIGIN) => Some(ApiError::new(
            StatusCode::FORBIDDEN,
            ErrorCode::WEB_PAGE_REFUSED,
            "Forbidden",
            "the admin API does not take requests of web pages",
        )),
        None => Some(ApiError::unauthorized(
            ErrorCode::ADMIN_TOKEN_MISSING,
            "send an admin token as Authorization: Bearer; `passgate admin-token create` makes one",
        )),
        Some(token) => match app.passgate.is_admin(token).await {
            Ok(true) => None,
            Ok(false) => Some(ApiError::unauthorized(
                ErrorCode::ADMIN_TOKEN_INVALID,
                "the admin token is not valid: mistyped, or revoked",
            )),
            Err(error) => Some(error.into()),
        },
    };
    match refusal {
        None => next.run(Request::from_parts(parts, body)).await,
        Some(error) => {
            let mut response = error.into_response();
            if response.status() == StatusCode::UNAUTHORIZED {
                response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            response
        }
    }
}
