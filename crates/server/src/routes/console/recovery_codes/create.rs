//! `POST /console/api/recovery-codes`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_api::{ErrorCode, SecretString};
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::{OfOperator, Right};
use crate::error::ApiError;
use crate::extract::Origin;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::OPERATOR.fresh()),
        Tag::Accounts,
        "makeRecoveryCodes",
        "Make recovery codes",
        "Ten, in place of those before. Each lets the operator in once, without a passkey.",
    )
    .answers::<wire::RecoveryCodes>(
        200,
        "The codes, shown this once.",
        json!({ "codes": ["7Q2M-XK4D-0ZPA-93HV"] }),
    )
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    OfOperator(_, operator): OfOperator,
    Origin(origin): Origin,
) -> Result<NoStore<Json<wire::RecoveryCodes>>, ApiError> {
    let codes = app
        .passgate
        .make_recovery_codes(operator.id, &origin)
        .await?
        .ok_or_else(|| ApiError::unauthorized(ErrorCode::SESSION_MISSING, "the account is gone"))?;
    let codes = codes.iter().map(|code| SecretString::new(code.expose_secret())).collect();
    Ok(NoStore(Json(wire::RecoveryCodes { codes })))
}
