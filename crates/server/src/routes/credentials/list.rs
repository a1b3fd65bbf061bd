//! `GET /{tenant_id}/credentials?user_id=&page=&per_page=&order=`

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse;
use passgate_api::public::Credential;
use passgate_core::store::Store;
use passgate_core::user::AppUserId;
use serde_json::json;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::Keyed;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag, example, text_at_most};
use crate::pagination::{ListQuery, page_headers};
use crate::routes::credentials::Icon;
use crate::validate::field;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Key,
        Tag::Credentials,
        "listCredentials",
        "List credentials",
        "Those of a user, or all of the tenant's; second factors too.",
    )
    .query("user_id", "The app's own id of the user. Empty counts as absent.", text_at_most(1024, "user-7"))
    .paged("order")
    .answers_page::<Credential>("The credentials.", json!([example::credential()]))
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    OriginalUri(uri): OriginalUri,
    query: ListQuery,
) -> Result<impl IntoResponse, ApiError> {
    let user = query.value("user_id")?.map(|id| field("user_id", AppUserId::new(id))).transpose()?;
    let page = query.page("order")?;
    let credentials = app.passgate.credentials(&tenant, user, page).await?;
    let headers = page_headers(app.passgate.public_url(), &uri, page, credentials.total);
    let metadata = app.passgate.metadata();
    let to_wire = |credential| super::to_wire(credential, metadata.as_deref(), Icon::LeftOut);
    let items: Vec<_> = credentials.items.into_iter().map(to_wire).collect();
    Ok(NoStore((headers, Json(items))))
}
