//! What stands before the admin API: the admin token, and the console's own tenant, which is not for it.

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::http::header::{ORIGIN, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use passgate_api::ErrorCode;
use passgate_core::store::Store;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{bearer, parse_tenant_id};

/// Refuses what would change the console's own tenant: its operators would be locked out, or let in, behind the console's
/// back.
pub(crate) async fn refuse_reserved<S: Store>(
    State(app): State<App<S>>,
    params: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
    next: Next,
) -> Response {
    let named = params.ok().and_then(|params| {
        let mut params = params.iter();
        params.find_map(|(name, value)| (name == "tenant_id").then(|| parse_tenant_id(value).ok())?)
    });
    if request.method() != Method::GET
        && let Some(id) = named
    {
        match app.passgate.console().await {
            Ok(console) if console.tenant_id == Some(id) => {
                return ApiError::conflict(
                    ErrorCode::TENANT_RESERVED,
                    "the tenant is the console's own, which only the console changes",
                )
                .into_response();
            }
            Ok(_) => {}
            Err(error) => return ApiError::from(error).into_response(),
        }
    }
    next.run(request).await
}

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
