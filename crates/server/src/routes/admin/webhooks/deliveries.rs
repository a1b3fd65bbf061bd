//! `GET /tenants/{tenant_id}/webhooks/{webhook_id}/deliveries`

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse;
use passgate_api::admin::{WebhookDelivery, WebhookDeliveryStatus};
use passgate_core::clock::Timestamp;
use passgate_core::ids::EndpointId;
use passgate_core::store::Store;
use passgate_core::webhook::{DeliveryRecord, DeliveryStatus};
use serde_json::json;

use crate::app::App;
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag};
use crate::pagination::{ListQuery, page_headers};
use crate::routes::admin::RowPath;

pub(crate) fn description() -> Description {
    super::of_webhook(Description::new(
        Access::Token,
        Tag::Webhooks,
        "listWebhookDeliveries",
        "List a webhook's deliveries",
        "What it is to hear of, with what became of each. Kept for 30 days.",
    ))
    .paged("order")
    .answers_page::<WebhookDelivery>(
        "The deliveries.",
        json!([{
            "event_id": "0d9a7d6e-53a4-4bb2-a3a5-4f0f7ab0a5a4",
            "type": "sign_in.failed",
            "body": "{\"timestamp\":\"2027-01-15T08:00:00Z\",\"type\":\"sign_in.failed\",\"data\":{}}",
            "status": "pending",
            "attempts": 2,
            "next_attempt_at": "2027-01-15T08:00:20Z",
            "last_failure": "timed_out",
            "last_attempt_at": "2027-01-15T08:00:05Z",
            "created_at": "2027-01-15T08:00:00Z",
        }]),
    )
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    RowPath(tenant_id, id): RowPath<EndpointId>,
    OriginalUri(uri): OriginalUri,
    query: ListQuery,
) -> Result<impl IntoResponse, ApiError> {
    let page = query.page("order")?;
    let found = app.passgate.webhook_deliveries(tenant_id, id, page).await?;
    let found = found.ok_or_else(super::webhook_not_found)?;
    let headers = page_headers(&app.admin_url, &uri, page, found.total);
    let items: Vec<_> = found.items.into_iter().map(to_wire).collect();
    Ok(NoStore((headers, Json(items))))
}

fn to_wire(record: DeliveryRecord) -> WebhookDelivery {
    WebhookDelivery {
        event_id: *record.event_id.as_uuid(),
        kind: super::event_to_wire(record.kind),
        body: record.body,
        status: match record.status {
            DeliveryStatus::Pending => WebhookDeliveryStatus::Pending,
            DeliveryStatus::Delivered => WebhookDeliveryStatus::Delivered,
            DeliveryStatus::Dead => WebhookDeliveryStatus::Dead,
        },
        attempts: record.attempts,
        next_attempt_at: record.next_attempt_at.map(Timestamp::to_date_time),
        last_status: record.last_status,
        last_failure: record.last_failure,
        last_attempt_at: record.last_attempt_at.map(Timestamp::to_date_time),
        created_at: record.created_at.to_date_time(),
    }
}
