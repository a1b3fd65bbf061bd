//! `POST /{tenant_id}/login/finalize`

use axum::extract::State;
use passgate_api::ceremony::AssertionCredential;
use passgate_api::public::TokenResponse;
use passgate_core::credential::CredentialKind;
use passgate_core::store::Store;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{InTenant, Origin, RawBody};
use crate::openapi::{Access, Description, LOGIN_MALFORMED, LOGIN_REFUSED, Tag, example};
use crate::token_answer::TokenAnswer;

pub(crate) fn description() -> Description {
    Description::new(
        Access::AnyoneOrKey,
        Tag::Login,
        "finishLogin",
        "Finish a login",
        "Takes what `navigator.credentials.get()` gave. The challenge is used up once a credential of the tenant is \
         named, whatever the verdict. With an API key, the call is exempt from the limit per address.",
    )
    .limited()
    .acts_for_a_person()
    .takes_credential::<AssertionCredential>(example::assertion_credential())
    .answers::<TokenResponse>(200, "The person is who the token says.", example::token())
    .refuses_with(400, LOGIN_MALFORMED)
    .refuses_with(401, LOGIN_REFUSED)
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    InTenant(tenant): InTenant,
    Origin(origin): Origin,
    RawBody(body): RawBody,
) -> Result<TokenAnswer, ApiError> {
    Ok(TokenAnswer(app.passgate.finish_login(&tenant, CredentialKind::Passkey, &body, &origin).await?))
}
