//! `DELETE /tenants/{tenant_id}`

use axum::extract::State;
use axum::http::StatusCode;
use passgate_core::store::{Changed, Store};

use crate::app::App;
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag};
use crate::request::to_its_end;
use crate::routes::admin::{TenantPath, tenant_not_found};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Token,
        Tag::Tenants,
        "deleteTenant",
        "Delete a tenant",
        "With everything of its: keys, users, credentials, transactions, audit log. There is no way back.",
    )
    .answers_nothing("Deleted.")
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
) -> Result<StatusCode, ApiError> {
    // A large one takes longer than a request may, and half a tenant is of no use.
    let deleted = to_its_end(async move { app.passgate.delete_tenant(id).await });
    match deleted.await.map_err(ApiError::internal)?? {
        Changed::Done => Ok(StatusCode::NO_CONTENT),
        Changed::NotFound => Err(tenant_not_found()),
    }
}
