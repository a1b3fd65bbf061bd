//! `GET /openapi.json` on both listeners, and `GET /openapi/public.json` on the admin listener.

use std::sync::Arc;

use axum::Extension;
use axum::response::Response;
use serde_json::json;

use crate::openapi::{Access, Description, Tag};
use crate::routes::documentation::{Both, Published, json as document};

/// The public API's document, on its own listener.
pub(crate) async fn of_public(Extension(published): Extension<Arc<Published>>) -> Response {
    document(published.json())
}

/// The admin API's document.
pub(crate) async fn of_admin(Extension(both): Extension<Arc<Both>>) -> Response {
    document(both.admin.json())
}

/// The public API's document, on the admin listener.
pub(crate) async fn of_public_for_operators(Extension(both): Extension<Arc<Both>>) -> Response {
    document(both.public.json())
}

/// The console API's document, on the admin listener.
pub(crate) async fn of_console(Extension(both): Extension<Arc<Both>>) -> Response {
    document(both.console.json())
}

pub(crate) fn of_console_description() -> Description {
    described(
        "getConsoleOpenApi",
        "Get the console API's document",
        "The console's API, as OpenAPI 3.1 describes it.",
    )
}

pub(crate) fn description() -> Description {
    described("getOpenApi", "Get this document", "This API, as OpenAPI 3.1 describes it.")
}

pub(crate) fn of_public_for_operators_description() -> Description {
    described(
        "getPublicOpenApi",
        "Get the public API's document",
        "The public API, as OpenAPI 3.1 describes it.",
    )
}

fn described(id: &'static str, summary: &'static str, about: &'static str) -> Description {
    Description::new(Access::Anyone, Tag::Documentation, id, summary, about)
        .answers_object("The document.", json!({ "openapi": "3.1.0" }))
}
