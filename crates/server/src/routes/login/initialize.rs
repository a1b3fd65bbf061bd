//! `POST /{tenant_id}/login/initialize`
//!
//! Without a user it is called by every view of a login page with autofill, so it touches no database.

use axum::Json;
use axum::extract::State;
use passgate_api::public::{Asking, LoginAsked, LoginInitialize};
use passgate_core::credential::CredentialKind;
use passgate_core::store::Store;
use passgate_core::user::AppUserId;
use passgate_webauthn::RequestOptions;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{InTenant, JsonBody, MaybeKeyed, Origin};
use crate::no_store::NoStore;
use crate::validate::field;

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    InTenant(tenant): InTenant,
    key: MaybeKeyed,
    Origin(origin): Origin,
    JsonBody(request): JsonBody<Asking<LoginInitialize, LoginAsked>>,
) -> Result<NoStore<Json<RequestOptions>>, ApiError> {
    let Asking { request, asked } = request;
    let asked = crate::asked::login(&asked)?;
    let options = match request.user_id {
        None => app.passgate.begin_discoverable_login(&tenant, &asked)?,
        Some(user_id) => {
            // Whether a user exists, and with which credentials, is the app's to know.
            key.require(&app, &tenant)?;
            let user_id = field("user_id", AppUserId::new(user_id))?;
            app.passgate.begin_login(&tenant, CredentialKind::Passkey, user_id, &asked, &origin).await?
        }
    };
    Ok(NoStore(Json(options)))
}
