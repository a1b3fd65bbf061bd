//! `GET /health/alive` and `GET /health/ready`, for whatever watches the process.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode};
use passgate_api::admin::{Alive, Ready};
use passgate_core::store::Store;

use crate::app::App;

/// Names the database that the process serves, so that a command line doesn't take it for another's server.
pub(crate) const DATABASE_HEADER: HeaderName = HeaderName::from_static("x-passgate-database");
/// Names the server secret that the process seals with.
pub(crate) const SECRET_HEADER: HeaderName = HeaderName::from_static("x-passgate-secret");

/// The process answers.
pub(crate) async fn alive<S: Store>(State(app): State<App<S>>) -> ([(HeaderName, String); 2], Json<Alive>) {
    let database = (DATABASE_HEADER, app.passgate.store().identity().to_string());
    let secret = (SECRET_HEADER, app.passgate.current_secret().to_string());
    ([database, secret], Json(Alive { alive: true }))
}

/// The process can serve: its database answers, now and within the last seconds.
pub(crate) async fn ready<S: Store>(State(app): State<App<S>>) -> (StatusCode, Json<Ready>) {
    let ready = app.passgate.store().version().await.is_ok() && app.passgate.is_current();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Ready { ready }))
}
