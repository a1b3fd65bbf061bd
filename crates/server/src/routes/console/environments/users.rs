//! `GET /console/api/environments/{tenant_id}/users`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::clock::Timestamp;
use passgate_core::console::{ListedUser, UserPlace, UserSearch};
use passgate_core::store::Store;
use passgate_core::text::Text;

use crate::app::App;
use crate::console::Right;
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::text_at_most;
use crate::openapi::{Access, Description, Tag, example};
use crate::pagination::ListQuery;
use crate::routes::admin::TenantPath;
use crate::routes::console::place;
use crate::validate::field;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::VIEWER),
        Tag::Environments,
        "listUsers",
        "List users",
        "Newest first; with `q`, those whose id in the app or whose name begins with it, by that id, and no second page.",
    )
    .query("q", "What id or name begin with.", text_at_most(128, "kim"))
    .query("after", "Where to go on: what the page before gave as next.", text_at_most(64, ""))
    .query("limit", "How many, 1 to 200. Default: 50.", text_at_most(3, "50"))
    .answers::<wire::Users>(200, "The users.", example::users())
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
    query: ListQuery,
) -> Result<NoStore<Json<wire::Users>>, ApiError> {
    let limit = place::limit(&query)?;
    let search = match query.value("q")? {
        Some(text) => UserSearch::BeginningWith(field("q", Text::new(text))?),
        None => UserSearch::All(place::read(&query, "after")?.map(|(at, id)| UserPlace { at, id })),
    };
    let may_go_on = matches!(search, UserSearch::All(_));
    let users = app.passgate.find_users(id, search, limit).await?;
    let next = users
        .last()
        .filter(|_| may_go_on && users.len() == limit as usize)
        .map(|last| place::write(last.created_at, last.user.id));
    Ok(NoStore(Json(wire::Users { users: users.into_iter().map(to_wire).collect(), next })))
}

fn to_wire(listed: ListedUser) -> wire::UserRow {
    let profile = listed.user.profile;
    wire::UserRow {
        id: *listed.user.id.as_uuid(),
        user_id: profile.app_id.to_string(),
        name: profile.name.to_string(),
        display_name: profile.display_name.map(String::from),
        icon: profile.icon.map(String::from),
        created_at: listed.created_at.to_date_time(),
        passkeys: listed.credentials,
        last_used_at: listed.last_used_at.map(Timestamp::to_date_time),
    }
}
