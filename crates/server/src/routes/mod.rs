//! All APIs, as tables of contents: each endpoint is a file, named as its path and verb, with its description for the
//! documents.

pub(crate) mod admin;
pub(crate) mod audit_logs;
pub(crate) mod audit_logs_export;
pub(crate) mod console;
pub(crate) mod credentials;
pub(crate) mod documentation;
pub(crate) mod health;
pub(crate) mod jwks;
pub(crate) mod login;
pub(crate) mod metrics;
pub(crate) mod mfa;
pub(crate) mod registration;
pub(crate) mod related_origins;
pub(crate) mod transaction;
pub(crate) mod users;

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::{Extension, Router};
use passgate_api::ErrorCode;
use passgate_core::store::Store;

use crate::app::App;
use crate::direct::Direct;
use crate::error::ApiError;
use crate::openapi::{self, Api, Document, Endpoint, delete, get, patch, post, put};
use crate::request::Surroundings;
use crate::routes::documentation::{Both, Published};
use crate::tenant_layer::{TenantLayer, in_tenant};
use crate::{admin_layer, request};

/// The public API.
pub fn public<S: Store>(app: App<S>, request_timeout: Duration) -> Direct<S> {
    let document = Arc::new(published::<S>(app.passgate.public_url()));
    let documents = openapi::router(public_documents()).layer(Extension(document));
    let strangers = openapi::router(strangers())
        .method_not_allowed_fallback(method_not_allowed)
        .route_layer(from_fn_with_state(TenantLayer::limited(app.clone()), in_tenant));
    let tenant = openapi::router(of_tenant())
        .method_not_allowed_fallback(method_not_allowed)
        .route_layer(from_fn_with_state(TenantLayer::unlimited(app.clone()), in_tenant))
        .merge(strangers);
    let routes = documents
        .method_not_allowed_fallback(method_not_allowed)
        .nest(TENANT, tenant)
        .fallback(route_not_found);
    let surroundings = Surroundings { app, time_limit: request_timeout };
    Direct::new(surroundings.clone(), surround(routes, surroundings))
}

/// What the public API's document is made from.
pub(crate) fn public_document<S: Store>(public_url: &str) -> Document {
    let endpoints = [(TENANT, of_tenant::<S>()), (TENANT, strangers()), ("", public_documents())];
    Document::new(Api::Public, public_url, endpoints)
}

fn published<S: Store>(public_url: &str) -> Published {
    let public_url = public_url.to_owned();
    Published::new(move || public_document::<S>(&public_url))
}

/// Where a tenant's endpoints are.
const TENANT: &str = "/{tenant_id}";

/// What strangers may call, and so what is limited.
fn strangers<S: Store>() -> Vec<Endpoint<S>> {
    use registration::finalize;
    vec![
        post("/registration/finalize", finalize::handler, finalize::description()),
        post("/login/initialize", login::initialize::handler, login::initialize::description()),
        post("/login/finalize", login::finalize::handler, login::finalize::description()),
    ]
}

