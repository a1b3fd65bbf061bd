//! `/tenants/{tenant_id}/webhooks`.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod deliveries;
pub(crate) mod list;
pub(crate) mod redeliver;
pub(crate) mod replace_secret;
pub(crate) mod update;

use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_api::admin as wire;
use passgate_core::event::EventType;
use passgate_core::ids::{EndpointId, TenantId};
use passgate_core::store::Store;
use passgate_core::text::Text;
use passgate_core::webhook::{EndpointState, WebhookEndpoint};
use passgate_core::webhooks::NewWebhookSecret;
use passgate_webhooks::{DestinationPolicy, EndpointUrl, SigningSecret};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::about::About;
use crate::app::App;
use crate::error::ApiError;
use crate::openapi::{Description, uuid};
use crate::validate::field;

fn of_webhook(description: Description) -> Description {
    description
        .path("webhook_id", "The webhook's id.", uuid("4f9d3c1e-7f0b-4d7a-8c9e-0a4c5b7f2d11"))
        .refuses(400, &[ErrorCode::VALIDATION_FAILED])
        .refuses(404, &[ErrorCode::WEBHOOK_NOT_FOUND])
}

/// The refusals of a URL.
fn takes_url(description: Description) -> Description {
    let codes = [
        "webhook_url_too_long",
        "webhook_url_invalid",
        "webhook_url_scheme",
        "webhook_url_credentials",
        "webhook_url_fragment",
        "webhook_address_forbidden",
    ];
    description.refuses_with(400, &[&codes])
}

fn webhook_not_found() -> ApiError {
    ApiError::not_found(ErrorCode::WEBHOOK_NOT_FOUND, "there is no such webhook in this tenant")
}

/// Which webhook a change is about, by its URL.
async fn about<S: Store>(app: &App<S>, tenant_id: TenantId, id: EndpointId) -> Result<About, ApiError> {
    let endpoints = app.passgate.webhook_endpoints(tenant_id).await?.unwrap_or_default();
    let endpoint = endpoints.into_iter().find(|endpoint| endpoint.id == id).ok_or_else(webhook_not_found)?;
    Ok(about_url(endpoint.url.as_str()))
}

/// The same, by a URL: without its query, where some receivers have a token.
fn about_url(url: &str) -> About {
    About(url.split('?').next().unwrap_or_default().to_owned())
}

/// A URL that webhooks may go to.
fn url(text: &str, destinations: &DestinationPolicy) -> Result<Text<1, 2048>, ApiError> {
    let refused = |code, details: String| {
        ApiError::new(StatusCode::BAD_REQUEST, ErrorCode::new(code), "Webhook URL refused", details)
    };
    let url: EndpointUrl = text
        .parse()
        .map_err(|error: passgate_webhooks::InvalidEndpointUrl| refused(error.code(), error.to_string()))?;
    destinations.check(&url).map_err(|error| refused(error.code(), error.to_string()))?;
    field("url", Text::new(url.as_url().as_str()))
}

fn description_text(text: String) -> Result<Text<0, 256>, ApiError> {
    field("description", Text::new(text))
}

/// More than there are.
const MAX_EVENTS: usize = 16;

fn events(events: &[wire::WebhookEvent]) -> Result<Vec<EventType>, ApiError> {
    if events.len() > MAX_EVENTS {
        return Err(ApiError::validation(format!("events: must be at most {MAX_EVENTS}")));
    }
    Ok(events
        .iter()
        .map(|event| match event {
            wire::WebhookEvent::CredentialCreated => EventType::CredentialCreated,
            wire::WebhookEvent::CredentialUsedFirstTime => EventType::CredentialUsedFirstTime,
            wire::WebhookEvent::CredentialRenamed => EventType::CredentialRenamed,
            wire::WebhookEvent::CredentialDeleted => EventType::CredentialDeleted,
            wire::WebhookEvent::SignInFailed => EventType::SignInFailed,
            wire::WebhookEvent::CloneSuspected => EventType::CloneSuspected,
            wire::WebhookEvent::TransactionCompleted => EventType::TransactionCompleted,
        })
        .collect())
}

const fn event_to_wire(kind: EventType) -> wire::WebhookEvent {
    match kind {
        EventType::CredentialCreated => wire::WebhookEvent::CredentialCreated,
        EventType::CredentialUsedFirstTime => wire::WebhookEvent::CredentialUsedFirstTime,
        EventType::CredentialRenamed => wire::WebhookEvent::CredentialRenamed,
        EventType::CredentialDeleted => wire::WebhookEvent::CredentialDeleted,
        EventType::SignInFailed => wire::WebhookEvent::SignInFailed,
        EventType::CloneSuspected => wire::WebhookEvent::CloneSuspected,
        EventType::TransactionCompleted => wire::WebhookEvent::TransactionCompleted,
    }
}

fn to_wire(endpoint: WebhookEndpoint) -> wire::Webhook {
    wire::Webhook {
        id: *endpoint.id.as_uuid(),
        url: endpoint.url.to_string(),
        description: endpoint.description.to_string(),
        events: endpoint.events.into_iter().map(event_to_wire).collect(),
        state: match endpoint.state {
            EndpointState::Enabled => wire::WebhookState::Enabled,
            EndpointState::Disabled => wire::WebhookState::Disabled,
            EndpointState::Gone => wire::WebhookState::Gone,
        },
        failures: endpoint.failures,
        paused_until: endpoint.paused_until.map(passgate_core::clock::Timestamp::to_date_time),
        created_at: endpoint.created_at.to_date_time(),
        updated_at: endpoint.updated_at.to_date_time(),
    }
}

fn secret_to_wire(new: &NewWebhookSecret) -> wire::WebhookSecret {
    // 32 bytes are within the bounds of one.
    let secret = SigningSecret::from_bytes(Zeroizing::new(new.secret.to_vec()))
        .expect("a webhook secret has 24 to 64 bytes");
    wire::WebhookSecret {
        id: *new.endpoint_id.as_uuid(),
        secret: passgate_api::SecretString::new(secret.expose_secret().as_str()),
    }
}

fn secret_example() -> Value {
    json!({
        "id": "4f9d3c1e-7f0b-4d7a-8c9e-0a4c5b7f2d11",
        "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDGQfyMBC1bS4=",
    })
}

fn example() -> Value {
    json!({
        "id": "4f9d3c1e-7f0b-4d7a-8c9e-0a4c5b7f2d11",
        "url": "https://app.example.com/hooks",
        "description": "Our backend",
        "events": ["credential.created", "credential.deleted"],
        "state": "enabled",
        "failures": 0,
        "created_at": "2027-01-15T08:00:00Z",
        "updated_at": "2027-01-15T08:00:00Z",
    })
}
