//! `GET /console/api/organizations/{organization_id}/members`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::store::Store;
use serde_json::json;

use super::to_wire;
use crate::app::App;
use crate::console::{Right, Standing};
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag, example};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::VIEWER),
        Tag::Organizations,
        "listMembers",
        "List members",
        "By email.",
    )
    .answers_list::<wire::Member>("The members.", json!([example::member()]))
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    standing: Standing,
) -> Result<NoStore<Json<Vec<wire::Member>>>, ApiError> {
    let members = app.passgate.members(standing.organization_id).await?;
    Ok(NoStore(Json(members.iter().map(to_wire).collect())))
}
