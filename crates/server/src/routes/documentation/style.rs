//! `GET /docs/style.css` on the admin listener: the stylesheet of its pages.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};

use crate::openapi::{Access, Description, STYLE, Tag};
use crate::routes::documentation::Lifetime;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Anyone,
        Tag::Documentation,
        "getStyle",
        "Get the pages' stylesheet",
        "Light or dark, as the reader's system is.",
    )
    .answers_text("The stylesheet.", "text/css")
}

pub(crate) async fn handler() -> ([(HeaderName, &'static str); 2], &'static str) {
    ([(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, Lifetime::Minutes.header())], STYLE)
}
