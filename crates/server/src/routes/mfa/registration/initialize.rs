//! `POST /{tenant_id}/mfa/registration/initialize`

use axum::Json;
use axum::extract::State;
use passgate_api::public::RegistrationInitialize;
use passgate_core::credential::CredentialKind;
use passgate_core::store::Store;
use passgate_webauthn::CreationOptions;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{JsonBody, Keyed, Origin};
use crate::no_store::NoStore;
use crate::routes::registration::initialize::initialize;

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    Origin(origin): Origin,
    JsonBody(request): JsonBody<RegistrationInitialize>,
) -> Result<NoStore<Json<CreationOptions>>, ApiError> {
    initialize(&app, &tenant, CredentialKind::Mfa, &origin, request).await
}
