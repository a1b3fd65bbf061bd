//! `POST /logout`

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::refusal::Refusal;
use crate::app::{App, SessionCookie};

pub(super) async fn post(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<(SessionCookie, Json<Value>), Refusal> {
    let cleared = app.log_out(&headers).ok_or(Refusal(StatusCode::BAD_REQUEST, "No active session"))?;
    Ok((cleared, Json(json!({ "message": "Logout successful" }))))
}
