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
use passgate_core::console::Outcome;
use passgate_core::cors::CorsAnswer;
use passgate_core::ids::TenantId;
use passgate_core::store::Store;
use passgate_core::tenant::TenantPurpose;
use passgate_core::tenant_cache::Tenant;

use crate::app::App;
use crate::ceremony_route::{Half, Step};
use crate::error::ApiError;
use crate::extract::parse_tenant_id;
use crate::metrics::FailureCode;
use crate::rate_limit;
use crate::request::RequestInfo;

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

/// Finds the tenant that the path names, and answers in it.
pub(crate) async fn in_tenant<S: Store>(
    State(layer): State<TenantLayer<S>>,
    params: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
    next: Next,
) -> Response {
    // A path that is not UTF-8 once decoded names nothing.
    let Ok(params) = params else {
        return ApiError::not_found(ErrorCode::ROUTE_NOT_FOUND, "there is no such route").into_response();
    };
    let id =
        params.iter().find_map(|(name, value)| (name == "tenant_id").then_some(value)).unwrap_or_default();
    let half = (request.method() == Method::POST)
        .then(|| Half::of_route(request.extensions().get::<MatchedPath>()?.as_str()))
        .flatten();
    match parse_tenant_id(id) {
        Ok(id) => layer.around(id, half, request, |request| next.run(request)).await,
        Err(error) => error.into_response(),
    }
}

impl<S: Store> TenantLayer<S> {
    /// Puts the tenant on the request, answers preflights, refuses what is over the limits, counts halves of ceremonies,
    /// and adds the CORS headers to every answer.
    pub(crate) async fn around<F: Future<Output = Response>>(
        self,
        tenant_id: TenantId,
        half: Option<Half>,
        mut request: Request,
        answer: impl FnOnce(Request) -> F,
    ) -> Response {
        let Self { app, limits } = self;
        let tenant = match find(&app, tenant_id).await {
            Ok(tenant) => tenant,
            Err(error) => return error.into_response(),
        };
        let origin = request.headers().get(ORIGIN).cloned();
        let is_preflight = request.method() == Method::OPTIONS
            && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        let mut response = if is_preflight {
            preflight(request.headers())
        } else {
            RequestInfo::note_tenant(request.extensions_mut(), Arc::clone(&tenant));
            let refused = match limits {
                Limits::Limited => rate_limit::refuse_too_many(&app, &tenant, &request),
                Limits::Unlimited => None,
            };
            if let Some(refusal) = refused {
                refusal
            } else {
                let response = answer(request).await;
                if let Some(half) = half {
                    count(&app, tenant.id, half, &response);
                }
                response
            }
        };
        add_cors_headers(response.headers_mut(), &tenant, origin);
        response
    }
}

/// Counts a ceremony for its tenant. What could not even begin is none.
fn count<S: Store>(app: &App<S>, tenant_id: TenantId, Half { ceremony, step }: Half, response: &Response) {
    let failure = response.extensions().get::<FailureCode>();
    let (outcome, code) = match (step, failure) {
        (Step::Initialize, None) => (Outcome::Begun, ""),
        (Step::Initialize, Some(_)) => return,
        (Step::Finalize, None) => (Outcome::Done, ""),
        (Step::Finalize, Some(FailureCode(code))) => (Outcome::Failed, code.as_str()),
    };
    app.passgate.count_ceremony(tenant_id, ceremony, outcome, code);
}

async fn find<S: Store>(app: &App<S>, id: TenantId) -> Result<Arc<Tenant>, ApiError> {
    app.passgate
        .tenant(id)
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
