//! Who may change something: the app's own pages.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::refusal::Refusal;

/// Refuses what another site's page sends. Browsers name the page's origin whenever a request may change
/// something; who sends none is no browser, and has no one's cookie.
pub(super) async fn only(State(ours): State<HeaderValue>, request: Request, next: Next) -> Response {
    match request.headers().get(header::ORIGIN) {
        Some(origin) if *origin != ours && !request.method().is_safe() => {
            Refusal(StatusCode::FORBIDDEN, "This page may not do that.").into_response()
        }
        _ => next.run(request).await,
    }
}
