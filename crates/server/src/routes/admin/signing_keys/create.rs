//! `POST /tenants/{tenant_id}/secrets/jwk`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::admin::{SigningKey, SigningKeyCreate};
use passgate_core::store::{Rotation, Store};
use passgate_core::text::Text;
use serde_json::json;

use crate::about::About;
use crate::app::App;
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::routes::admin::{TenantPath, tenant_not_found};
use crate::validate::field;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Token,
        Tag::SigningKeys,
        "rotateSigningKey",
        "Rotate the signing key",
        "The new key is published for 15 minutes before it signs, so that every cached JWKS has it by then. With `now`, \
         for a compromise, it signs at once, and the older ones are vouched for no more.",
    )
    .takes::<SigningKeyCreate>(Presence::Optional, json!({}))
    .answers::<SigningKey>(201, "Created.", example::signing_key())
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
    JsonBody(request): JsonBody<SigningKeyCreate>,
) -> Result<(StatusCode, About, Json<SigningKey>), ApiError> {
    let name = request.name.map(Text::new).map(|name| field("name", name)).transpose()?;
    let rotation = if request.now { Rotation::Immediate } else { Rotation::Graceful };
    let algorithm = request.alg.map(super::algorithm_from_wire);
    let key =
        app.passgate.rotate_signing_key(id, algorithm, name, rotation).await?.ok_or_else(tenant_not_found)?;
    let about = About(key.key.name.to_string());
    Ok((StatusCode::CREATED, about, Json(super::to_wire(key))))
}
