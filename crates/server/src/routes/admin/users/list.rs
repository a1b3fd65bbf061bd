//! `GET /tenants/{tenant_id}/users?page&per_page&sort_direction`

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse;
use passgate_api::admin::User;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag, example};
use crate::pagination::{ListQuery, page_headers};
use crate::routes::admin::{TenantPath, tenant_not_found};

pub(crate) fn description() -> Description {
    Description::new(Access::Token, Tag::Users, "listUsers", "List users", "All of the tenant's, in pages.")
        .paged("sort_direction")
        .answers_page::<User>("The users.", json!([example::user()]))
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(tenant_id): TenantPath,
    OriginalUri(uri): OriginalUri,
    query: ListQuery,
) -> Result<impl IntoResponse, ApiError> {
    let page = query.page("sort_direction")?;
    let users = app.passgate.users(tenant_id, page).await?.ok_or_else(tenant_not_found)?;
    let headers = page_headers(&app.admin_url, &uri, page, users.total);
    let items: Vec<_> = users.items.into_iter().map(super::to_wire).collect();
    Ok((headers, Json(items)))
}
