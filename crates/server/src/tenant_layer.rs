//! What surrounds a tenant's routes: finding the tenant, and telling browsers which pages may read the answer.

use std::sync::Arc;

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{MatchedPath, RawPathParams, Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use passgate_api::ErrorCode;
use passgate_core::console::{Ceremony, Outcome};
use passgate_core::cors::CorsAnswer;
use passgate_core::ids::TenantId;
use passgate_core::store::Store;
use passgate_core::tenant::TenantPurpose;
use passgate_core::tenant_cache::Tenant;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::parse_tenant_id;
use crate::metrics::FailureCode;
use crate::rate_limit;

/// What surrounds a tenant's routes. One layer does it all: each costs every request an allocation as large as what it
/// surrounds.
pub(crate) struct TenantLayer<S> {
    app: App<S>,
    limits: Limits,
}

/// Whether the routes have limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limits {
    /// Strangers may call them.
    Limited,
    /// Only who has the API key gets anything.
    Unlimited,
}

impl<S> TenantLayer<S> {
    /// For what strangers may call.
    pub(crate) fn limited(app: App<S>) -> Self {
        Self { app, limits: Limits::Limited }
    }

    /// For the rest.
    pub(crate) fn unlimited(app: App<S>) -> Self {
        Self { app, limits: Limits::Unlimited }
    }
}

impl<S> Clone for TenantLayer<S> {
    fn clone(&self) -> Self {
        Self { app: self.app.clone(), limits: self.limits }
    }
}

/// Puts the tenant on the request, answers preflights, refuses what is over the limits, and adds the CORS headers to
/// every answer.
pub(crate) async fn in_tenant<S: Store>(
    State(TenantLayer { app, limits }): State<TenantLayer<S>>,
    params: Result<RawPathParams, RawPathParamsRejection>,
    mut request: Request,
    next: Next,
) -> Response {
    // A path that is not UTF-8 once decoded names nothing.
    let Ok(params) = params else {
        return ApiError::not_found(ErrorCode::ROUTE_NOT_FOUND, "there is no such route").into_response();
    };
    let tenant = match find(&app, &params).await {
        Ok(tenant) => tenant,
        Err(error) => return error.into_response(),
    };
    let origin = request.headers().get(ORIGIN).cloned();
    let is_preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if is_preflight {
        preflight(request.headers())
    } else {
        request.extensions_mut().insert(Arc::clone(&tenant));
        let step = step_of(&request);
        let refused = match limits {
            Limits::Limited => rate_limit::refuse_too_many(&app, &tenant, &request),
            Limits::Unlimited => None,
        };
        if let Some(refusal) = refused {
            refusal
        } else {
            let response = next.run(request).await;
            if let Some((ceremony, step)) = step {
                count(&app, tenant.id, ceremony, step, &response);
            }
            response
        }
    };
    add_cors_headers(response.headers_mut(), &tenant, origin);
    response
}

/// A ceremony's halves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Initialize,
    Finalize,
}

/// Which half of which ceremony a request is, if any.
fn step_of(request: &Request) -> Option<(Ceremony, Step)> {
    if request.method() != Method::POST {
        return None;
    }
    let (path, step) = request.extensions().get::<MatchedPath>()?.as_str().rsplit_once('/')?;
    let step = match step {
        "initialize" => Step::Initialize,
        "finalize" => Step::Finalize,
        _ => return None,
    };
    let ceremony = match path.strip_prefix("/{tenant_id}/")? {
        "registration" => Ceremony::Registration,
        "login" => Ceremony::Login,
        "mfa/registration" => Ceremony::MfaRegistration,
        "mfa/login" => Ceremony::MfaLogin,
        "transaction" => Ceremony::Transaction,
        _ => return None,
    };
    Some((ceremony, step))
}

/// Counts a ceremony for its tenant. What could not even begin is none.
fn count<S: Store>(app: &App<S>, tenant_id: TenantId, ceremony: Ceremony, step: Step, response: &Response) {
    let failure = response.extensions().get::<FailureCode>();
    let (outcome, code) = match (step, failure) {
        (Step::Initialize, None) => (Outcome::Begun, ""),
        (Step::Initialize, Some(_)) => return,
        (Step::Finalize, None) => (Outcome::Done, ""),
        (Step::Finalize, Some(FailureCode(code))) => (Outcome::Failed, code.as_str()),
    };
    app.passgate.count_ceremony(tenant_id, ceremony, outcome, code);
}

async fn find<S: Store>(app: &App<S>, params: &RawPathParams) -> Result<Arc<Tenant>, ApiError> {
    let id =
        params.iter().find_map(|(name, value)| (name == "tenant_id").then_some(value)).unwrap_or_default();
    app.passgate
        .tenant(parse_tenant_id(id)?)
        .await?
        // The console's own tenant has no business with apps.
        .filter(|tenant| tenant.purpose == TenantPurpose::App)
        .ok_or_else(|| ApiError::not_found(ErrorCode::TENANT_NOT_FOUND, "tenant not found"))
}

/// The body of a preflight's answer; the origin's part is added as to every answer.
fn preflight(headers: &HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let answer = response.headers_mut();
    answer.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET,POST,PATCH,DELETE"));
    answer.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    if let Some(requested) = headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, requested.clone());
    }
    response
}

fn add_cors_headers(answer: &mut HeaderMap, tenant: &Tenant, origin: Option<HeaderValue>) {
    // The answer depends on the origin even where there is none: caches must keep them apart.
    answer.append(VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = origin else { return };
    let allowed = origin.to_str().map_or(CorsAnswer::Refused, |origin| tenant.config.cors.answer(origin));
    match allowed {
        CorsAnswer::Origin => {
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            answer.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        CorsAnswer::Any => {
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
        CorsAnswer::Refused => return,
    }
    answer.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("Link, Retry-After, X-Request-Id, X-Total-Count"),
    );
}
