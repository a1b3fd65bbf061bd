//! `POST /{tenant_id}/mfa/registration/finalize`

use axum::Json;
use axum::extract::State;
use passgate_api::public::TokenResponse;
use passgate_core::credential::CredentialKind;
use passgate_core::store::Store;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Keyed, Origin, RawBody};
use crate::no_store::NoStore;

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    Origin(origin): Origin,
    RawBody(body): RawBody,
) -> Result<NoStore<Json<TokenResponse>>, ApiError> {
    let token = app.passgate.finish_registration(&tenant, CredentialKind::Mfa, &body, &origin).await?;
    Ok(NoStore(Json(TokenResponse { token: token.expose_secret().to_owned() })))
}
