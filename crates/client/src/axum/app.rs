//! What the passkey routes ask of an app.

use std::fmt::Display;
use std::net::IpAddr;

use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::IntoResponseParts;

use crate::RegistrationInitialize;

/// An app that has users and sessions, as [`passkey_routes`](super::passkey_routes) sees it.
///
/// Each lookup answers `None` for what is not there; an error means that it could not be looked up, is logged
/// and answered with 500.
pub trait PasskeyApp: Send + Sync + 'static {
    /// The app's own user.
    type User: Send + Sync;
    /// What a response carries so that the browser has a session: mostly a `Set-Cookie` header.
    type Session: IntoResponseParts + Send;
    /// Why the app could not answer. Its text is logged, and not shown to the person.
    type Error: Display + Send;

    /// The id of the user who is logged in, judging by a request's headers.
    fn session_user_id(
        &self,
        request: &HeaderMap,
    ) -> impl Future<Output = Result<Option<String>, Self::Error>> + Send;

    /// The user with this id.
    fn find_user(
        &self,
        user_id: &str,
    ) -> impl Future<Output = Result<Option<Self::User>, Self::Error>> + Send;

    /// How Passgate is to know the user. Its `user_id` is what [`find_user`](Self::find_user) takes.
    fn describe_user(&self, user: &Self::User) -> RegistrationInitialize;

    /// Starts a session for a user who has just logged in with a passkey. `request` may name an older session,
    /// which should end.
    fn start_session(
        &self,
        user: &Self::User,
        request: &HeaderMap,
    ) -> impl Future<Output = Result<Self::Session, Self::Error>> + Send;

    /// The address of the person who sent a request, for Passgate's audit log, which otherwise keeps the backend's
    /// own. The person's user agent it is told in any case.
    ///
    /// Only the app knows where the address is: in the extension
    /// [`ConnectInfo`](axum::extract::ConnectInfo), or, behind a proxy, in a header that the proxy sets.
    ///
    /// ```
    /// # use std::net::{IpAddr, SocketAddr};
    /// # use axum::http::request::Parts;
    /// # struct App;
    /// # impl App {
    /// fn client_ip(&self, request: &Parts) -> Option<IpAddr> {
    ///     // Served with `into_make_service_with_connect_info::<SocketAddr>()`.
    ///     let peer = request.extensions.get::<axum::extract::ConnectInfo<SocketAddr>>();
    ///     peer.map(|peer| peer.0.ip())
    /// }
    /// # }
    /// ```
    fn client_ip(&self, _request: &Parts) -> Option<IpAddr> {
        None
    }
}
