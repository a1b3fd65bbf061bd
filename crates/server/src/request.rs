//! What surrounds every request: its id, its log line, its time limit.

use std::future::poll_fn;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::X_CONTENT_TYPE_OPTIONS;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use passgate_api::ErrorCode;
use passgate_core::store::Store;
use tracing::Instrument;
use uuid::Uuid;

use crate::app::App;
use crate::error::{ApiError, Cause};

/// The address that a connection came from; the listener puts it on each request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SourceAddress(pub(crate) IpAddr);

/// A request's id and source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestInfo {
    pub(crate) id: Uuid,
    pub(crate) source: Option<IpAddr>,
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

/// Gives a request its id, which `x-request-id` returns and every log line of it carries, ends it when it takes too
/// long or panics, counts it, and logs how it ended. The path is logged as the route's pattern: a real one may hold a credential
/// id. One layer does it all, since each costs every request an allocation as large as what it surrounds.
pub(crate) async fn surround<S: Store>(
    State(Surroundings { app, time_limit }): State<Surroundings<S>>,
    mut request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let id = app.passgate.random_uuid();
    let peer = request.extensions().get::<SourceAddress>().map(|address| address.0);
    let source = peer.map(|peer| app.trusted_proxies.source(peer, request.headers()));
    request.extensions_mut().insert(RequestInfo { id, source });
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let span = tracing::info_span!(
        "request",
        request_id = %id,
        method = %method,
        route = route.as_ref().map_or("-", MatchedPath::as_str),
    );
    async {
        let mut response = in_time(time_limit, whole(next.run(request))).await;
        app.metrics.count(method, route, &response, began.elapsed());
        let status = response.status().as_u16();
        if let Some(Cause(cause)) = response.extensions().get() {
            tracing::error!(status, cause, "request failed");
        } else {
            tracing::debug!(status, "request");
        }
        if let Ok(value) = HeaderValue::from_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer())) {
            response.headers_mut().insert("x-request-id", value);
        }
        // Answers are what they say they are, whatever a browser would make of them.
        response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
    .instrument(span)
    .await
}

/// The answer, or another where it panics.
async fn whole(answer: impl Future<Output = Response>) -> Response {
    let mut answer = pin!(answer);
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
