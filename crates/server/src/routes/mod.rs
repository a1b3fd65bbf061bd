//! Both APIs, as tables of contents: each endpoint is a file, named as its path and verb.

pub(crate) mod admin;
pub(crate) mod audit_logs;
pub(crate) mod credentials;
pub(crate) mod health;
pub(crate) mod jwks;
pub(crate) mod login;
pub(crate) mod mfa;
pub(crate) mod registration;
pub(crate) mod transaction;

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::{delete, get, post, put};
use passgate_api::ErrorCode;
use passgate_core::store::Store;
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::App;
use crate::error::ApiError;
use crate::{admin_layer, rate_limit, request, tenant_layer};

/// The public API.
pub fn public<S: Store>(app: App<S>, request_timeout: Duration) -> Router {
    let strangers = Router::new()
        .route("/registration/finalize", post(registration::finalize::handler))
        .route("/login/initialize", post(login::initialize::handler))
        .route("/login/finalize", post(login::finalize::handler))
        .method_not_allowed_fallback(method_not_allowed)
        .route_layer(from_fn_with_state(app.clone(), rate_limit::limit));
    let tenant = Router::new()
        .route("/registration/initialize", post(registration::initialize::handler))
        .route("/credentials", get(credentials::list::handler))
        .route(
            "/credentials/{credential_id}",
            get(credentials::get::handler)
                .patch(credentials::update::handler)
                .delete(credentials::delete::handler),
        )
        .route(
            "/transaction/initialize",
            post(transaction::initialize::handler).get(transaction::list::of_initialize),
        )
        .route(
            "/transaction/finalize",
            post(transaction::finalize::handler).get(transaction::list::of_finalize),
        )
        .route("/transaction/{user_id}", get(transaction::list::handler))
        .route("/mfa/registration/initialize", post(mfa::registration::initialize::handler))
        .route("/mfa/registration/finalize", post(mfa::registration::finalize::handler))
        .route("/mfa/login/initialize", post(mfa::login::initialize::handler))
        .route("/mfa/login/finalize", post(mfa::login::finalize::handler))
        .route("/audit_logs", get(audit_logs::handler))
        .route("/.well-known/jwks.json", get(jwks::handler))
        .method_not_allowed_fallback(method_not_allowed)
        .merge(strangers)
        .route_layer(from_fn_with_state(app.clone(), tenant_layer::in_tenant));
    let routes = Router::new().nest("/{tenant_id}", tenant).fallback(route_not_found);
    surround(routes, app, request_timeout)
}

/// The admin API, behind the admin token.
pub fn admin<S: Store>(app: App<S>, request_timeout: Duration) -> Router {
    let routes = administration()
        .layer(from_fn_with_state(app.clone(), admin_layer::require_token))
        .route("/health/alive", get(health::alive))
        .route("/health/ready", get(health::ready));
    surround(routes, app, request_timeout)
}

/// The admin API for a caller in this process, who holds the database anyway: the command line without a server.
pub(crate) fn admin_in_process<S: Store>(app: App<S>) -> Router {
    administration().with_state(app)
}

fn administration<S: Store>() -> Router<App<S>> {
    use admin::{api_keys, signing_keys, tenants, users};
    Router::new()
        .route("/tenants", get(tenants::list::handler).post(tenants::create::handler))
        .route(
            "/tenants/{tenant_id}",
            get(tenants::get::handler).put(tenants::update::handler).delete(tenants::delete::handler),
        )
        .route("/tenants/{tenant_id}/config", put(tenants::configure::handler))
        .route(
            "/tenants/{tenant_id}/secrets/api",
            get(api_keys::list::handler).post(api_keys::create::handler),
        )
        .route("/tenants/{tenant_id}/secrets/api/{secret_id}", delete(api_keys::delete::handler))
        .route(
            "/tenants/{tenant_id}/secrets/jwk",
            get(signing_keys::list::handler).post(signing_keys::create::handler),
        )
        .route("/tenants/{tenant_id}/secrets/jwk/{secret_id}", delete(signing_keys::delete::handler))
        .route("/tenants/{tenant_id}/users", get(users::list::handler))
        .route(
            "/tenants/{tenant_id}/users/{user_id}",
            get(users::get::handler).delete(users::delete::handler),
        )
        .route("/tenants/{tenant_id}/audit_logs", get(audit_logs::admin_handler))
        .fallback(route_not_found)
        .method_not_allowed_fallback(method_not_allowed)
}

/// What every request passes through, outermost last.
fn surround<S: Store>(routes: Router<App<S>>, app: App<S>, request_timeout: Duration) -> Router {
    routes
        .layer(CatchPanicLayer::custom(|_| ApiError::internal("a handler panicked").into_response()))
        .layer(from_fn_with_state(request_timeout, request::limit_time))
        .layer(from_fn_with_state(app.clone(), request::identify))
        .with_state(app)
}

async fn route_not_found() -> ApiError {
    ApiError::not_found(ErrorCode::ROUTE_NOT_FOUND, "there is no such route")
}

async fn method_not_allowed() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::METHOD_NOT_ALLOWED,
        "Method not allowed",
        "the route exists, with another method",
    )
}
