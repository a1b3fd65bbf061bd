//! Who calls the console's API, as the guard found out.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use passgate_api::ErrorCode;
use passgate_core::console::{Actor, Operator, Role, Session};
use passgate_core::ids::{OperatorId, OrganizationId};
use passgate_core::store::Store;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::Origin;

/// Who calls.
#[derive(Debug, Clone)]
pub(crate) enum Caller {
    /// An operator with a session.
    Operator(Box<(Session, Operator)>),
    /// A program with an admin token.
    Program,
    /// Anybody, where an endpoint asks for no more.
    Stranger,
}

impl Caller {
    /// The operator's id, where one calls.
    pub(crate) fn operator_id(&self) -> Option<OperatorId> {
        match self {
            Self::Operator(signed_in) => Some(signed_in.1.id),
            Self::Program | Self::Stranger => None,
        }
    }

    /// The session, where there is one.
    pub(crate) fn session(&self) -> Option<&(Session, Operator)> {
        match self {
            Self::Operator(signed_in) => Some(signed_in),
            Self::Program | Self::Stranger => None,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| ApiError::internal("a route of the console's is outside its guard"))
    }
}

/// The operator who calls, with the session. A program has neither.
pub(crate) struct OfOperator(pub(crate) Session, pub(crate) Operator);

impl<S: Send + Sync> FromRequestParts<S> for OfOperator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Caller::from_request_parts(parts, state).await? {
            Caller::Operator(signed_in) => {
                let (session, operator) = *signed_in;
                Ok(Self(session, operator))
            }
            Caller::Program | Caller::Stranger => Err(ApiError::unauthorized(
                ErrorCode::SESSION_MISSING,
                "this is about an operator's own account, which an admin token has not",
            )),
        }
    }
}

/// The organization that a path leads to, and what the caller is there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    /// The organization.
    pub(crate) organization_id: OrganizationId,
    /// The caller's role; a program's is an owner's.
    pub(crate) role: Role,
}

impl<S: Send + Sync> FromRequestParts<S> for Standing {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts
            .extensions
            .get::<Self>()
            .copied()
            .ok_or_else(|| ApiError::internal("the route leads to no organization"))
    }
}

/// Who changes something of an organization's.
pub(crate) struct Acting {
    /// The organization.
    pub(crate) organization_id: OrganizationId,
    /// Who.
    pub(crate) actor: Actor,
}

impl<S: Store> FromRequestParts<App<S>> for Acting {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App<S>) -> Result<Self, ApiError> {
        let Standing { organization_id, role } = Standing::from_request_parts(parts, app).await?;
        let operator_id = Caller::from_request_parts(parts, app).await?.operator_id();
        let Origin(origin) = Origin::from_request_parts(parts, app).await?;
        Ok(Self { organization_id, actor: Actor { operator_id, role, origin } })
    }
}
