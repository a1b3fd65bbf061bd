//! `POST /{tenant_id}/login/initialize`
//!
//! Without a user it is called by every view of a login page with autofill, so it touches no database.

use axum::Json;
use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::ceremony::RequestOptions as RequestOptionsJson;
use passgate_api::public::{Asking, LoginAsked, LoginInitialize};
use passgate_core::credential::CredentialKind;
use passgate_core::store::Store;
use passgate_core::user::AppUserId;
use passgate_webauthn::RequestOptions;
use serde_json::json;

use crate::app::App;
use crate::asked::{Subject, authentication};
use crate::error::ApiError;
use crate::extract::{InTenant, JsonBody, MaybeKeyed, Origin};
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::validate::field;

pub(crate) fn description() -> Description {
    Description::new(
        Access::AnyoneOrKey,
        Tag::Login,
        "beginLogin",
        "Begin a login",
        "Makes the options for `navigator.credentials.get()`. Without `user_id` it is a discoverable login, for autofill \
         and for a button without a name: the authenticator shows the passkeys that it has, and no API key is needed. \
         With `user_id`, the API key is needed, and the user's passkeys are listed.",
    )
    .limited()
    .acts_for_a_person()
    .takes_asking::<LoginInitialize, LoginAsked>(Presence::Optional, json!({}))
    .answers::<RequestOptionsJson>(
        200,
        "What the page hands to the browser.",
        example::discoverable_request_options(),
    )
    .refuses(400, &[ErrorCode::NO_CREDENTIALS])
    .refuses(401, &[ErrorCode::API_KEY_MISSING, ErrorCode::API_KEY_INVALID])
    .refuses(404, &[ErrorCode::USER_NOT_FOUND])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    InTenant(tenant): InTenant,
    key: MaybeKeyed,
    Origin(origin): Origin,
    JsonBody(request): JsonBody<Asking<LoginInitialize, LoginAsked>>,
) -> Result<NoStore<Json<RequestOptions>>, ApiError> {
    let Asking { request, asked } = request;
    let options = match request.user_id {
        None => {
            let asked = authentication(&asked, Subject::Discoverable)?;
            app.passgate.begin_discoverable_login(&tenant, &asked)?
        }
        Some(user_id) => {
            // Whether a user exists, and with which credentials, is the app's to know.
            key.require(&app, &tenant)?;
            let user_id = field("user_id", AppUserId::new(user_id))?;
            let asked = authentication(&asked, Subject::Named)?;
            app.passgate.begin_login(&tenant, CredentialKind::Passkey, user_id, &asked, &origin).await?
        }
    };
    Ok(NoStore(Json(options)))
}
