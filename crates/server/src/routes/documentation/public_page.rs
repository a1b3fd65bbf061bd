//! `GET /docs` on the admin listener: the public API, for people.

use std::sync::Arc;

use axum::Extension;
use axum::response::Response;

use crate::openapi::{Access, Description, Tag};
use crate::routes::documentation::{Both, Lifetime, html};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Anyone,
        Tag::Documentation,
        "getPublicPage",
        "Read about the public API",
        "A page for people, which loads nothing from elsewhere and runs no script.",
    )
    .answers_text("The page.", "text/html")
}

pub(crate) async fn handler(Extension(both): Extension<Arc<Both>>) -> Response {
    html(both.public.page(), Lifetime::Minutes)
}
