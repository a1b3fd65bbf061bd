//! `POST /tenants/{tenant_id}/webhooks/{webhook_id}/deliveries/{event_id}/redeliver`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_core::ids::{EndpointId, EventId};
use passgate_core::store::{Changed, Store};

use crate::app::App;
use crate::error::ApiError;
use crate::extract::parse_tenant_id;
use crate::openapi::{Access, Description, Tag, uuid};

pub(crate) fn description() -> Description {
    super::of_webhook(Description::new(
        Access::Token,
        Tag::Webhooks,
        "redeliverWebhook",
        "Deliver an event again",
        "Whatever became of it: it is due now, and retried for another day.",
    ))
    .path("event_id", "The event's id.", uuid("0d9a7d6e-53a4-4bb2-a3a5-4f0f7ab0a5a4"))
    .answers_nothing("It is due.")
    .refuses(404, &[ErrorCode::WEBHOOK_DELIVERY_NOT_FOUND])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Path((tenant_id, endpoint_id, event_id)): Path<(String, String, String)>,
) -> Result<StatusCode, ApiError> {
    let tenant_id = parse_tenant_id(&tenant_id)?;
    let not_an_id = |_| ApiError::validation("the ids in the path must be UUIDs");
    let endpoint_id: EndpointId = endpoint_id.parse().map_err(not_an_id)?;
    let event_id: EventId = event_id.parse().map_err(not_an_id)?;
    match app.passgate.redeliver(tenant_id, endpoint_id, event_id).await? {
        Changed::Done => Ok(StatusCode::NO_CONTENT),
        Changed::NotFound => Err(ApiError::not_found(
            ErrorCode::WEBHOOK_DELIVERY_NOT_FOUND,
            "there is no such delivery of this webhook",
        )),
    }
}
