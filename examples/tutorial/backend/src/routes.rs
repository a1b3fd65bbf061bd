//! Every route of the app.

mod login;
mod logout;
mod me;
mod origin;
mod refusal;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{CONTENT_TYPE, InvalidHeaderValue};
use axum::http::{HeaderValue, Method};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use passgate_client::Tenant;
use passgate_client::axum::passkey_routes;
use tower_http::cors::CorsLayer;

use crate::app::App;

/// The app, open to pages of `frontend_origin` only.
pub(crate) fn router(app: App, tenant: Tenant, frontend_origin: &str) -> Result<Router, InvalidHeaderValue> {
    let origin = HeaderValue::from_str(frontend_origin)?;
    let cors = CorsLayer::new()
        .allow_origin(origin.clone())
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([CONTENT_TYPE]);

    Ok(Router::new()
        .route("/login", post(login::post).layer(DefaultBodyLimit::max(16 * 1024)))
        .route("/logout", post(logout::post))
        .route("/me", get(me::get))
        .with_state(app.clone())
        .merge(passkey_routes(tenant, app))
        .layer(from_fn_with_state(origin, origin::only))
        .layer(cors))
}
