//! `POST /console/api/environments/{tenant_id}/try/login/finish`

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
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::openapi::{LOGIN_MALFORMED, LOGIN_REFUSED};
use crate::routes::admin::TenantPath;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::DEVELOPER),
        Tag::Environments,
        "tryLoginFinish",
        "Log in here",
        "Answers the token that an app's backend would get, and what it says.",
    )
    .takes::<wire::Shown>(Presence::Required, json!({ "credential": example::assertion_credential() }))
    .answers::<wire::TrialResult>(200, "Somebody is logged in.", example::trial_result())
    .refuses_with(400, LOGIN_MALFORMED)
    .refuses_with(401, LOGIN_REFUSED)
    .refuses(409, &[ErrorCode::TRY_IMPOSSIBLE])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
    Origin(origin): Origin,
    JsonBody(body): JsonBody<wire::Shown>,
) -> Result<NoStore<Json<wire::TrialResult>>, ApiError> {
    let tenant = super::tenant(&app, id).await?;
    let credential = body.credential.get().as_bytes();
    let token = app.passgate.finish_login(&tenant, CredentialKind::Passkey, credential, &origin).await?;
    app.passgate.count_ceremony(id, Ceremony::Login, Outcome::Done, "");
    Ok(NoStore(Json(super::shown(&token)?)))
}
