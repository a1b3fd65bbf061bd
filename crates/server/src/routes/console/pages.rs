//! `GET /console/…`: the pages, and what they load.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use passgate_core::store::Store;

use crate::app::App;
use crate::console::{asset, page};
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag};
use crate::routes::route_not_found;

/// `GET /`: to the console, where its passkeys work.
pub(crate) async fn root<S: Store>(State(app): State<App<S>>) -> Redirect {
    Redirect::to(&format!("{}/console/", app.console.place.url()))
}

pub(crate) fn root_description() -> Description {
    Description::new(
        Access::Anyone,
        Tag::Documentation,
        "getConsole",
        "Go to the console",
        "Leads a browser to `console_url`.",
    )
    .answers_elsewhere("To the console.")
}

/// What is below is pages, and no API.
pub(crate) fn covered() -> Description {
    Description::covered_by("/", root_description())
}

/// The page.
pub(crate) async fn start(headers: HeaderMap) -> Response {
    page(&headers)
}

/// A file, or else the page: which of the console's views a path means is known in the browser.
pub(crate) async fn file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    if path == "api" || path.starts_with("api/") {
        return route_not_found().await.into_response();
    }
    if let Some(file) = asset(&path, &headers) {
        return file;
    }
    // A name of an old build's must not answer the page, which would run as a script or be kept for a year.
    if path.starts_with("assets/") {
        let gone = ApiError::not_found(passgate_api::ErrorCode::ROUTE_NOT_FOUND, "there is no such file");
        return gone.into_response();
    }
    page(&headers)
}
