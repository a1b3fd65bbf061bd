//! `GET /console/api/state`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::console::SignUpAllowed;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::{Caller, Right};
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag};
use crate::routes::console::account;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::ANYONE),
        Tag::Accounts,
        "getState",
        "Get how things are",
        "Whether the console is claimed, who may make an account, and the caller's session, where there is one.",
    )
    .answers::<wire::State>(
        200,
        "How things are.",
        json!({
            "claimed": true,
            "sign_up": "invitation",
            "version": env!("CARGO_PKG_VERSION"),
            "console_url": "http://localhost:8001",
            "public_url": "http://localhost:8000",
            "session": null,
        }),
    )
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    caller: Caller,
) -> Result<NoStore<Json<wire::State>>, ApiError> {
    let session = match caller.session() {
        Some((session, operator)) => Some(account::session(&app, session, operator.clone()).await?),
        None => None,
    };
    Ok(NoStore(Json(wire::State {
        claimed: app.passgate.console().await?.is_claimed,
        sign_up: match app.console.sign_up {
            SignUpAllowed::ByInvitation => wire::SignUpPolicy::Invitation,
            SignUpAllowed::ToAnybody => wire::SignUpPolicy::Open,
        },
        version: env!("CARGO_PKG_VERSION").to_owned(),
        console_url: app.console.place.url().to_owned(),
        public_url: app.passgate.public_url().to_owned(),
        session,
    })))
}
