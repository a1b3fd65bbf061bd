//! `POST /console/api/passkeys/finish`

use axum::Json;
use axum::extract::State;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::store::Store;
use passgate_core::text::Text;
use serde_json::json;

use crate::app::App;
use crate::console::{OfOperator, Right};
use crate::error::ApiError;
use crate::extract::{JsonBody, Origin};
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Presence, REGISTRATION_REFUSED, Tag, example};
use crate::routes::console::account;
use crate::validate::field;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::OPERATOR.fresh()),
        Tag::Accounts,
        "finishAddingPasskey",
        "Add a passkey",
        "To the operator's own account.",
    )
    .takes::<wire::Made>(
        Presence::Required,
        json!({ "credential": example::registration_credential(), "name": "Key in the safe" }),
    )
    .answers::<wire::Passkey>(200, "The passkey.", example::passkey())
    .refuses_with(400, REGISTRATION_REFUSED)
    .refuses(403, &[ErrorCode::OPERATOR_MISMATCH])
    .refuses(404, &[ErrorCode::CREDENTIAL_NOT_FOUND])
    .refuses(409, &[ErrorCode::CONSOLE_UNCLAIMED])
    .refuses(422, &[ErrorCode::USER_VERIFICATION_MISSING])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    OfOperator(_, operator): OfOperator,
    Origin(origin): Origin,
    JsonBody(body): JsonBody<wire::Made>,
) -> Result<NoStore<Json<wire::Passkey>>, ApiError> {
    let name = body.name.map(|name| field("name", Text::new(name.trim()))).transpose()?;
    let credential = body.credential.get().as_bytes();
    let passkey = app.passgate.finish_adding_passkey(&operator, credential, name, &origin).await?;
    Ok(NoStore(Json(account::passkey(&app, passkey))))
}
