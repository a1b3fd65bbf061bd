//! `POST /passkeys/register`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde_json::{Value, json};

use super::refusal::{Ceremony, Refusal};
use super::step::{Step, StepRequest};
use super::{PasskeyApp, Passkeys};
use crate::{Claims, ErrorCode, Tenant};

pub(super) async fn post<A: PasskeyApp>(
    State(passkeys): State<Arc<Passkeys<A>>>,
    request: Parts,
    body: Result<Json<StepRequest>, JsonRejection>,
) -> Result<Json<Value>, Refusal> {
    let user_id = passkeys.app.session_user_id(&request.headers).await.map_err(|error| fault(&error))?;
    let user_id = user_id.ok_or_else(unauthorized)?;
    let tenant = passkeys.tenant_for(&request);
    match Step::parse(body)? {
        Step::Start => passkeys.start_registration(&tenant, &user_id).await,
        Step::Finish(credential) => finish_registration(&tenant, &user_id, &credential).await,
    }
}

impl<A: PasskeyApp> Passkeys<A> {
    async fn start_registration(&self, tenant: &Tenant, user_id: &str) -> Result<Json<Value>, Refusal> {
        let user = self.app.find_user(user_id).await.map_err(|error| fault(&error))?;
        let user = user.ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "User not found"))?;
        let described = self.app.describe_user(&user);
        let options = tenant.registration().initialize(&described).await;
        let options = options.map_err(|error| Refusal::sdk_fault(Ceremony::Registration, &error))?;
        Ok(Json(json!({ "createOptions": options })))
    }
}

async fn finish_registration(
    tenant: &Tenant,
    user_id: &str,
    credential: &Value,
) -> Result<Json<Value>, Refusal> {
    let registered = tenant.registration().finalize_and_verify(credential).await;
    let registered = registered.map_err(Refusal::of_registration)?;
    if registered.user_id != user_id {
        return Err(undo_registration(tenant, &registered).await);
    }
    Ok(Json(json!({ "message": "Registration successful" })))
}

/// The challenge was another user's: somebody changed accounts in between, or brought somebody else's
/// challenge. Nobody has shown that the new passkey may open that account, so it goes.
async fn undo_registration(tenant: &Tenant, registered: &Claims) -> Refusal {
    match tenant.credential(&registered.credential_id).remove().await {
        Ok(()) => Refusal::new(
            StatusCode::FORBIDDEN,
            "This passkey was meant for another account, and is not registered. Please try again.",
        )
        .with_code(ErrorCode::USER_MISMATCH),
        Err(error) => fault(&format_args!("a passkey registered for another user remains: {error}")),
    }
}

fn fault(why: &dyn std::fmt::Display) -> Refusal {
    Refusal::fault(Ceremony::Registration, why)
}

fn unauthorized() -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, "Unauthorized: log in first")
}
