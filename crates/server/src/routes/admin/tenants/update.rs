//! `PUT /tenants/{tenant_id}`

use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::admin::TenantUpdate;
use passgate_core::store::{Changed, Store};
use passgate_core::text::Text;
use serde_json::json;

use crate::about::About;
use crate::app::App;
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::openapi::{Access, Description, Presence, Tag};
use crate::routes::admin::{TenantPath, tenant_not_found};
use crate::validate::field;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Token,
        Tag::Tenants,
        "renameTenant",
        "Rename a tenant",
        "What operators call it.",
    )
    .takes::<TenantUpdate>(Presence::Required, json!({ "display_name": "My app" }))
    .answers_nothing("Renamed.")
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
    JsonBody(update): JsonBody<TenantUpdate>,
) -> Result<(StatusCode, About), ApiError> {
    let name = field("display_name", Text::new(update.display_name))?;
    let about = About(name.to_string());
    match app.passgate.rename_tenant(id, name).await? {
        Changed::Done => Ok((StatusCode::NO_CONTENT, about)),
        Changed::NotFound => Err(tenant_not_found()),
    }
}
