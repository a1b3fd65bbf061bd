//! `POST /{tenant_id}/transaction/initialize`

use axum::Json;
use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::ceremony::RequestOptions as RequestOptionsJson;
use passgate_api::public::{Asking, LoginAsked, TransactionInitialize};
use passgate_core::store::Store;
use passgate_core::transaction::{TransactionData, TransactionIdentifier};
use passgate_core::user::AppUserId;
use passgate_webauthn::RequestOptions;
use serde_json::json;

use crate::app::App;
use crate::asked::{Subject, authentication};
use crate::error::ApiError;
use crate::extract::{JsonBody, Keyed, Origin};
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::validate::field;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Key,
        Tag::Transactions,
        "beginTransaction",
        "Begin a transaction",
        "Makes the options for `navigator.credentials.get()`, with the hash of the transaction in the challenge. The \
         `transaction_id` is used up by this call, whatever becomes of it.",
    )
    .acts_for_a_person()
    .takes_asking::<TransactionInitialize, LoginAsked>(
        Presence::Required,
        json!({
            "user_id": "user-7",
            "transaction_id": "payment-4711",
            "transaction_data": { "amount": "99.50", "currency": "EUR", "to": "Example Ltd" },
        }),
    )
    .answers::<RequestOptionsJson>(200, "What the page hands to the browser.", example::request_options())
    .refuses(400, &[ErrorCode::NO_CREDENTIALS])
    .refuses(404, &[ErrorCode::USER_NOT_FOUND])
    .refuses(409, &[ErrorCode::TRANSACTION_EXISTS])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    Origin(origin): Origin,
    JsonBody(request): JsonBody<Asking<TransactionInitialize, LoginAsked>>,
) -> Result<NoStore<Json<RequestOptions>>, ApiError> {
    let Asking { request, asked } = request;
    let asked = authentication(&asked, Subject::Named)?;
    let user_id = field("user_id", AppUserId::new(request.user_id))?;
    let identifier = field("transaction_id", TransactionIdentifier::new(request.transaction_id))?;
    let data = TransactionData::compact(&request.transaction_data);
    if data.as_str() == "null" {
        return Err(ApiError::validation("transaction_data: must not be null"));
    }
    let options = app.passgate.begin_transaction(&tenant, user_id, identifier, data, &asked, &origin).await?;
    Ok(NoStore(Json(options)))
}
