//! `POST /{tenant_id}/mfa/registration/initialize`

use axum::Json;
use axum::extract::State;
use passgate_api::public::{Asking, RegistrationAsked, RegistrationInitialize};
use passgate_core::credential::CredentialKind;
use passgate_core::store::Store;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{JsonBody, Keyed, Origin};
use crate::no_store::NoStore;
use crate::routes::registration::initialize::{Creation, initialize};

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    Origin(origin): Origin,
    JsonBody(request): JsonBody<Asking<RegistrationInitialize, RegistrationAsked>>,
) -> Result<NoStore<Json<Creation>>, ApiError> {
    initialize(&app, &tenant, CredentialKind::Mfa, &origin, request).await
}
