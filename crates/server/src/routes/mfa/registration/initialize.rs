//! `POST /{tenant_id}/mfa/registration/initialize`

use axum::Json;
use axum::extract::State;
use passgate_api::ceremony::CreationOptions;
use passgate_api::public::{Asking, RegistrationAsked, RegistrationInitialize};
use passgate_core::credential::CredentialKind;
use passgate_core::store::Store;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{JsonBody, Keyed, Origin};
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::routes::registration::initialize::{Creation, initialize};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Key,
        Tag::SecondFactors,
        "beginMfaRegistration",
        "Begin the registration of a second factor",
        "As the registration of a passkey, with the tenant's policy for second factors. The user's second factors are \
         listed in `excludeCredentials`.",
    )
    .acts_for_a_person()
    .takes_asking::<RegistrationInitialize, RegistrationAsked>(Presence::Required, example::registration())
    .answers::<CreationOptions>(200, "What the page hands to the browser.", example::creation_options())
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    Origin(origin): Origin,
    JsonBody(request): JsonBody<Asking<RegistrationInitialize, RegistrationAsked>>,
) -> Result<NoStore<Json<Creation>>, ApiError> {
    initialize(&app, &tenant, CredentialKind::Mfa, &origin, request).await
}
