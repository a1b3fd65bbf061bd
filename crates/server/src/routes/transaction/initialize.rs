//! `POST /{tenant_id}/transaction/initialize`

use axum::Json;
use axum::extract::State;
use passgate_api::public::TransactionInitialize;
use passgate_core::asked::Asked;
use passgate_core::store::Store;
use passgate_core::transaction::{TransactionData, TransactionIdentifier};
use passgate_core::user::AppUserId;
use passgate_webauthn::RequestOptions;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{JsonBody, Keyed, Origin};
use crate::no_store::NoStore;
use crate::validate::field;

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    Origin(origin): Origin,
    JsonBody(request): JsonBody<TransactionInitialize>,
) -> Result<NoStore<Json<RequestOptions>>, ApiError> {
    let user_id = field("user_id", AppUserId::new(request.user_id))?;
    let identifier = field("transaction_id", TransactionIdentifier::new(request.transaction_id))?;
    let data = TransactionData::compact(&request.transaction_data);
    if data.as_str() == "null" {
        return Err(ApiError::validation("transaction_data: must not be null"));
    }
    let options = app
        .passgate
        .begin_transaction(&tenant, user_id, identifier, data, &Asked::default(), &origin)
        .await?;
    Ok(NoStore(Json(options)))
}
