//! `POST /{tenant_id}/mfa/login/initialize`
//!
//! A second factor is always somebody's: without a user there is nothing to begin.

use axum::Json;
use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::ceremony::RequestOptions as RequestOptionsJson;
use passgate_api::public::{Asking, LoginAsked, MfaLoginInitialize};
use passgate_core::credential::CredentialKind;
use passgate_core::store::Store;
use passgate_core::user::AppUserId;
use passgate_webauthn::RequestOptions;
use serde_json::json;

use crate::app::App;
use crate::asked::{Subject, authentication};
use crate::error::ApiError;
use crate::extract::{JsonBody, Keyed, Origin};
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::validate::field;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Key,
        Tag::SecondFactors,
        "beginMfaLogin",
        "Begin a login with a second factor",
        "`user_id` is required. The user's second factors are listed, and their passkeys too: one proves more than a \
         second factor does.",
    )
    .acts_for_a_person()
    .takes_asking::<MfaLoginInitialize, LoginAsked>(Presence::Required, json!({ "user_id": "user-7" }))
    .answers::<RequestOptionsJson>(200, "What the page hands to the browser.", example::request_options())
    .refuses(400, &[ErrorCode::NO_CREDENTIALS])
    .refuses(404, &[ErrorCode::USER_NOT_FOUND])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    Origin(origin): Origin,
    JsonBody(request): JsonBody<Asking<MfaLoginInitialize, LoginAsked>>,
) -> Result<NoStore<Json<RequestOptions>>, ApiError> {
    let Asking { request, asked } = request;
    let asked = authentication(&asked, Subject::Named)?;
    let user_id = field("user_id", AppUserId::new(request.user_id))?;
    let options = app.passgate.begin_login(&tenant, CredentialKind::Mfa, user_id, &asked, &origin).await?;
    Ok(NoStore(Json(options)))
}
