//! What surrounds every request: its id, its log line, its time limit.

use std::future::poll_fn;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::X_CONTENT_TYPE_OPTIONS;
use axum::http::{Extensions, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use passgate_api::ErrorCode;
use passgate_core::store::Store;
use passgate_core::tenant_cache::Tenant;
use tokio::task::JoinError;
use tracing::field::Empty;
use tracing::{Instrument, Span};
use uuid::Uuid;

use crate::app::App;
use crate::ceremony_route::Half;
use crate::direct::Endpoint;
use crate::error::{ApiError, Cause};
use crate::metrics::FailureCode;
use crate::tracing_export::continue_trace;

/// What is known of a request. One extension has it all, since each takes memory of its own.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestInfo {
    /// Its id; nil until [`Surroundings`] gives it one.
    pub(crate) id: Uuid,
    /// The peer's address, as the listener has it; then the one that a trusted proxy names, if the peer is one.
    pub(crate) source: Option<IpAddr>,
    /// The tenant that it is for, once whoever surrounds the tenant's routes has found it.
    pub(crate) tenant: Option<Arc<Tenant>>,
}

impl RequestInfo {
    /// Of one that comes from an address.
    pub(crate) fn from_peer(peer: IpAddr) -> Self {
        Self { source: Some(peer), ..Self::default() }
    }

    /// Notes the tenant that a request is for.
    pub(crate) fn note_tenant(request: &mut Extensions, tenant: Arc<Tenant>) {
        request.get_or_insert_default::<Self>().tenant = Some(tenant);
    }
}

/// What surrounds every request, and how long it may take.
pub(crate) struct Surroundings<S> {
    pub(crate) app: App<S>,
    pub(crate) time_limit: Duration,
}

impl<S> Clone for Surroundings<S> {
    fn clone(&self) -> Self {
        Self { app: self.app.clone(), time_limit: self.time_limit }
    }
}

/// The pattern of the route that a request takes.
#[derive(Debug, Clone)]
pub(crate) enum Route {
    /// The router found it.
    Matched(MatchedPath),
    /// It is one of those that go past the router.
    Direct(Endpoint),
}

impl Route {
    /// The one that the router found, if any.
    fn matched(request: &Request) -> Option<Self> {
        request.extensions().get::<MatchedPath>().cloned().map(Self::Matched)
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Matched(path) => path.as_str(),
            Self::Direct(endpoint) => endpoint.pattern(),
        }
    }

    /// The half of a ceremony that is posted there, if any.
    pub(crate) fn half(&self) -> Option<Half> {
        match self {
            Self::Matched(path) => Half::of_route(path.as_str()),
            Self::Direct(endpoint) => Some(endpoint.half()),
        }
    }
}

tokio::task_local! {
    static SERVED: (Uuid, Method, Option<Route>);
}

/// What log lines say of the request that is served.
pub(crate) struct Served<'a> {
    pub(crate) id: Uuid,
    pub(crate) method: &'a Method,
    /// The route's pattern, never the path: that may hold a credential id.
    pub(crate) route: &'a str,
}

