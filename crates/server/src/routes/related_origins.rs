//! `GET /{tenant_id}/.well-known/webauthn`

use axum::Json;
use axum::http::header::{CACHE_CONTROL, HeaderName};
use passgate_api::ErrorCode;
use passgate_api::public::RelatedOrigins as Document;
use passgate_webauthn::RelatedOrigins;
use serde_json::json;

use crate::error::ApiError;
use crate::extract::InTenant;
use crate::openapi::{Access, Description, Tag};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Anyone,
        Tag::Registration,
        "getRelatedOrigins",
        "Get the document of related origins",
        "For `https://<rp id>/.well-known/webauthn`, where it is to be mirrored: with it, pages of the tenant's other \
         domains may use its passkeys.",
    )
    .answers::<Document>(
        200,
        "The tenant's origins outside of the RP ID's own domain.",
        json!({ "origins": ["https://example.co.uk"] }),
    )
    .refuses(
        409,
        &[
            ErrorCode::new("related_origin_no_registrable_domain"),
            ErrorCode::new("related_origin_not_https"),
            ErrorCode::new("related_origins_too_many_labels"),
        ],
    )
}

pub(crate) async fn handler(
    InTenant(tenant): InTenant,
) -> Result<([(HeaderName, &'static str); 1], Json<Document>), ApiError> {
    let rp = &tenant.config.relying_party;
    let related = RelatedOrigins::outside(&rp.id, rp.origins.as_slice())?;
    let origins = related.origins().iter().map(ToString::to_string).collect();
    Ok(([(CACHE_CONTROL, "max-age=600")], Json(Document { origins })))
}
