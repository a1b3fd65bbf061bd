//! What every route works with: the users, and who of them is logged in.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, header};
use axum::response::AppendHeaders;
use passgate_client::Clock;

use crate::sessions::Sessions;
use crate::users::{User, Users};

/// The cookie's name.
const SESSION_ID: &str = "sessionId";

/// What a response carries to set or clear the session cookie.
pub(crate) type SessionCookie = AppendHeaders<[(HeaderName, String); 1]>;

#[derive(Clone)]
pub(crate) struct App {
    pub(crate) users: Arc<Users>,
    sessions: Arc<Sessions>,
}

impl App {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { users: Arc::new(Users::demo()), sessions: Arc::new(Sessions::new(clock)) }
    }

    /// The user whose session the request's cookie names.
    pub(crate) fn logged_in(&self, request: &HeaderMap) -> Option<&User> {
        self.users.by_id(self.sessions.user_id(session_id(request)?)?)
    }

    /// Logs `user` in. Whatever session the request had ends: an id from before the login is worth nothing.
    pub(crate) fn log_in(&self, user: &User, request: &HeaderMap) -> Result<SessionCookie, getrandom::Error> {
        self.end_session(request);
        Ok(cookie(&self.sessions.start(user.id)?, "Max-Age=3600"))
    }

    /// Logs whoever is logged in out; `None` where nobody is.
    pub(crate) fn log_out(&self, request: &HeaderMap) -> Option<SessionCookie> {
        self.end_session(request).then(|| cookie("", "Max-Age=0"))
    }

    fn end_session(&self, request: &HeaderMap) -> bool {
        session_id(request).is_some_and(|id| self.sessions.end(id))
    }
}

/// On a site with TLS, add `Secure`.
fn cookie(session_id: &str, lifetime: &str) -> SessionCookie {
    let cookie = format!("{SESSION_ID}={session_id}; Path=/; HttpOnly; SameSite=Lax; {lifetime}");
    AppendHeaders([(header::SET_COOKIE, cookie)])
}

fn session_id(request: &HeaderMap) -> Option<&str> {
    let cookies = request.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix(SESSION_ID)?.strip_prefix('='))
}