/// Tells the request that is served here and now, if any.
pub(crate) fn served<T>(told: impl FnOnce(Served<'_>) -> T) -> Option<T> {
    SERVED
        .try_with(|(id, method, route)| told(Served { id: *id, method, route: pattern(route.as_ref()) }))
        .ok()
}

/// Does work of the request that is served here to its end, also where its caller hangs up, or time is up, meanwhile. Fails
/// if it panics.
pub(crate) async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, JoinError> {
    let work = work.in_current_span();
    match SERVED.try_with(Clone::clone) {
        Ok(served) => tokio::spawn(SERVED.scope(served, work)).await,
        Err(_) => tokio::spawn(work).await,
    }
}

fn pattern(route: Option<&Route>) -> &str {
    route.map_or("-", Route::as_str)
}

/// The layer around the router's routes.
pub(crate) async fn surround<S: Store>(
    State(surroundings): State<Surroundings<S>>,
    request: Request,
    next: Next,
) -> Response {
    let route = Route::matched(&request);
    surroundings.around(route, request, |request| next.run(request)).await
}

impl<S: Store> Surroundings<S> {
    /// Answers a request that takes this route. Gives it its id, which `x-request-id` returns and every log line of it
    /// carries, ends it when it takes too long or panics, counts it, and logs how it ended. The path is logged as the
    /// route's pattern: a real one may hold a credential id. One layer does it all, since each costs every request an
    /// allocation as large as what it surrounds.
    pub(crate) fn around<F: Future<Output = Response>>(
        self,
        route: Option<Route>,
        mut request: Request,
        answer: impl FnOnce(Request) -> F,
    ) -> impl Future<Output = Response> {
        let Self { app, time_limit } = self;
        let began = Instant::now();
        let id = app.passgate.random_uuid();
        let peer = request.extensions().get::<RequestInfo>().and_then(|info| info.source);
        let source = peer.map(|peer| app.trusted_proxies.source(peer, request.headers()));
        let info = request.extensions_mut().get_or_insert_default::<RequestInfo>();
        (info.id, info.source) = (id, source);
        let method = request.method().clone();
        let span = tracing::info_span!(
            "request",
            otel.name = format_args!("{method} {}", pattern(route.as_ref())),
            otel.kind = "server",
            otel.status_code = Empty,
            http.request.method = %method,
            http.route = pattern(route.as_ref()),
            http.response.status_code = Empty,
            passgate.request_id = %id,
            passgate.code = Empty,
        );
        continue_trace(&span, request.headers());
        let served = (id, method.clone(), route.clone());
        // In memory of its own: each future around it would hold it twice over, and move it.
        let answer = Box::pin(answer(request));
        let answered = async move {
            let mut response = in_time(time_limit, whole(answer)).await;
            record(&Span::current(), &response);
            app.metrics.count(method, route, &response, began.elapsed());
            let status = response.status().as_u16();
            if let Some(Cause(cause)) = response.extensions().get() {
                tracing::error!(status, cause, "request failed");
            } else {
                tracing::debug!(status, "request");
            }
            if let Ok(value) = HeaderValue::from_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
            {
                response.headers_mut().insert("x-request-id", value);
            }
            // Answers are what they say they are, whatever a browser would make of them.
            response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            response
        };
        SERVED.scope(served, answered.instrument(span))
    }
}

/// What traces tell of an answer.
fn record(span: &Span, response: &Response) {
    if span.is_disabled() {
        return;
    }
    span.record("http.response.status_code", response.status().as_u16());
    if let Some(FailureCode(code)) = response.extensions().get() {
        span.record("passgate.code", code.as_str());
    }
    if response.status().is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// The answer, or another where it panics.
async fn whole(mut answer: Pin<Box<impl Future<Output = Response>>>) -> Response {
    poll_fn(|context| {
        // What panicked is never polled again.
        catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(ApiError::internal("a handler panicked").into_response()))
    })
    .await
}

/// The answer, or another once it has taken too long, reading the request's body included.
async fn in_time(limit: Duration, answer: impl Future<Output = Response>) -> Response {
    match tokio::time::timeout(limit, answer).await {
        Ok(response) => response,
        Err(_) => ApiError::new(
            StatusCode::REQUEST_TIMEOUT,
            ErrorCode::REQUEST_TIMEOUT,
            "Request timed out",
            format!("the request did not finish within {} seconds", limit.as_secs()),
        )
        .into_response(),
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn work_goes_on_to_its_end_without_whoever_asked() {
        let (go_on, going_on) = oneshot::channel::<()>();
        let (end, ended) = oneshot::channel();
        let work = to_its_end(async move {
            going_on.await.unwrap();
            end.send(()).unwrap();
            StatusCode::NO_CONTENT
        });
        let answer = in_time(Duration::from_millis(1), async { work.await.unwrap().into_response() }).await;
        assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT);
        go_on.send(()).unwrap();
        ended.await.unwrap();
    }
}
