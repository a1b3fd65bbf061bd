//! `GET /health/alive` and `GET /health/ready`, for whatever watches the process.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use data_encoding::HEXLOWER;
use passgate_api::admin::{Alive, NotReady, Ready};
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::openapi::{Access, Description, Tag};

/// Names the database that the process serves, so that a command line doesn't take it for another's server.
pub(crate) const DATABASE_HEADER: HeaderName = HeaderName::from_static("x-passgate-database");
/// 16 random bytes in hex, by which a command line asks the process to prove that it holds the server secret.
pub(crate) const NONCE_HEADER: HeaderName = HeaderName::from_static("x-passgate-nonce");
/// The proof, in hex: see [`passgate_core::passgate::Passgate::prove`].
pub(crate) const PROOF_HEADER: HeaderName = HeaderName::from_static("x-passgate-proof");

/// How long the database may take to answer whoever asks whether the process can serve.
const DATABASE_PATIENCE: Duration = Duration::from_secs(2);

pub(crate) fn alive_description() -> Description {
    Description::new(
        Access::Anyone,
        Tag::Health,
        "getAlive",
        "Is the process alive?",
        "It answers, and that is all that this says.",
    )
    .answers::<Alive>(200, "It is.", json!({ "alive": true }))
}

pub(crate) fn ready_description() -> Description {
    Description::new(
        Access::Anyone,
        Tag::Health,
        "getReady",
        "Can the process serve?",
        "Whether its database answers, now and within the last seconds, and agrees with it about the time.",
    )
    .answers::<Ready>(200, "It can.", json!({ "ready": true }))
    .answers::<Ready>(
        503,
        "It can't: send requests elsewhere.",
        json!({ "ready": false, "reason": "database_unavailable" }),
    )
}

/// The process answers.
pub(crate) async fn alive<S: Store>(
    State(app): State<App<S>>,
    headers: HeaderMap,
) -> (HeaderMap, Json<Alive>) {
    let mut answer = HeaderMap::new();
    let mut add =
        |name, value: String| answer.extend(HeaderValue::try_from(value).ok().map(|value| (name, value)));
    add(DATABASE_HEADER, app.passgate.store().identity().to_string());
    let nonce = headers.get(NONCE_HEADER).and_then(|nonce| HEXLOWER.decode(nonce.as_bytes()).ok());
    if let Some(nonce) = nonce.and_then(|nonce| <[u8; 16]>::try_from(nonce).ok()) {
        add(PROOF_HEADER, HEXLOWER.encode(&app.passgate.prove(&nonce)));
    }
    (answer, Json(Alive { alive: true }))
}

/// The process can serve.
pub(crate) async fn ready<S: Store>(State(app): State<App<S>>) -> (StatusCode, Json<Ready>) {
    let reason = not_ready(&app).await;
    let status = if reason.is_none() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Ready { ready: reason.is_none(), reason }))
}

/// Why the process can't serve, if it can't.
pub(crate) async fn not_ready<S: Store>(app: &App<S>) -> Option<NotReady> {
    let asked = tokio::time::timeout(DATABASE_PATIENCE, app.passgate.store().version()).await;
    if !matches!(asked, Ok(Ok(_))) || !app.passgate.is_current() {
        return Some(NotReady::DatabaseUnavailable);
    }
    (!app.passgate.is_in_time()).then_some(NotReady::ClockOff)
}
