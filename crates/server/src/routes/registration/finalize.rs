//! `POST /{tenant_id}/registration/finalize`

use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::ceremony::RegistrationCredential;
use passgate_api::public::TokenResponse;
use passgate_core::credential::CredentialKind;
use passgate_core::store::Store;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{InTenant, Origin, RawBody};
use crate::openapi::{Access, Description, REGISTRATION_REFUSED, Tag, example};
use crate::token_answer::TokenAnswer;

pub(crate) fn description() -> Description {
    Description::new(
        Access::AnyoneOrKey,
        Tag::Registration,
        "finishRegistration",
        "Finish a registration",
        "Takes what `navigator.credentials.create()` gave. The challenge is used up once a credential is named, whatever \
         the verdict. With an API key, the call is exempt from the limit per address.",
    )
    .limited()
    .acts_for_a_person()
    .takes_credential::<RegistrationCredential>(example::registration_credential())
    .answers::<TokenResponse>(200, "The passkey is registered. The token names its user.", example::token())
    .refuses_with(400, REGISTRATION_REFUSED)
    .refuses(422, &[ErrorCode::USER_VERIFICATION_MISSING])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    InTenant(tenant): InTenant,
    Origin(origin): Origin,
    RawBody(body): RawBody,
) -> Result<TokenAnswer, ApiError> {
    Ok(TokenAnswer(app.passgate.finish_registration(&tenant, CredentialKind::Passkey, &body, &origin).await?))
}
