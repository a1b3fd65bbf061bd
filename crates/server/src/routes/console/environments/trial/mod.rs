//! `/console/api/environments/{tenant_id}/try`: an environment's ceremonies on the console's own page, to see them work. They
//! are the environment's: they register a passkey, count, and stand in its audit log.

pub(crate) mod login_begin;
pub(crate) mod login_finish;
pub(crate) mod registration_begin;
pub(crate) mod registration_finish;

use data_encoding::BASE64URL_NOPAD;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::ids::TenantId;
use passgate_core::store::Store;
use passgate_core::tenant_cache::Tenant;
use passgate_core::token::Token;

use crate::app::App;
use crate::error::ApiError;
use crate::routes::console::environments::{not_found, why_not_here};

/// The environment's tenant, with the console's page among its origins for this ceremony.
async fn tenant<S: Store>(app: &App<S>, id: TenantId) -> Result<Tenant, ApiError> {
    let tenant = app.passgate.tenant_on_trial(id, &app.console.place).await?.ok_or_else(not_found)?;
    match why_not_here(app, &tenant) {
        None => Ok(tenant),
        Some(reason) => Err(ApiError::new(
            axum::http::StatusCode::CONFLICT,
            ErrorCode::TRY_IMPOSSIBLE,
            "Conflict",
            reason,
        )),
    }
}

/// A token, and what it says. It was issued here just now, so nothing needs to be verified.
fn shown(token: &Token) -> Result<wire::TrialResult, ApiError> {
    let token = token.expose_secret();
    let claims = token
        .split('.')
        .nth(1)
        .and_then(|claims| BASE64URL_NOPAD.decode(claims.as_bytes()).ok())
        .and_then(|claims| serde_json::from_slice(&claims).ok())
        .ok_or_else(|| ApiError::internal("a token has no claims"))?;
    Ok(wire::TrialResult { token: token.to_owned(), claims })
}
