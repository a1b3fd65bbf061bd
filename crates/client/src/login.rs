//! Logging in with a passkey.

use passgate_api::public::LoginInitialize;
use serde_json::Value;

use crate::error::Error;
use crate::repeat::Repeat;
use crate::token::Token;
use crate::transport::{Call, Transport};
use crate::verifier::{Claims, Purpose, Verifier};

/// The two steps of a login.
#[derive(Clone, Copy)]
pub struct Login<'a> {
    pub(crate) transport: &'a Transport,
    pub(crate) verifier: &'a Verifier,
}

impl Login<'_> {
    /// The first step, for anyone: the options for the browser's `navigator.credentials.get()`, to be handed on
    /// as they are. The person chooses among the passkeys that the authenticator has for this app.
    pub async fn initialize(&self) -> Result<Value, Error> {
        self.start(&LoginInitialize::default()).await
    }

    /// The first step, for the passkeys of one user only.
    ///
    /// An unknown user is [`ErrorCode::USER_NOT_FOUND`](crate::ErrorCode::USER_NOT_FOUND), one without passkeys
    /// [`ErrorCode::NO_CREDENTIALS`](crate::ErrorCode::NO_CREDENTIALS): telling a stranger which tells them who
    /// has an account.
    pub async fn initialize_for(&self, user_id: &str) -> Result<Value, Error> {
        self.start(&LoginInitialize { user_id: Some(user_id.to_owned()) }).await
    }

    /// The second step, with the credential that the browser answered. Prefer
    /// [`finalize_and_verify`](Self::finalize_and_verify).
    pub async fn finalize(&self, credential: &Value) -> Result<Token, Error> {
        Token::of_ceremony(self.transport, &["login", "finalize"], credential).await
    }

    /// The second step, and the verified claims of its token: [`Claims::user_id`] has logged in.
    ///
    /// ```no_run
    /// # async fn example(tenant: passgate_client::Tenant, from_browser: serde_json::Value) {
    /// match tenant.login().finalize_and_verify(&from_browser).await {
    ///     Ok(claims) => println!("start a session for {}", claims.user_id),
    ///     Err(error) if error.is_ceremony_refused() => println!("not this passkey: {error}"),
    ///     Err(error) => eprintln!("try again later: {error}"),
    /// }
    /// # }
    /// ```
    pub async fn finalize_and_verify(&self, credential: &Value) -> Result<Claims, Error> {
        let token = self.finalize(credential).await?;
        self.verifier.verify(token.expose_secret(), Purpose::Login).await
    }

    async fn start(&self, login: &LoginInitialize) -> Result<Value, Error> {
        let call = Call::post(&["login", "initialize"], login, Repeat::Harmless);
        self.transport.send(call).await?.json()
    }
}
