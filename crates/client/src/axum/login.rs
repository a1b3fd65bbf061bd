//! `POST /passkeys/login`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::refusal::{Ceremony, Refusal};
use super::step::{Step, StepRequest};
use super::{PasskeyApp, Passkeys};
use crate::Tenant;

pub(super) async fn post<A: PasskeyApp>(
    State(passkeys): State<Arc<Passkeys<A>>>,
    request: Parts,
    body: Result<Json<StepRequest>, JsonRejection>,
) -> Result<Response, Refusal> {
    let tenant = passkeys.tenant_for(&request);
    match Step::parse(body)? {
        Step::Start => start_login(&tenant).await,
        Step::Finish(credential) => passkeys.finish_login(&tenant, &request, &credential).await,
    }
}

async fn start_login(tenant: &Tenant) -> Result<Response, Refusal> {
    let options = tenant.login().initialize().await;
    let options = options.map_err(|error| Refusal::sdk_fault(Ceremony::Login, &error))?;
    Ok(Json(json!({ "loginOptions": options })).into_response())
}

impl<A: PasskeyApp> Passkeys<A> {
    async fn finish_login(
        &self,
        tenant: &Tenant,
        request: &Parts,
        credential: &Value,
    ) -> Result<Response, Refusal> {
        let login = tenant.login().finalize_and_verify(credential).await;
        let user_id = login.map_err(Refusal::of_login)?.user_id;
        let user = self.app.find_user(&user_id).await.map_err(|error| fault(&error))?;
        let user = user.ok_or_else(Refusal::invalid_user)?;
        let session = self.app.start_session(&user, &request.headers).await.map_err(|error| fault(&error))?;
        Ok((session, Json(json!({ "message": "Passkey Login successful" }))).into_response())
    }
}

fn fault(why: &dyn std::fmt::Display) -> Refusal {
    Refusal::fault(Ceremony::Login, why)
}
