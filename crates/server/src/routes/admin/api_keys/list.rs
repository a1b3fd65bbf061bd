//! `GET /tenants/{tenant_id}/secrets/api`

use axum::Json;
use axum::extract::State;
use passgate_api::admin::{ApiKey, ApiKeyState};
use passgate_core::clock::Timestamp;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag};
use crate::routes::admin::{TenantPath, tenant_not_found};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Token,
        Tag::ApiKeys,
        "listApiKeys",
        "List API keys",
        "All of the tenant's, their secrets masked. Those that have expired stay until they are deleted.",
    )
    .answers_list::<ApiKey>(
        "The keys.",
        json!([{
            "id": "e8a5c7f1-6a54-4e0e-9d61-0f6b4a3c2d10",
            "name": "Staging",
            "secret": "pgk_ab12…",
            "created_at": "2027-01-15T08:00:00Z",
            "last_used_at": "2027-01-16T10:30:00Z",
            "expires_at": "2027-07-15T08:00:00Z",
            "state": "active",
        }]),
    )
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
) -> Result<Json<Vec<ApiKey>>, ApiError> {
    let keys = app.passgate.list_api_keys(id).await?.ok_or_else(tenant_not_found)?;
    let now = app.passgate.now();
    let keys = keys.into_iter().map(|key| ApiKey {
        state: if key.is_expired(now) { ApiKeyState::Expired } else { ApiKeyState::Active },
        id: *key.id.as_uuid(),
        name: key.name.to_string(),
        secret: format!("{}…", key.hint),
        created_at: key.created_at.to_date_time(),
        last_used_at: key.last_used_at.map(Timestamp::to_date_time),
        expires_at: key.expires_at.map(Timestamp::to_date_time),
    });
    Ok(Json(keys.collect()))
}
