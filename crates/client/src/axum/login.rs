//! `POST /passkeys/login`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::refusal::{Ceremony, Refusal};
use super::step::{Step, StepRequest};
use super::{PasskeyApp, Passkeys};

pub(super) async fn post<A: PasskeyApp>(
    State(passkeys): State<Arc<Passkeys<A>>>,
    headers: HeaderMap,
    body: Result<Json<StepRequest>, JsonRejection>,
) -> Result<Response, Refusal> {
    match Step::parse(body)? {
        Step::Start => passkeys.start_login().await,
        Step::Finish(credential) => passkeys.finish_login(&headers, &credential).await,
    }
}

impl<A: PasskeyApp> Passkeys<A> {
    async fn start_login(&self) -> Result<Response, Refusal> {
        let options = self.tenant.login().initialize().await;
        let options = options.map_err(|error| Refusal::sdk_fault(Ceremony::Login, &error))?;
        Ok(Json(json!({ "loginOptions": options })).into_response())
    }

    async fn finish_login(&self, headers: &HeaderMap, credential: &Value) -> Result<Response, Refusal> {
        let login = self.tenant.login().finalize_and_verify(credential).await;
        let user_id = login.map_err(Refusal::of_login)?.user_id;
        let user = self.app.find_user(&user_id).await.map_err(|error| fault(&error))?;
        let user = user.ok_or_else(Refusal::invalid_user)?;
        let session = self.app.start_session(&user, headers).await.map_err(|error| fault(&error))?;
        Ok((session, Json(json!({ "message": "Passkey Login successful" }))).into_response())
    }
}

fn fault(why: &dyn std::fmt::Display) -> Refusal {
    Refusal::fault(Ceremony::Login, why)
}
