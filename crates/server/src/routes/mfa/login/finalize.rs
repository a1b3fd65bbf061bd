//! `POST /{tenant_id}/mfa/login/finalize`

use axum::extract::State;
use passgate_api::ceremony::AssertionCredential;
use passgate_api::public::TokenResponse;
use passgate_core::credential::CredentialKind;
use passgate_core::store::Store;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Keyed, Origin, RawBody};
use crate::openapi::{Access, Description, LOGIN_MALFORMED, LOGIN_REFUSED, Tag, example};
use crate::token_answer::TokenAnswer;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Key,
        Tag::SecondFactors,
        "finishMfaLogin",
        "Finish a login with a second factor",
        "Takes what `navigator.credentials.get()` gave.",
    )
    .acts_for_a_person()
    .takes_credential::<AssertionCredential>(example::assertion_credential())
    .answers::<TokenResponse>(200, "The second factor is the user's whom the token names.", example::token())
    .refuses_with(400, LOGIN_MALFORMED)
    .refuses_with(401, LOGIN_REFUSED)
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    Origin(origin): Origin,
    RawBody(body): RawBody,
) -> Result<TokenAnswer, ApiError> {
    Ok(TokenAnswer(app.passgate.finish_login(&tenant, CredentialKind::Mfa, &body, &origin).await?))
}
