//! `PATCH /console/api/passkeys/{credential_id}`

use axum::Json;
use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::store::Store;
use passgate_core::text::Text;
use serde_json::json;

use super::PasskeyPath;
use crate::app::App;
use crate::console::{OfOperator, Right};
use crate::error::ApiError;
use crate::extract::{JsonBody, Origin};
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, Tag, credential_id, example};
use crate::routes::console::account;
use crate::validate::field;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::OPERATOR),
        Tag::Accounts,
        "renamePasskey",
        "Rename a passkey",
        "One of the operator's own.",
    )
    .path("credential_id", "The credential id, base64url.", credential_id())
    .takes::<wire::Rename>(Presence::Required, json!({ "name": "Key in the safe" }))
    .answers::<wire::Passkey>(200, "The passkey.", example::passkey())
    .refuses(404, &[ErrorCode::CREDENTIAL_NOT_FOUND])
    .refuses(409, &[ErrorCode::CONSOLE_UNCLAIMED])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    OfOperator(_, operator): OfOperator,
    PasskeyPath(id): PasskeyPath,
    Origin(origin): Origin,
    JsonBody(body): JsonBody<wire::Rename>,
) -> Result<NoStore<Json<wire::Passkey>>, ApiError> {
    let name = field("name", Text::new(body.name.trim()))?;
    let passkey = app.passgate.rename_operator_passkey(operator.id, id, name, &origin).await?;
    Ok(NoStore(Json(account::passkey(&app, passkey))))
}
