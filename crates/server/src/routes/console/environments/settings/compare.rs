//! `GET /console/api/environments/{tenant_id}/config/compare`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::store::Store;
use serde_json::json;

use super::{config, is_promotable, sibling};
use crate::app::App;
use crate::console::Right;
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag, uuid};
use crate::pagination::ListQuery;
use crate::routes::admin::TenantPath;
use crate::routes::admin::config::members;
use std::collections::BTreeSet;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::VIEWER),
        Tag::Environments,
        "compareConfig",
        "Compare settings with another environment's",
        "Of the same project. What an environment has of its own, because its app is elsewhere, can't be promoted.",
    )
    .query("from", "The other environment.", uuid("5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11"))
    .answers::<wire::Comparison>(
        200,
        "The differences.",
        json!({ "differences": [{
            "member": "webauthn.timeout", "here": 300_000, "there": 60_000, "promotable": true,
        }] }),
    )
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
    query: ListQuery,
) -> Result<NoStore<Json<wire::Comparison>>, ApiError> {
    let other =
        query.value("from")?.ok_or_else(|| ApiError::validation("from: must be an environment's id"))?;
    let other = sibling(&app, id, other).await?;
    let (here, there) = (members(&config(&app, id).await?), members(&config(&app, other).await?));
    let names: BTreeSet<_> = here.keys().chain(there.keys()).collect();
    let differences = names
        .into_iter()
        .filter(|name| here.get(*name) != there.get(*name))
        .map(|name| wire::Difference {
            member: name.clone(),
            here: here.get(name).cloned().unwrap_or_default(),
            there: there.get(name).cloned().unwrap_or_default(),
            promotable: is_promotable(name),
        })
        .collect();
    Ok(NoStore(Json(wire::Comparison { differences })))
}
