//! `GET /console/api/environments/{tenant_id}/related-origins/check`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::store::Store;
use passgate_webauthn::{MAX_RELATED_LABELS, RelatedOrigins};
use passgate_webhooks::EndpointUrl;
use serde_json::json;
use tokio::sync::Semaphore;

use super::verdict;
use crate::app::App;
use crate::console::Right;
use crate::error::ApiError;
use crate::extract::InTenant;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::DEVELOPER),
        Tag::Environments,
        "checkRelatedOrigins",
        "Check the hosted document of related origins",
        "Asks the RP ID's domain for what browsers would get, each time anew, and says what is wrong with it. Where it \
         may be asked is decided as for webhooks; redirections are not followed. It takes up to ten seconds.",
    )
    .answers::<wire::RelatedOriginsCheck>(
        200,
        "What was found.",
        json!({
            "url": "https://example.com/.well-known/webauthn",
            "checked_at": "2027-01-15T08:00:00Z",
            "needed": true,
            "expected": ["https://example.co.uk"],
            "status": 200,
            "content_type": "application/json",
            "listed": ["https://example.de"],
            "labels": ["example"],
            "label_limit": MAX_RELATED_LABELS,
            "findings": [{
                "code": "origin_missing",
                "severity": "error",
                "message": "https://example.co.uk is not listed: its pages can't use these passkeys",
                "origin": "https://example.co.uk",
            }],
        }),
    )
    .refuses(429, &[ErrorCode::RATE_LIMITED])
    .refuses(
        409,
        &[
            ErrorCode::new("related_origin_no_registrable_domain"),
            ErrorCode::new("related_origin_not_https"),
            ErrorCode::new("related_origins_too_many_labels"),
        ],
    )
}

/// How many documents are asked for at once. How long one takes, up to ten seconds, is a stranger's server's to say.
static UNDER_WAY: Semaphore = Semaphore::const_new(8);

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    InTenant(tenant): InTenant,
) -> Result<NoStore<Json<wire::RelatedOriginsCheck>>, ApiError> {
    let _one_of_few = UNDER_WAY.try_acquire().map_err(|_| {
        ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::RATE_LIMITED,
            "Too many requests",
            "other documents are just being asked for: try again in a few seconds",
        )
    })?;
    let rp = &tenant.config.relying_party;
    let related = RelatedOrigins::outside(&rp.id, rp.origins.as_slice())?;
    let url = format!("https://{}/.well-known/webauthn", rp.id);
    let checked_at = app.passgate.now().to_date_time();
    // An RP ID is a domain, so this is a URL.
    let parsed: EndpointUrl = url.parse().map_err(ApiError::internal)?;
    let web = app.fetcher.as_ref().ok_or_else(|| ApiError::internal("this process fetches nothing"))?;
    let answered = web.get(&parsed).await;
    let verdict = verdict::of(&answered, related.origins());
    let (status, content_type) = match answered {
        Ok(fetched) => {
            (Some(fetched.status), fetched.content_type.map(|text| text.chars().take(200).collect()))
        }
        Err(_) => (None, None),
    };
    Ok(NoStore(Json(wire::RelatedOriginsCheck {
        url,
        checked_at,
        needed: !related.origins().is_empty(),
        expected: related.origins().iter().map(ToString::to_string).collect(),
        status,
        content_type,
        listed: verdict.listed,
        labels: verdict.labels,
        label_limit: u32::try_from(MAX_RELATED_LABELS).unwrap_or(u32::MAX),
        findings: verdict.findings,
    })))
}
