//! `POST /console/api/environments/{tenant_id}/try/registration/finish`

use axum::Json;
use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::console::{Ceremony, Outcome};
use passgate_core::credential::CredentialKind;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::Right;
use crate::error::ApiError;
use crate::extract::{JsonBody, Origin};
use crate::no_store::NoStore;
use crate::openapi::REGISTRATION_REFUSED;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::routes::admin::TenantPath;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::DEVELOPER),
        Tag::Environments,
        "tryRegistrationFinish",
        "Register a passkey here",
        "Answers the token that an app's backend would get, and what it says.",
    )
    .takes::<wire::Made>(Presence::Required, json!({ "credential": example::registration_credential() }))
    .answers::<wire::TrialResult>(200, "The passkey is registered.", example::trial_result())
    .refuses_with(400, REGISTRATION_REFUSED)
    .refuses(409, &[ErrorCode::TRY_IMPOSSIBLE])
    .refuses(422, &[ErrorCode::USER_VERIFICATION_MISSING])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
    Origin(origin): Origin,
    JsonBody(body): JsonBody<wire::Made>,
) -> Result<NoStore<Json<wire::TrialResult>>, ApiError> {
    let tenant = super::tenant(&app, id).await?;
    let credential = body.credential.get().as_bytes();
    let token =
        app.passgate.finish_registration(&tenant, CredentialKind::Passkey, credential, &origin).await?;
    app.passgate.count_ceremony(id, Ceremony::Registration, Outcome::Done, "");
    Ok(NoStore(Json(super::shown(&token)?)))
}
