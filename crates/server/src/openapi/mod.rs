//! The APIs as OpenAPI 3.1 describes them, made from the endpoints that the routers are made of.
//!
//! An endpoint's file has its handler and its [`Description`]; `routes/mod.rs` puts both into one table of
//! [`Endpoint`]s, which becomes the router and, in [`document`], the document. Routes are made in [`endpoint`] and nowhere
//! else, so none goes without a description.

mod description;
mod document;
mod endpoint;
pub(crate) mod example;
mod page;
mod refusals;

use passgate_store::sqlite::SqliteStore;

pub(crate) use description::{
    Access, Description, Presence, Tag, credential_id, moment, some_of, text_at_most, text_between, uuid,
};
pub use document::Api;
pub(crate) use document::Document;
pub(crate) use endpoint::{Endpoint, delete, get, guarded_router, patch, post, put, router};
pub(crate) use page::{Page, STYLE, escape, render};
pub(crate) use refusals::{LOGIN_MALFORMED, LOGIN_REFUSED, REGISTRATION_REFUSED};

/// The document of an API as it is checked in: with the URL that a server has when nobody configures one.
#[must_use]
pub fn checked_in(api: Api) -> String {
    let document = match api {
        Api::Public => crate::routes::public_document::<SqliteStore>("http://localhost:8000"),
        Api::Admin => crate::routes::admin_document::<SqliteStore>("http://127.0.0.1:8001"),
        Api::Console => crate::routes::console_document::<SqliteStore>("http://localhost:8001"),
    };
    // A document is text, numbers, and maps by text, which JSON has too.
    let mut json = serde_json::to_string_pretty(&document.to_openapi()).unwrap_or_default();
    json.push('\n');
    json
}
