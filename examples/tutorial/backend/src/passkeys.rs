//! What this app tells the SDK's two passkey routes: who is logged in, and how a session starts.

use axum::http::HeaderMap;
use passgate_client::RegistrationInitialize;
use passgate_client::axum::PasskeyApp;
use uuid::Uuid;

use crate::app::{App, SessionCookie};
use crate::users::User;

impl PasskeyApp for App {
    type User = User;
    type Session = SessionCookie;
    type Error = getrandom::Error;

    async fn session_user_id(&self, request: &HeaderMap) -> Result<Option<String>, Self::Error> {
        Ok(self.logged_in(request).map(|user| user.id.to_string()))
    }

    async fn find_user(&self, user_id: &str) -> Result<Option<User>, Self::Error> {
        let id = Uuid::parse_str(user_id).ok();
        Ok(id.and_then(|id| self.users.by_id(id)).cloned())
    }

    fn describe_user(&self, user: &User) -> RegistrationInitialize {
        RegistrationInitialize {
            user_id: user.id.to_string(),
            username: user.email.to_owned(),
            display_name: None,
            icon: None,
        }
    }

    async fn start_session(&self, user: &User, request: &HeaderMap) -> Result<SessionCookie, Self::Error> {
        self.log_in(user, request)
    }
}
