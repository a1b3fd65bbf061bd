//! `POST /console/api/projects/preview`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::console::{AppUrl, EnvironmentKind};
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::Right;
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::openapi::{Access, Description, Presence, Tag, example};
use crate::routes::console::projects::kind_to_wire;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::OPERATOR),
        Tag::Projects,
        "previewAppUrl",
        "Ask what follows from an app's URL",
        "What passkeys will be bound to, which pages may use them, and why some URLs can not be used. Writes nothing.",
    )
    .takes::<wire::AppUrl>(Presence::Required, json!({ "app_url": "https://app.example.com" }))
    .answers::<wire::Derivation>(200, "What follows.", example::derivation())
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    JsonBody(body): JsonBody<wire::AppUrl>,
) -> Result<Json<wire::Derivation>, ApiError> {
    // Nothing of the server's is asked: the same rules hold everywhere.
    drop(app);
    if body.app_url.chars().count() > MAX_LENGTH {
        return Err(ApiError::validation(format!("app_url: must be at most {MAX_LENGTH} characters")));
    }
    Ok(Json(derive(&body.app_url)))
}

/// Longer than any URL of an app's.
const MAX_LENGTH: usize = 2_048;

fn derive(text: &str) -> wire::Derivation {
    let url = match AppUrl::parse(text) {
        Ok(url) => url,
        Err(problem) => {
            return wire::Derivation {
                kind: None,
                rp_id: None,
                origins: vec![],
                cors: vec![],
                problem: Some(problem.to_string()),
                code: Some(problem.as_str().to_owned()),
                notes: vec![],
            };
        }
    };
    let (rp_id, origin) = (url.rp_id().as_str(), url.as_str());
    let note = |code: &str, message: String| wire::Note { code: code.to_owned(), message };
    let mut notes = vec![note(
        "rp_id",
        format!(
            "Passkeys will be bound to {rp_id}. This can't change later without losing them: a passkey made for one \
             domain never works on another."
        ),
    )];
    if url.kind() == EnvironmentKind::Production && origin != format!("https://{rp_id}") {
        notes.push(note(
            "rp_id_wider",
            format!(
                "{rp_id} is the domain that {origin} belongs to, so that passkeys go on working if the app moves to \
                 another name below it. Only pages that are listed as origins may use them."
            ),
        ));
    }
    notes.push(note(
        "origins",
        format!("Pages of {origin} may make and use them. More pages can be added at any time."),
    ));
    notes.push(match url.kind() {
        EnvironmentKind::Development => note(
            "production_later",
            "This is a development URL. The production environment waits for its own, and has its own users and keys."
                .to_owned(),
        ),
        EnvironmentKind::Production => note(
            "development_at_localhost",
            "Development is set up for localhost, ports 5173 and 3000, with its own users and keys.".to_owned(),
        ),
    });
    let origins: Vec<_> = url.origins().iter().map(|origin| origin.as_str().to_owned()).collect();
    wire::Derivation {
        kind: Some(kind_to_wire(url.kind())),
        rp_id: Some(rp_id.to_owned()),
        cors: origins.clone(),
        origins,
        problem: None,
        code: None,
        notes,
    }
}
