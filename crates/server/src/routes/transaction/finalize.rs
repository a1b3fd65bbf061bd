//! `POST /{tenant_id}/transaction/finalize`

use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::ceremony::AssertionCredential;
use passgate_api::public::TokenResponse;
use passgate_core::store::Store;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Keyed, Origin, RawBody};
use crate::openapi::{Access, Description, LOGIN_MALFORMED, LOGIN_REFUSED, Tag, example};
use crate::token_answer::TokenAnswer;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Key,
        Tag::Transactions,
        "finishTransaction",
        "Finish a transaction",
        "Takes what `navigator.credentials.get()` gave. The token's `trans` is the `transaction_id`.",
    )
    .acts_for_a_person()
    .takes_credential::<AssertionCredential>(example::assertion_credential())
    .answers::<TokenResponse>(
        200,
        "The user whom the token names has confirmed the transaction.",
        example::token(),
    )
    .refuses_with(400, LOGIN_MALFORMED)
    .refuses_with(401, LOGIN_REFUSED)
    .refuses(401, &[ErrorCode::TRANSACTION_MISMATCH])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    Origin(origin): Origin,
    RawBody(body): RawBody,
) -> Result<TokenAnswer, ApiError> {
    Ok(TokenAnswer(app.passgate.finish_transaction(&tenant, &body, &origin).await?))
}
