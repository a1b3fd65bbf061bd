//! `POST /login`

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::refusal::Refusal;
use crate::app::{App, SessionCookie};

#[derive(Deserialize)]
pub(super) struct Login {
    email: String,
    password: String,
}

pub(super) async fn post(
    State(app): State<App>,
    headers: HeaderMap,
    login: Result<Json<Login>, JsonRejection>,
) -> Result<(SessionCookie, Json<Value>), Refusal> {
    let Json(login) = login.map_err(|rejection| match rejection.status() {
        StatusCode::UNPROCESSABLE_ENTITY => Refusal(StatusCode::BAD_REQUEST, "Invalid request"),
        status => Refusal(status, "Invalid request"),
    })?;
    let user = app.users.by_password(&login.email, login.password).await;
    let user = user.ok_or(Refusal(StatusCode::UNAUTHORIZED, "Invalid username or password"))?;
    let session = app.log_in(user, &headers).map_err(|error| {
        tracing::error!(%error, "no session id could be made");
        Refusal(StatusCode::INTERNAL_SERVER_ERROR, "An error occurred during the login process.")
    })?;
    Ok((session, Json(json!({ "message": "Login successful" }))))
}
