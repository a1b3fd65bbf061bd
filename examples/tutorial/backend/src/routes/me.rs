//! `GET /me`

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::refusal::Refusal;
use crate::app::App;

pub(super) async fn get(State(app): State<App>, headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    let user =
        app.logged_in(&headers).ok_or(Refusal(StatusCode::UNAUTHORIZED, "Unauthorized: log in first"))?;
    Ok(Json(json!({ "email": user.email })))
}
