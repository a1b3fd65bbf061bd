//! `DELETE /tenants/{tenant_id}/webhooks/{webhook_id}`

use axum::extract::State;
use axum::http::StatusCode;
use passgate_core::ids::EndpointId;
use passgate_core::store::{Changed, Store};

use crate::about::About;
use crate::app::App;
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag};
use crate::routes::admin::RowPath;

pub(crate) fn description() -> Description {
    super::of_webhook(Description::new(
        Access::Token,
        Tag::Webhooks,
        "deleteWebhook",
        "Delete a webhook",
        "With its deliveries: what is pending is not sent.",
    ))
    .answers_nothing("Deleted.")
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    RowPath(tenant_id, id): RowPath<EndpointId>,
) -> Result<(StatusCode, About), ApiError> {
    let about = super::about(&app, tenant_id, id).await?;
    match app.passgate.delete_webhook_endpoint(tenant_id, id).await? {
        Changed::Done => Ok((StatusCode::NO_CONTENT, about)),
        Changed::NotFound => Err(super::webhook_not_found()),
    }
}
