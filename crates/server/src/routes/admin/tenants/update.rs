//! `PUT /tenants/{tenant_id}`

use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::admin::TenantUpdate;
use passgate_core::store::{Changed, Store};
use passgate_core::text::Text;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::routes::admin::{TenantPath, tenant_not_found};
use crate::validate::field;

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
    JsonBody(update): JsonBody<TenantUpdate>,
) -> Result<StatusCode, ApiError> {
    let name = field("display_name", Text::new(update.display_name))?;
    match app.passgate.rename_tenant(id, name).await? {
        Changed::Done => Ok(StatusCode::NO_CONTENT),
        Changed::NotFound => Err(tenant_not_found()),
    }
}
