//! `POST /{tenant_id}/registration/initialize`

use axum::Json;
use axum::extract::State;
use passgate_api::public::RegistrationInitialize;
use passgate_core::audit::RequestOrigin;
use passgate_core::credential::CredentialKind;
use passgate_core::store::Store;
use passgate_core::tenant_cache::Tenant;
use passgate_core::text::Text;
use passgate_core::user::{AppUserId, UserProfile};
use passgate_webauthn::CreationOptions;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{JsonBody, Keyed, Origin};
use crate::no_store::NoStore;
use crate::validate::{field, icon};

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    Origin(origin): Origin,
    JsonBody(request): JsonBody<RegistrationInitialize>,
) -> Result<NoStore<Json<CreationOptions>>, ApiError> {
    initialize(&app, &tenant, CredentialKind::Passkey, &origin, request).await
}

pub(crate) async fn initialize<S: Store>(
    app: &App<S>,
    tenant: &Tenant,
    kind: CredentialKind,
    origin: &RequestOrigin,
    request: RegistrationInitialize,
) -> Result<NoStore<Json<CreationOptions>>, ApiError> {
    let profile = UserProfile {
        app_id: field("user_id", AppUserId::new(request.user_id))?,
        name: field("username", Text::new(request.username))?,
        display_name: request
            .display_name
            .map(Text::new)
            .map(|text| field("display_name", text))
            .transpose()?,
        icon: request.icon.filter(|icon| !icon.is_empty()).map(|text| icon("icon", text)).transpose()?,
    };
    let options = app.passgate.begin_registration(tenant, kind, profile, origin).await?;
    Ok(NoStore(Json(options)))
}
