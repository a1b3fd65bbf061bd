//! `POST /tenants/{tenant_id}/webhooks/{webhook_id}/secret`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::admin::{WebhookSecret, WebhookSecretReplace};
use passgate_core::ids::EndpointId;
use passgate_core::store::Store;
use passgate_core::webhooks::SecretOverlap;
use serde_json::json;

use crate::about::About;
use crate::app::App;
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag};
use crate::routes::admin::RowPath;

pub(crate) fn description() -> Description {
    super::of_webhook(Description::new(
        Access::Token,
        Tag::Webhooks,
        "replaceWebhookSecret",
        "Replace a webhook's secret",
        "The new one is shown this once. For a day both sign, so that the receiver can change over; with `now`, the old \
         one is forgotten at once.",
    ))
    .takes::<WebhookSecretReplace>(Presence::Optional, json!({}))
    .answers::<WebhookSecret>(201, "Replaced.", super::secret_example())
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    RowPath(tenant_id, id): RowPath<EndpointId>,
    JsonBody(request): JsonBody<WebhookSecretReplace>,
) -> Result<(StatusCode, About, NoStore<Json<WebhookSecret>>), ApiError> {
    let overlap = if request.now { SecretOverlap::None } else { SecretOverlap::Day };
    let about = super::about(&app, tenant_id, id).await?;
    let secret = app.passgate.replace_webhook_secret(tenant_id, id, overlap).await?;
    let secret = secret.ok_or_else(super::webhook_not_found)?;
    Ok((StatusCode::CREATED, about, NoStore(Json(super::secret_to_wire(&secret)))))
}
