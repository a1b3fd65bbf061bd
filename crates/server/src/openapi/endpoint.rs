//! An endpoint: method, path, handler and description, together.

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter, on};
use passgate_core::console::ActivityKind;
use passgate_core::store::Store;
use utoipa::openapi::HttpMethod;

use crate::app::App;
use crate::console::{self, Guard, Right};
use crate::openapi::{Description, Tag};

/// A route, and what the document says of it.
pub(crate) struct Endpoint<S> {
    pub(crate) method: HttpMethod,
    /// As the router has it, and so without what the router is nested in.
    pub(crate) path: &'static str,
    handler: MethodRouter<App<S>>,
    pub(crate) description: Description,
}

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident = $method:ident, $filter:ident;)+) => {
        $($(#[$doc])*
        pub(crate) fn $name<S: Store, T: 'static, H: Handler<T, App<S>>>(
            path: &'static str,
            handler: H,
            description: Description,
        ) -> Endpoint<S> {
            let handler = on(MethodFilter::$filter, handler);
            Endpoint { method: HttpMethod::$method, path, handler, description }
        })+
    };
}

methods! {
    /// Answers GET.
    get = Get, GET;
    /// Answers POST.
    post = Post, POST;
    /// Answers PUT.
    put = Put, PUT;
    /// Answers PATCH.
    patch = Patch, PATCH;
    /// Answers DELETE.
    delete = Delete, DELETE;
}

impl<S> Endpoint<S> {
    /// The same handler at the console, for whoever has a right there.
    pub(crate) fn behind(self, right: Right, tag: Tag, id: &'static str) -> Self {
        Self { description: self.description.behind(right, tag, id), ..self }
    }

    /// Its success is kept in the organization's activity.
    pub(crate) fn noted(self, kind: ActivityKind) -> Self {
        Self { description: self.description.noted(kind), ..self }
    }
}

/// The router that answers the console's endpoints, each behind a guard that asks for the right that its description
/// names.
pub(crate) fn guarded_router<S: Store>(app: &App<S>, endpoints: Vec<Endpoint<S>>) -> Router<App<S>> {
    endpoints.into_iter().fold(Router::new(), |router, endpoint| {
        let guard = Guard::new(app.clone(), &endpoint.description);
        router.route(endpoint.path, endpoint.handler.layer(from_fn_with_state(guard, console::guard)))
    })
}

/// The router that answers these endpoints. The one place where routes are made, as a test has it, so that each is described.
pub(crate) fn router<S: Store>(endpoints: Vec<Endpoint<S>>) -> Router<App<S>> {
    endpoints
        .into_iter()
        .fold(Router::new(), |router, endpoint| router.route(endpoint.path, endpoint.handler))
}
