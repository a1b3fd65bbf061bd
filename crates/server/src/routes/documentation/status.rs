//! `GET /status` on the admin listener: what runs here, and whether it can serve.

use axum::extract::State;
use axum::response::Response;
use passgate_api::admin::NotReady;
use passgate_core::store::Store;

use crate::app::App;
use crate::openapi::{Access, Description, Page, Tag, escape};
use crate::routes::documentation::{Lifetime, html};
use crate::routes::health;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Anyone,
        Tag::Health,
        "getStatusPage",
        "Read how things are",
        "A page for people: the version, whether the process can serve, and where the rest is.",
    )
    .answers_text("The page.", "text/html")
}

pub(crate) async fn handler<S: Store>(State(app): State<App<S>>) -> Response {
    let (class, words) = match health::not_ready(&app).await {
        None => ("good", "Ready: the database answers."),
        Some(NotReady::DatabaseUnavailable) => {
            ("bad", "Not ready: the database does not answer. The log says why.")
        }
        Some(NotReady::ClockOff) => {
            ("bad", "Not ready: this machine's clock is over 5 seconds off the database's.")
        }
    };
    let url = escape(app.passgate.public_url());
    let mut page = Page::begin("Passgate", None);
    page.push(&format!(
        "<main id=\"main\" tabindex=\"-1\"><h1>Passgate</h1><p class=\"version\">Version {}</p>\
         <p class=\"state {class}\" role=\"status\">{words}</p>\
         <dl><dt>The console</dt><dd><a href=\"/console/\">for people</a> \
         (<a href=\"/openapi/console.json\">OpenAPI</a>)</dd><dt>The public API</dt><dd><a href=\"/docs\">{url}</a> (<a href=\"/openapi/public.json\">OpenAPI</a>)</dd>\
         <dt>The admin API</dt><dd><a href=\"/docs/admin\">on this address</a> (<a href=\"/openapi.json\">OpenAPI</a>)</dd>\
         <dt>For whatever watches the process</dt><dd><a href=\"/health/alive\">/health/alive</a>, \
         <a href=\"/health/ready\">/health/ready</a>, <a href=\"/metrics\">/metrics</a></dd></dl></main>",
        env!("CARGO_PKG_VERSION"),
    ));
    html(page.end(), Lifetime::None)
}