/// What else a tenant's paths answer.
fn of_tenant<S: Store>() -> Vec<Endpoint<S>> {
    use crate::routes::mfa::{login as mfa_login, registration as mfa};
    use credentials::{delete as delete_credential, get as get_credential, list, update};
    use registration::initialize;
    use transaction::list as transactions;
    use users::{delete_credentials, signals};
    vec![
        post("/registration/initialize", initialize::handler, initialize::description()),
        get("/credentials", list::handler, list::description()),
        get("/credentials/{credential_id}", get_credential::handler, get_credential::description()),
        patch("/credentials/{credential_id}", update::handler, update::description()),
        delete("/credentials/{credential_id}", delete_credential::handler, delete_credential::description()),
        post(
            "/transaction/initialize",
            transaction::initialize::handler,
            transaction::initialize::description(),
        ),
        post("/transaction/finalize", transaction::finalize::handler, transaction::finalize::description()),
        get("/transaction/{user_id}", transactions::handler, transactions::description()),
        // Users may be called as the two routes before are.
        get("/transaction/initialize", transactions::of_initialize, transactions::covered()),
        get("/transaction/finalize", transactions::of_finalize, transactions::covered()),
        post("/mfa/registration/initialize", mfa::initialize::handler, mfa::initialize::description()),
        post("/mfa/registration/finalize", mfa::finalize::handler, mfa::finalize::description()),
        post("/mfa/login/initialize", mfa_login::initialize::handler, mfa_login::initialize::description()),
        post("/mfa/login/finalize", mfa_login::finalize::handler, mfa_login::finalize::description()),
        get("/users/{user_id}/signals", signals::handler, signals::description()),
        delete(
            "/users/{user_id}/credentials",
            delete_credentials::handler,
            delete_credentials::description(),
        ),
        get("/audit_logs", audit_logs::handler, audit_logs::description()),
        get("/audit_logs/export", audit_logs_export::handler, audit_logs_export::description()),
        get("/.well-known/webauthn", related_origins::handler, related_origins::description()),
        get("/.well-known/jwks.json", jwks::handler, jwks::description()),
    ]
}

/// What the public listener answers outside of tenants.
fn public_documents<S: Store>() -> Vec<Endpoint<S>> {
    use documentation::openapi;
    vec![get("/openapi.json", openapi::of_public, openapi::description())]
}

/// The admin API, behind the admin token, and the pages beside it.
pub fn admin<S: Store>(app: App<S>, request_timeout: Duration) -> Router {
    let documents = Arc::new(Both {
        public: published::<S>(app.passgate.public_url()),
        admin: {
            let admin_url = app.admin_url.clone();
            Published::new(move || admin_document::<S>(&admin_url))
        },
        console: {
            let console_url = app.console.place.url().to_owned();
            Published::new(move || console_document::<S>(&console_url))
        },
    });
    let open = openapi::router(open_to_operators())
        .method_not_allowed_fallback(method_not_allowed)
        .layer(Extension(documents));
    let console = openapi::guarded_router(&app, console::endpoints())
        .fallback(route_not_found)
        .method_not_allowed_fallback(method_not_allowed);
    let routes = administration(&app)
        .layer(from_fn_with_state(app.clone(), admin_layer::require_token))
        .merge(open)
        .nest(console::API, console);
    surround(routes, Surroundings { app, time_limit: request_timeout })
}

/// The admin API for a caller in this process, who holds the database anyway: the command line without a server.
pub(crate) fn admin_in_process<S: Store>(app: App<S>) -> Router {
    administration(&app).with_state(app)
}

/// What the admin API's document is made from.
pub(crate) fn admin_document<S: Store>(admin_url: &str) -> Document {
    let endpoints = [("", of_operators::<S>()), ("", open_to_operators())];
    Document::new(Api::Admin, admin_url, endpoints)
}

/// What the console API's document is made from.
pub(crate) fn console_document<S: Store>(console_url: &str) -> Document {
    Document::new(Api::Console, console_url, [(console::API, console::endpoints::<S>())])
}

fn administration<S: Store>(app: &App<S>) -> Router<App<S>> {
    openapi::router(of_operators())
        .route_layer(from_fn_with_state(app.clone(), admin_layer::refuse_reserved))
        .fallback(route_not_found)
        .method_not_allowed_fallback(method_not_allowed)
}

