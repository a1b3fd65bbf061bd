//! `POST /console/api/environments/{tenant_id}/config/promote`

use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::console as wire;
use passgate_core::store::{Changed, Store};
use serde_json::json;

use super::{config, is_promotable, read, set, sibling};
use crate::app::App;
use crate::console::{Acting, Right};
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::openapi::{Access, Description, Presence, Tag};
use crate::routes::admin::TenantPath;
use crate::routes::admin::config::{from_wire, members};
use crate::routes::console::environments::not_found;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::ADMIN.fresh()),
        Tag::Environments,
        "promoteConfig",
        "Take settings over from another environment",
        "Of the same project. Those that are named become what they are there; a setting that is not set there becomes the default here.",
    )
    .takes::<wire::Promotion>(
        Presence::Required,
        json!({ "from": "5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11", "members": ["webauthn.timeout"] }),
    )
    .answers_nothing("The settings are taken over.")
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Acting { organization_id, actor }: Acting,
    TenantPath(id): TenantPath,
    JsonBody(body): JsonBody<wire::Promotion>,
) -> Result<StatusCode, ApiError> {
    if body.members.is_empty() || body.members.len() > MAX_MEMBERS {
        return Err(ApiError::validation(format!("members: must be 1 to {MAX_MEMBERS}")));
    }
    if let Some(member) = body.members.iter().find(|member| !is_promotable(member)) {
        return Err(ApiError::validation(format!("members: {member} is each environment's own")));
    }
    let other = sibling(&app, id, &body.from.to_string()).await?;
    let (mut ours, theirs) = (config(&app, id).await?, config(&app, other).await?);
    let (known, theirs) = (members(&ours), members(&theirs));
    for member in &body.members {
        if !known.contains_key(member) && !theirs.contains_key(member) {
            return Err(ApiError::validation(
                "members: must be settings that differ, as the comparison names them",
            ));
        }
        set(&mut ours, member, theirs.get(member));
    }
    let config = from_wire(read(ours)?)?;
    let promoted = app.passgate.promote_settings(organization_id, id, config, &body.members, &actor).await?;
    match promoted {
        Changed::Done => Ok(StatusCode::NO_CONTENT),
        Changed::NotFound => Err(not_found()),
    }
}

/// How many settings may be taken over at once: more than there are.
const MAX_MEMBERS: usize = 100;
