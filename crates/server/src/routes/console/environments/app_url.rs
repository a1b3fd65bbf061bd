//! `PUT /console/api/environments/{tenant_id}/app-url`

use axum::Json;
use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::store::{Changed, Store};
use serde_json::json;

use super::{not_found, whole};
use crate::app::App;
use crate::console::{Acting, Right};
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::routes::admin::TenantPath;
use crate::routes::console::projects::app_url;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::ADMIN.fresh()),
        Tag::Environments,
        "setAppUrl",
        "Tell an environment's app URL",
        "Sets what passkeys are bound to, which pages may use them and which may call. Passkeys made for another domain are lost.",
    )
    .takes::<wire::AppUrl>(Presence::Required, json!({ "app_url": "https://app.example.com" }))
    .answers::<wire::Environment>(200, "The environment.", example::environment())
    .refuses(400, &[ErrorCode::APP_URL_REFUSED])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Acting { actor, .. }: Acting,
    TenantPath(id): TenantPath,
    JsonBody(body): JsonBody<wire::AppUrl>,
) -> Result<NoStore<Json<wire::Environment>>, ApiError> {
    let url = app_url(&body.app_url)?;
    let project = app.passgate.project_of(id).await?.ok_or_else(not_found)?;
    if app.passgate.move_environment(&project, id, &url, &actor).await? == Changed::NotFound {
        return Err(not_found());
    }
    Ok(NoStore(Json(whole(&app, id, actor.role).await?)))
}
