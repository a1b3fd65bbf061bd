//! `PATCH /tenants/{tenant_id}/webhooks/{webhook_id}`

use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::admin::{WebhookSwitch, WebhookUpdate};
use passgate_core::ids::EndpointId;
use passgate_core::store::{Changed, Store};
use passgate_core::webhook::{EndpointChange, EndpointState};
use serde_json::json;

use crate::about::About;
use crate::app::App;
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::openapi::{Access, Description, Presence, Tag};
use crate::routes::admin::RowPath;

pub(crate) fn description() -> Description {
    super::takes_url(super::of_webhook(Description::new(
        Access::Token,
        Tag::Webhooks,
        "updateWebhook",
        "Change a webhook",
        "What the body leaves out stays. A webhook that is disabled misses what happens meanwhile.",
    )))
    .takes::<WebhookUpdate>(Presence::Optional, json!({ "state": "disabled" }))
    .answers_nothing("Changed.")
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    RowPath(tenant_id, id): RowPath<EndpointId>,
    JsonBody(request): JsonBody<WebhookUpdate>,
) -> Result<(StatusCode, About), ApiError> {
    let change = EndpointChange {
        url: request.url.map(|url| super::url(&url, &app.webhook_destinations)).transpose()?,
        description: request.description.map(super::description_text).transpose()?,
        events: request.events.map(|events| super::events(&events)).transpose()?,
        state: request.state.map(|state| match state {
            WebhookSwitch::Enabled => EndpointState::Enabled,
            WebhookSwitch::Disabled => EndpointState::Disabled,
        }),
    };
    let mut about = super::about(&app, tenant_id, id).await?;
    if let Some(url) = &change.url {
        let About(new) = super::about_url(url.as_str());
        if new != about.0 {
            about = About(format!("{} → {new}", about.0));
        }
    }
    match app.passgate.change_webhook_endpoint(tenant_id, id, change).await? {
        Changed::Done => Ok((StatusCode::NO_CONTENT, about)),
        Changed::NotFound => Err(super::webhook_not_found()),
    }
}
