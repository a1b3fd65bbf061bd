//! Which step of a ceremony a request is.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::refusal::Refusal;

/// The body of both routes.
#[derive(Deserialize)]
pub(super) struct StepRequest {
    #[serde(default)]
    start: bool,
    #[serde(default)]
    finish: bool,
    /// What the browser made of a registration's options.
    credential: Option<Value>,
    /// What the browser made of a login's options.
    options: Option<Value>,
}

/// What the page wants.
pub(super) enum Step {
    /// The options for the browser.
    Start,
    /// To hand in what the browser made of them.
    Finish(Value),
}

impl Step {
    /// The step, or 415 for a body that does not say it is JSON, 413 for one too large, else 400.
    pub(super) fn parse(body: Result<Json<StepRequest>, JsonRejection>) -> Result<Self, Refusal> {
        let Json(request) = body.map_err(|rejection| match rejection.status() {
            StatusCode::UNPROCESSABLE_ENTITY => Refusal::invalid_request(StatusCode::BAD_REQUEST),
            status => Refusal::invalid_request(status),
        })?;
        match (request.start, request.finish, request.credential.or(request.options)) {
            (true, false, _) => Ok(Self::Start),
            (false, true, Some(credential)) => Ok(Self::Finish(credential)),
            _ => Err(Refusal::invalid_request(StatusCode::BAD_REQUEST)),
        }
    }
}
