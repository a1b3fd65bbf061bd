//! `POST /{tenant_id}/mfa/registration/finalize`

use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::ceremony::RegistrationCredential;
use passgate_api::public::TokenResponse;
use passgate_core::credential::CredentialKind;
use passgate_core::store::Store;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Keyed, Origin, RawBody};
use crate::openapi::{Access, Description, REGISTRATION_REFUSED, Tag, example};
use crate::token_answer::TokenAnswer;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Key,
        Tag::SecondFactors,
        "finishMfaRegistration",
        "Finish the registration of a second factor",
        "Takes what `navigator.credentials.create()` gave. The new credential works for `mfa/login` only.",
    )
    .acts_for_a_person()
    .takes_credential::<RegistrationCredential>(example::registration_credential())
    .answers::<TokenResponse>(
        200,
        "The second factor is registered. The token names its user.",
        example::token(),
    )
    .refuses_with(400, REGISTRATION_REFUSED)
    .refuses(422, &[ErrorCode::USER_VERIFICATION_MISSING])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    Origin(origin): Origin,
    RawBody(body): RawBody,
) -> Result<TokenAnswer, ApiError> {
    Ok(TokenAnswer(app.passgate.finish_registration(&tenant, CredentialKind::Mfa, &body, &origin).await?))
}
