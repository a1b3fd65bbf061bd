//! `GET /health/alive` and `GET /health/ready`, for whatever watches the process.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::admin::{Alive, Ready};
use passgate_core::store::Store;

use crate::app::App;

/// The process answers.
pub(crate) async fn alive() -> Json<Alive> {
    Json(Alive { alive: true })
}

/// The process can serve: its database answers, now and within the last seconds.
pub(crate) async fn ready<S: Store>(State(app): State<App<S>>) -> (StatusCode, Json<Ready>) {
    let ready = app.passgate.store().version().await.is_ok() && app.passgate.is_current();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Ready { ready }))
}
