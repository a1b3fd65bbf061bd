//! `GET /{tenant_id}/users/{user_id}/signals`

use axum::Json;
use axum::extract::{Path, State};
use data_encoding::BASE64URL_NOPAD;
use passgate_api::ErrorCode;
use passgate_api::public::{AllAcceptedCredentials, CurrentUserDetails, Signals};
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::Keyed;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag};

pub(crate) fn description() -> Description {
    super::of_user(Description::new(
        Access::Key,
        Tag::Credentials,
        "getSignals",
        "Get what the browser is to be told of a user",
        "After a change of the user's name or passkeys, the page hands each entry to `signalAllAcceptedCredentials()` or \
         `signalCurrentUserDetails()`, so that devices offer what is accepted, under its current name. Withheld where a \
         browser could delete a passkey that is good: it goes by RP ID and handle.",
    ))
    .answers::<Signals>(
        200,
        "One entry of each list for every handle that the user's passkeys may carry.",
        json!({
            "all_accepted_credentials": [{
                "rpId": "example.com",
                "userId": "sCmS0Yk6vO3o8m5tJwZ1xq2bC4dE7fGhIjKlMnOpQrs",
                "allAcceptedCredentialIds": ["3q2-7wAAQIBFvX0Vx1m5Lg"],
            }],
            "current_user_details": [{
                "rpId": "example.com",
                "userId": "sCmS0Yk6vO3o8m5tJwZ1xq2bC4dE7fGhIjKlMnOpQrs",
                "name": "kim@example.com",
                "displayName": "Kim",
            }],
        }),
    )
    .refuses(409, &[ErrorCode::SIGNALS_HANDLE_SHARED, ErrorCode::SIGNALS_IMPORT_UNFINISHED])
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    path: Path<(String, String)>,
) -> Result<NoStore<Json<Signals>>, ApiError> {
    let signals = app.passgate.signals(&tenant, super::user(path)?).await?;
    let rp_id = tenant.config.relying_party.id.as_str();
    let handles: Vec<_> =
        signals.handles.iter().map(|handle| BASE64URL_NOPAD.encode(handle.as_bytes())).collect();
    let ids: Vec<_> = signals.credentials.iter().map(ToString::to_string).collect();
    let accepted = |user_id: &String| AllAcceptedCredentials {
        rp_id: rp_id.to_owned(),
        user_id: user_id.clone(),
        all_accepted_credential_ids: ids.clone(),
    };
    let details = |user_id: &String| CurrentUserDetails {
        rp_id: rp_id.to_owned(),
        user_id: user_id.clone(),
        name: signals.profile.name.to_string(),
        display_name: signals.profile.shown_name().to_owned(),
    };
    Ok(NoStore(Json(Signals {
        all_accepted_credentials: handles.iter().map(accepted).collect(),
        current_user_details: handles.iter().map(details).collect(),
    })))
}
