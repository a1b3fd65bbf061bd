//! The requests that strangers send most, past the router: the halves of logins, and the ends of registrations.
//!
//! Nearly all that a tenant is asked is one of them. The router finds a route's pattern, copies the route with all that
//! surrounds it, and gives each of these a future in memory of its own; here the same functions surround the same
//! handlers in one. What is written in any other way, a preflight or a percent-encoded path, is the router's, which has
//! these routes as well.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::Method;
use axum::response::Response;
use futures_util::FutureExt;
use passgate_core::console::Ceremony;
use passgate_core::ids::TenantId;
use passgate_core::store::Store;
use tower::Service;

use crate::app::App;
use crate::ceremony_route::{Half, Step};
use crate::extract::parse_tenant_id;
use crate::request::{Route, Surroundings};
use crate::routes::{login, registration};
use crate::tenant_layer::TenantLayer;

/// The public API: a router, and what goes past it.
pub struct Direct<S> {
    surroundings: Surroundings<S>,
    tenant: TenantLayer<S>,
    router: Router,
}

/// What goes past the router.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    BeginLogin,
    FinishLogin,
    FinishRegistration,
}

impl Endpoint {
    /// The tenant and the endpoint that a request names, if it is one of these as everybody writes it.
    fn of(request: &Request) -> Option<(TenantId, Self)> {
        if request.method() != Method::POST {
            return None;
        }
        let (tenant, path) = request.uri().path().strip_prefix('/')?.split_once('/')?;
        let endpoint = match path {
            "login/initialize" => Self::BeginLogin,
            "login/finalize" => Self::FinishLogin,
            "registration/finalize" => Self::FinishRegistration,
            _ => return None,
        };
        Some((parse_tenant_id(tenant).ok()?, endpoint))
    }

    /// The pattern that the router has for it.
    pub(crate) const fn pattern(self) -> &'static str {
        match self {
            Self::BeginLogin => "/{tenant_id}/login/initialize",
            Self::FinishLogin => "/{tenant_id}/login/finalize",
            Self::FinishRegistration => "/{tenant_id}/registration/finalize",
        }
    }

    /// The half of a ceremony that it is.
    pub(crate) const fn half(self) -> Half {
        match self {
            Self::BeginLogin => Half { ceremony: Ceremony::Login, step: Step::Initialize },
            Self::FinishLogin => Half { ceremony: Ceremony::Login, step: Step::Finalize },
            Self::FinishRegistration => Half { ceremony: Ceremony::Registration, step: Step::Finalize },
        }
    }

    fn handle<S: Store>(
        self,
        request: Request,
        app: App<S>,
    ) -> Pin<Box<dyn Future<Output = Response> + Send>> {
        match self {
            Self::BeginLogin => login::initialize::handler::<S>.call(request, app),
            Self::FinishLogin => login::finalize::handler::<S>.call(request, app),
            Self::FinishRegistration => registration::finalize::handler::<S>.call(request, app),
        }
    }
}

impl<S: Store> Direct<S> {
    /// The router has the same endpoints, surrounded alike.
    pub(crate) fn new(surroundings: Surroundings<S>, router: Router) -> Self {
        let tenant = TenantLayer::limited(surroundings.app.clone());
        Self { surroundings, tenant, router }
    }

    fn answer(
        &self,
        tenant_id: TenantId,
        endpoint: Endpoint,
        request: Request,
    ) -> impl Future<Output = Response> + use<S> {
        let Self { surroundings, tenant, router: _ } = self.clone();
        let app = surroundings.app.clone();
        surroundings.around(Some(Route::Direct(endpoint)), request, move |request| {
            tenant.around(tenant_id, Some(endpoint.half()), request, move |request| {
                endpoint.handle(request, app)
            })
        })
    }
}

impl<S: Store> Service<Request> for Direct<S> {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        match Endpoint::of(&request) {
            Some((tenant_id, endpoint)) => {
                let answer = self.answer(tenant_id, endpoint, request);
                Box::pin(answer.map(Ok))
            }
            None => Box::pin(self.router.call(request)),
        }
    }
}

impl<S> Clone for Direct<S> {
    fn clone(&self) -> Self {
        Self {
            surroundings: self.surroundings.clone(),
            tenant: self.tenant.clone(),
            router: self.router.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_the_half_that_its_pattern_says() {
        for endpoint in [Endpoint::BeginLogin, Endpoint::FinishLogin, Endpoint::FinishRegistration] {
            assert_eq!(Half::of_route(endpoint.pattern()), Some(endpoint.half()), "{endpoint:?}");
        }
    }
}
