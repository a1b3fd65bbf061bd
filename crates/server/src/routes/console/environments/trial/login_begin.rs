//! `POST /console/api/environments/{tenant_id}/try/login/begin`

use axum::Json;
use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::asked::Asked;
use passgate_core::console::{Ceremony, Outcome};
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::Right;
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag, example};
use crate::routes::admin::TenantPath;
use crate::routes::console::account::raw;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::DEVELOPER),
        Tag::Environments,
        "tryLoginBegin",
        "Begin to log in here",
        "With any passkey of the environment.",
    )
    .answers::<wire::Assertion>(
        200,
        "What to ask for a passkey with.",
        json!({ "options": example::discoverable_request_options() }),
    )
    .refuses(409, &[ErrorCode::TRY_IMPOSSIBLE])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
) -> Result<NoStore<Json<wire::Assertion>>, ApiError> {
    let tenant = super::tenant(&app, id).await?;
    let options = app.passgate.begin_discoverable_login(&tenant, &Asked::default())?;
    app.passgate.count_ceremony(id, Ceremony::Login, Outcome::Begun, "");
    Ok(NoStore(Json(wire::Assertion { options: raw(&options)? })))
}
