//! `POST /console/api/environments/{tenant_id}/try/registration/begin`

use axum::Json;
use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::asked::Asked;
use passgate_core::console::{Ceremony, Outcome};
use passgate_core::credential::CredentialKind;
use passgate_core::store::Store;
use passgate_core::text::Text;
use passgate_core::user::{AppUserId, UserProfile};
use serde_json::json;

use crate::app::App;
use crate::console::{Caller, Right};
use crate::error::ApiError;
use crate::extract::{JsonBody, Origin};
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::routes::admin::TenantPath;
use crate::routes::console::account::raw;
use crate::validate::field;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::DEVELOPER),
        Tag::Environments,
        "tryRegistrationBegin",
        "Begin to register a passkey here",
        "Of a user of the caller's own in the environment.",
    )
    .takes::<wire::TrialBegin>(Presence::Required, json!({ "username": "kim@example.com" }))
    .answers::<wire::Creation>(
        200,
        "What to make a passkey with.",
        json!({ "options": example::creation_options() }),
    )
    .refuses(409, &[ErrorCode::TRY_IMPOSSIBLE])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    caller: Caller,
    TenantPath(id): TenantPath,
    Origin(origin): Origin,
    JsonBody(body): JsonBody<wire::TrialBegin>,
) -> Result<NoStore<Json<wire::Creation>>, ApiError> {
    let tenant = super::tenant(&app, id).await?;
    let whose = caller.operator_id().map_or_else(|| "program".to_owned(), |id| id.to_string());
    let profile = UserProfile {
        app_id: field("username", AppUserId::new(format!("console-try-{whose}")))?,
        name: field("username", Text::new(body.username.trim()))?,
        display_name: None,
        icon: None,
    };
    let kind = CredentialKind::Passkey;
    let options = app.passgate.begin_registration(&tenant, kind, profile, &Asked::default(), &origin).await?;
    app.passgate.count_ceremony(id, Ceremony::Registration, Outcome::Begun, "");
    Ok(NoStore(Json(wire::Creation { options: raw(&options)? })))
}
