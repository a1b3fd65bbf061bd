//! `POST /console/api/sign-up/begin`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::store::Store;
use serde_json::json;

use super::{refused, request};
use crate::app::App;
use crate::console::Right;
use crate::error::ApiError;
use crate::extract::{JsonBody, Origin};
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::routes::console::account::raw;

pub(crate) fn description() -> Description {
    refused(Description::new(
        Access::Console(Right::ANYONE),
        Tag::Accounts,
        "beginSignUp",
        "Begin to make an account",
        "With a link that claims the console or invites, or without one where anybody may. Answers what the browser is \
         to make the first passkey with. Nothing is used up.",
    ))
    .takes::<wire::SignUpBegin>(
        Presence::Required,
        json!({ "link": "pgl_…", "name": "Kim", "email": "kim@example.com" }),
    )
    .answers::<wire::Creation>(
        200,
        "What to make a passkey with.",
        json!({ "options": example::creation_options() }),
    )
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Origin(origin): Origin,
    JsonBody(body): JsonBody<wire::SignUpBegin>,
) -> Result<NoStore<Json<wire::Creation>>, ApiError> {
    let request = request(body.link.as_ref(), &body.name, &body.email)?;
    let (place, allowed) = (&app.console.place, app.console.sign_up);
    let options = app.passgate.begin_sign_up(place, allowed, &request, &origin).await?;
    Ok(NoStore(Json(wire::Creation { options: raw(&options)? })))
}
