//! `PATCH /console/api/organizations/{organization_id}/members/{operator_id}`

use axum::Json;
use axum::extract::{Path, State};
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::console::MemberChange;
use passgate_core::store::Store;
use serde_json::json;

use super::{not_found, operator, refused, to_wire};
use crate::app::App;
use crate::console::{Acting, Right};
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, example, uuid};
use crate::routes::console::organizations::role_from_wire;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::ADMIN.fresh()),
        Tag::Organizations,
        "changeMember",
        "Give a member another role",
        "Only an owner may make or change an owner, and one is left at all times.",
    )
    .path("operator_id", "The member's id.", uuid("5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11"))
    .takes::<wire::MemberUpdate>(Presence::Required, json!({ "role": "developer" }))
    .answers::<wire::Member>(200, "The member.", example::member())
    .refuses(404, &[ErrorCode::MEMBER_NOT_FOUND])
    .refuses(409, &[ErrorCode::LAST_OWNER])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Acting { organization_id, actor }: Acting,
    Path((_, id)): Path<(String, String)>,
    JsonBody(body): JsonBody<wire::MemberUpdate>,
) -> Result<NoStore<Json<wire::Member>>, ApiError> {
    let id = operator(&id)?;
    let change = MemberChange::Role(role_from_wire(body.role));
    refused(app.passgate.change_member(organization_id, id, change, &actor).await?)?;
    let members = app.passgate.members(organization_id).await?;
    let member = members.into_iter().find(|member| member.operator_id == id).ok_or_else(not_found)?;
    Ok(NoStore(Json(to_wire(&member))))
}