/// What needs an admin token.
fn of_operators<S: Store>() -> Vec<Endpoint<S>> {
    use admin::{api_keys, signing_keys as jwk, tenants, users, webhooks};
    vec![
        get("/tenants", tenants::list::handler, tenants::list::description()),
        post("/tenants", tenants::create::handler, tenants::create::description()),
        get("/tenants/{tenant_id}", tenants::get::handler, tenants::get::description()),
        put("/tenants/{tenant_id}", tenants::update::handler, tenants::update::description()),
        delete("/tenants/{tenant_id}", tenants::delete::handler, tenants::delete::description()),
        put("/tenants/{tenant_id}/config", tenants::configure::handler, tenants::configure::description()),
        get("/tenants/{tenant_id}/secrets/api", api_keys::list::handler, api_keys::list::description()),
        post("/tenants/{tenant_id}/secrets/api", api_keys::create::handler, api_keys::create::description()),
        post(
            "/tenants/{tenant_id}/secrets/api/{secret_id}/roll",
            api_keys::roll::handler,
            api_keys::roll::description(),
        ),
        delete(
            "/tenants/{tenant_id}/secrets/api/{secret_id}",
            api_keys::delete::handler,
            api_keys::delete::description(),
        ),
        get("/tenants/{tenant_id}/secrets/jwk", jwk::list::handler, jwk::list::description()),
        post("/tenants/{tenant_id}/secrets/jwk", jwk::create::handler, jwk::create::description()),
        delete(
            "/tenants/{tenant_id}/secrets/jwk/{secret_id}",
            jwk::delete::handler,
            jwk::delete::description(),
        ),
        get("/tenants/{tenant_id}/users", users::list::handler, users::list::description()),
        get("/tenants/{tenant_id}/users/{user_id}", users::get::handler, users::get::description()),
        delete("/tenants/{tenant_id}/users/{user_id}", users::delete::handler, users::delete::description()),
        get("/tenants/{tenant_id}/webhooks", webhooks::list::handler, webhooks::list::description()),
        post("/tenants/{tenant_id}/webhooks", webhooks::create::handler, webhooks::create::description()),
        patch(
            "/tenants/{tenant_id}/webhooks/{webhook_id}",
            webhooks::update::handler,
            webhooks::update::description(),
        ),
        delete(
            "/tenants/{tenant_id}/webhooks/{webhook_id}",
            webhooks::delete::handler,
            webhooks::delete::description(),
        ),
        post(
            "/tenants/{tenant_id}/webhooks/{webhook_id}/secret",
            webhooks::replace_secret::handler,
            webhooks::replace_secret::description(),
        ),
        get(
            "/tenants/{tenant_id}/webhooks/{webhook_id}/deliveries",
            webhooks::deliveries::handler,
            webhooks::deliveries::description(),
        ),
        post(
            "/tenants/{tenant_id}/webhooks/{webhook_id}/deliveries/{event_id}/redeliver",
            webhooks::redeliver::handler,
            webhooks::redeliver::description(),
        ),
        get("/tenants/{tenant_id}/audit_logs", audit_logs::admin_handler, audit_logs::admin_description()),
        get(
            "/tenants/{tenant_id}/audit_logs/export",
            audit_logs_export::admin_handler,
            audit_logs_export::admin_description(),
        ),
    ]
}

/// What the admin listener answers without a token: nothing of it is secret.
fn open_to_operators<S: Store>() -> Vec<Endpoint<S>> {
    use documentation::{admin_page, openapi, public_page, status, style};
    vec![
        get("/", console::pages::root, console::pages::root_description()),
        get("/console", console::pages::root, console::pages::covered()),
        get("/console/", console::pages::start, console::pages::covered()),
        get("/console/{*path}", console::pages::file, console::pages::covered()),
        get("/status", status::handler, status::description()),
        get("/health/alive", health::alive, health::alive_description()),
        get("/health/ready", health::ready, health::ready_description()),
        get("/metrics", metrics::handler, metrics::description()),
        get("/openapi.json", openapi::of_admin, openapi::description()),
        get(
            "/openapi/public.json",
            openapi::of_public_for_operators,
            openapi::of_public_for_operators_description(),
        ),
        get("/openapi/console.json", openapi::of_console, openapi::of_console_description()),
        get("/docs", public_page::handler, public_page::description()),
        get("/docs/admin", admin_page::handler, admin_page::description()),
        get("/docs/style.css", style::handler, style::description()),
    ]
}

/// What every request passes through, outermost last.
fn surround<S: Store>(routes: Router<App<S>>, surroundings: Surroundings<S>) -> Router {
    let app = surroundings.app.clone();
    routes.layer(from_fn_with_state(surroundings, request::surround)).with_state(app)
}

pub(crate) async fn route_not_found() -> ApiError {
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
