//! `GET /console/api/organizations/{organization_id}/invitations`

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
        Access::Console(Right::ADMIN),
        Tag::Organizations,
        "listInvitations",
        "List invitations",
        "Those that are open, oldest first. Their links are not shown again.",
    )
    .answers_list::<wire::Invitation>("The invitations.", json!([example::invitation()]))
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    standing: Standing,
) -> Result<NoStore<Json<Vec<wire::Invitation>>>, ApiError> {
    let invitations = app.passgate.invitations(standing.organization_id).await?;
    Ok(NoStore(Json(invitations.into_iter().filter_map(to_wire).collect())))
}
