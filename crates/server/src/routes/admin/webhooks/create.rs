//! `POST /tenants/{tenant_id}/webhooks`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_api::admin::{WebhookCreate, WebhookSecret};
use passgate_core::store::Store;
use passgate_core::webhook::EndpointInserted;
use serde_json::json;

use crate::about::About;
use crate::app::App;
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag};
use crate::routes::admin::{TenantPath, tenant_not_found};

pub(crate) fn description() -> Description {
    super::takes_url(Description::new(
        Access::Token,
        Tag::Webhooks,
        "createWebhook",
        "Create a webhook",
        "Its secret is shown this once. Events are told from then on, within a second.",
    ))
    .takes::<WebhookCreate>(
        Presence::Required,
        json!({ "url": "https://app.example.com/hooks", "events": ["credential.created"] }),
    )
    .answers::<WebhookSecret>(201, "Created.", super::secret_example())
    .refuses(409, &[ErrorCode::TOO_MANY_WEBHOOKS])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(tenant_id): TenantPath,
    JsonBody(request): JsonBody<WebhookCreate>,
) -> Result<(StatusCode, About, NoStore<Json<WebhookSecret>>), ApiError> {
    let url = super::url(&request.url, &app.webhook_destinations)?;
    let about = super::about_url(url.as_str());
    let description = super::description_text(request.description)?;
    let events = super::events(&request.events)?;
    let (inserted, secret) =
        app.passgate.create_webhook_endpoint(tenant_id, url, description, events).await?;
    match inserted {
        EndpointInserted::Stored => {
            Ok((StatusCode::CREATED, about, NoStore(Json(super::secret_to_wire(&secret)))))
        }
        EndpointInserted::TooMany => Err(ApiError::conflict(
            ErrorCode::TOO_MANY_WEBHOOKS,
            "the tenant has as many webhooks as it may have",
        )),
        EndpointInserted::UnknownTenant => Err(tenant_not_found()),
    }
}
