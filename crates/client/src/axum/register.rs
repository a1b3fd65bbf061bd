//! `POST /passkeys/register`

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde_json::{Value, json};
use tokio::time::sleep;
use tracing::Instrument;

use super::refusal::{Ceremony, Refusal, with_causes};
use super::step::{Step, StepRequest};
use super::{PasskeyApp, Passkeys};
use crate::{Claims, Error, ErrorCode, Purpose, Tenant, Token};

/// The pause before the keys are asked for again, after a registration whose token could not be verified for want of
/// them. Each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The last pause. All of them, and the calls between, are over before the token expires.
const LAST_PAUSE: Duration = Duration::from_secs(64);

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
        Step::Finish(credential) => {
            // A task of its own, so that whoever hangs up does not stop the undo.
            let finishing = finish_registration(tenant, user_id, credential).in_current_span();
            tokio::spawn(finishing).await.unwrap_or_else(|stopped| Err(fault(&stopped)))
        }
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
    tenant: Tenant,
    user_id: String,
    credential: Value,
) -> Result<Json<Value>, Refusal> {
    let token = tenant.registration().finalize(&credential).await.map_err(Refusal::of_registration)?;
    match verify(&tenant, &token).await {
        Ok(registered) => {
            undo_if_anothers(&tenant, &user_id, &registered).await?;
            Ok(Json(json!({ "message": "Registration successful" })))
        }
        Err(error @ Error::Token(_)) => Err(unverified(&error)),
        Err(error) => {
            tokio::spawn(verify_later(tenant, user_id, token).in_current_span());
            Err(unverified(&error).with_message(
                "Your passkey was made, but could not be checked. Please try later whether it works.",
            ))
        }
    }
}

/// Goes on asking for the keys after the person was answered, until it is known whose the passkey is.
async fn verify_later(tenant: Tenant, user_id: String, token: Token) {
    let mut pause = FIRST_PAUSE;
    loop {
        sleep(pause).await;
        match verify(&tenant, &token).await {
            Ok(registered) => {
                if undo_if_anothers(&tenant, &user_id, &registered).await.is_ok() {
                    tracing::info!("the passkey that could not be verified is the right user's");
                }
                return;
            }
            Err(error) if matches!(error, Error::Token(_)) || pause >= LAST_PAUSE => {
                // The person has an answer by now: this is for the log.
                unverified(&error);
                return;
            }
            Err(_) => pause *= 2,
        }
    }
}

async fn verify(tenant: &Tenant, token: &Token) -> Result<Claims, Error> {
    tenant.verifier().verify(token.expose_secret(), Purpose::Registration).await
}

/// Where the challenge was another user's, somebody changed accounts in between, or brought somebody else's
/// challenge. Nobody has shown that the new passkey may open that account, so it goes.
async fn undo_if_anothers(tenant: &Tenant, user_id: &str, registered: &Claims) -> Result<(), Refusal> {
    if registered.user_id == user_id {
        return Ok(());
    }
    let removed = tenant.credential(&registered.credential_id).remove().await;
    removed.map_err(|error| {
        fault(&format_args!("a passkey registered for another user remains: {}", with_causes(&error)))
    })?;
    tracing::info!("a passkey registered for another user was removed");
    let refusal = Refusal::new(
        StatusCode::FORBIDDEN,
        "This passkey was meant for another account, and is not registered. Please try again.",
    );
    Err(refusal.with_code(ErrorCode::USER_MISMATCH))
}

/// The passkey is registered, and stays: none is removed on the word of a token that was not verified.
fn unverified(error: &Error) -> Refusal {
    fault(&format_args!(
        "a passkey was registered, but whose it is could not be verified: {}",
        with_causes(error)
    ))
}

fn fault(why: &dyn std::fmt::Display) -> Refusal {
    Refusal::fault(Ceremony::Registration, why)
}

fn unauthorized() -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, "Unauthorized: log in first")
}
