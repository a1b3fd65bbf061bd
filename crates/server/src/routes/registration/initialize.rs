//! `POST /{tenant_id}/registration/initialize`

use axum::Json;
use axum::extract::State;
use passgate_api::ceremony::CreationOptions as CreationOptionsJson;
use passgate_api::public::{Asking, Mediation, RegistrationAsked, RegistrationInitialize};
use passgate_core::audit::RequestOrigin;
use passgate_core::credential::CredentialKind;
use passgate_core::store::Store;
use passgate_core::tenant_cache::Tenant;
use passgate_core::text::Text;
use passgate_core::user::{AppUserId, UserProfile};
use passgate_webauthn::CreationOptions;
use serde::Serialize;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{JsonBody, Keyed, Origin};
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::validate::{field, icon};

/// What a page hands to `navigator.credentials.create()`.
#[derive(Serialize)]
pub(crate) struct Creation {
    #[serde(flatten)]
    options: CreationOptions,
    /// Beside `publicKey`, where the browser looks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    mediation: Option<Mediation>,
}

pub(crate) fn description() -> Description {
    Description::new(
        Access::Key,
        Tag::Registration,
        "beginRegistration",
        "Begin a registration",
        "Makes the options for `navigator.credentials.create()`. A user that does not exist yet is created; one that \
         does gets the names and the icon of this call. The user's passkeys are listed in `excludeCredentials`, so that \
         no authenticator makes a second one.",
    )
    .acts_for_a_person()
    .takes_asking::<RegistrationInitialize, RegistrationAsked>(Presence::Required, example::registration())
    .answers::<CreationOptionsJson>(200, "What the page hands to the browser.", example::creation_options())
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    Origin(origin): Origin,
    JsonBody(request): JsonBody<Asking<RegistrationInitialize, RegistrationAsked>>,
) -> Result<NoStore<Json<Creation>>, ApiError> {
    initialize(&app, &tenant, CredentialKind::Passkey, &origin, request).await
}

pub(crate) async fn initialize<S: Store>(
    app: &App<S>,
    tenant: &Tenant,
    kind: CredentialKind,
    origin: &RequestOrigin,
    request: Asking<RegistrationInitialize, RegistrationAsked>,
) -> Result<NoStore<Json<Creation>>, ApiError> {
    let Asking { request, asked } = request;
    let mediation = asked.mediation;
    let asked = crate::asked::registration(&asked)?;
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
    let options = app.passgate.begin_registration(tenant, kind, profile, &asked, origin).await?;
    Ok(NoStore(Json(Creation { options, mediation })))
}
