//! Both ceremonies as two routes of an app's own router.
//!
//! The app says who is logged in and how a session starts, by implementing [`PasskeyApp`]; the rest is here.

mod app;
mod login;
mod refusal;
mod register;
mod step;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::post;

pub use self::app::PasskeyApp;
use crate::client_info::ClientInfo;
use crate::tenant::Tenant;

/// The largest body taken, in bytes. A credential with a long attestation chain has some 10,000.
const LARGEST_BODY: usize = 64 * 1024;

/// `POST /passkeys/register` and `POST /passkeys/login`, to be merged into the app's router.
///
/// Bodies are JSON, and must say so: that keeps other sites' forms out. Both routes take `start: true` first,
/// and `finish: true` with what the browser made of the answer second.
///
/// | request | answer |
/// |---|---|
/// | `/passkeys/register {start: true}` | 200 `{createOptions}`; 401 without a session; 404 `User not found` |
/// | `/passkeys/register {finish: true, credential}` | 200 `{message}`, once the token is verified and names the session's user |
/// | `/passkeys/login {start: true}` | 200 `{loginOptions}` |
/// | `/passkeys/login {finish: true, options}` | 200 `{message}` and a session, once the token is verified |
///
/// What goes wrong is answered with `{message}` for the person and, where Passgate says more, its `code`: 400
/// for a request that is neither step; a refused registration with Passgate's own status (422 where the
/// authenticator did not verify the person); a refused login with 401; 500 where Passgate can't be reached or
/// the app fails, and the log says why.
///
/// A passkey that was registered for another user than the session's is removed, also where the caller hangs
/// up meanwhile. Where the keys can't be had the answer is 500, and the token is verified again for some two
/// minutes. A passkey whose token was never verified stays.
///
/// Passgate's audit log is told the person's user agent, and the address where [`PasskeyApp::client_ip`] knows it.
///
/// ```no_run
/// use axum::http::{HeaderMap, header};
/// use axum::response::AppendHeaders;
/// use passgate_client::axum::{PasskeyApp, passkey_routes};
/// use passgate_client::{RegistrationInitialize, Tenant};
///
/// #[derive(Clone)]
/// struct App { /* a database, … */ }
/// struct User { id: String, email: String }
/// # impl App {
/// #     async fn session(&self, _: &HeaderMap) -> Result<Option<String>, std::io::Error> { Ok(None) }
/// #     async fn user(&self, _: &str) -> Result<Option<User>, std::io::Error> { Ok(None) }
/// #     async fn new_session(&self, _: &User) -> Result<String, std::io::Error> { Ok(String::new()) }
/// # }
///
/// impl PasskeyApp for App {
///     type User = User;
///     type Session = AppendHeaders<[(header::HeaderName, String); 1]>;
///     type Error = std::io::Error;
///
///     async fn session_user_id(&self, request: &HeaderMap) -> Result<Option<String>, Self::Error> {
///         self.session(request).await
///     }
///
///     async fn find_user(&self, user_id: &str) -> Result<Option<User>, Self::Error> {
///         self.user(user_id).await
///     }
///
///     fn describe_user(&self, user: &User) -> RegistrationInitialize {
///         RegistrationInitialize {
///             user_id: user.id.clone(),
///             username: user.email.clone(),
///             display_name: None,
///             icon: None,
///         }
///     }
///
///     async fn start_session(&self, user: &User, _: &HeaderMap) -> Result<Self::Session, Self::Error> {
///         Ok(AppendHeaders([(header::SET_COOKIE, self.new_session(user).await?)]))
///     }
/// }
///
/// # fn example(tenant: Tenant, app: App) {
/// let router: axum::Router = axum::Router::new().merge(passkey_routes(tenant, app));
/// # }
/// ```
pub fn passkey_routes<A: PasskeyApp>(tenant: Tenant, app: A) -> Router {
    Router::new()
        .route("/passkeys/register", post(register::post::<A>))
        .route("/passkeys/login", post(login::post::<A>))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(map_response(unstored))
        .with_state(Arc::new(Passkeys { tenant, app }))
}

/// What both routes work with.
struct Passkeys<A> {
    tenant: Tenant,
    app: A,
}

impl<A: PasskeyApp> Passkeys<A> {
    /// The tenant, told who asks.
    fn tenant_for(&self, request: &Parts) -> Tenant {
        let user_agent = request.headers.get(header::USER_AGENT);
        let user_agent = user_agent.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        self.tenant.on_behalf_of(&ClientInfo { ip: self.app.client_ip(request), user_agent })
    }
}

/// Challenges and sessions are for no cache.
async fn unstored(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
