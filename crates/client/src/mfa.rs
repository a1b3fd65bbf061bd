//! Second factors: a security key beside a password.

use passgate_api::public::LoginInitialize;
use serde_json::Value;

use crate::error::Error;
use crate::registration::{Registration, Routes};
use crate::repeat::Repeat;
use crate::token::Token;
use crate::transport::{Call, Transport};
use crate::verifier::{Claims, Purpose, TokenError, Verifier};

/// Second factors. What is registered here proves that a person who has given a password holds the same key as
/// before; it never logs in alone ([`ErrorCode::CREDENTIAL_MFA_ONLY`](crate::ErrorCode::CREDENTIAL_MFA_ONLY)).
///
/// ```no_run
/// # use serde_json::Value;
/// # async fn example(tenant: passgate_client::Tenant, from_browser: Value) -> Result<(), passgate_client::Error> {
/// use passgate_client::ErrorCode;
/// // The password of user 42 was right. Does that suffice?
/// let options = match tenant.mfa().login().initialize("42").await {
///     Ok(options) => options,
///     Err(error)
///         if [Some(&ErrorCode::USER_NOT_FOUND), Some(&ErrorCode::NO_CREDENTIALS)].contains(&error.code()) =>
///     {
///         println!("no second factor: start the session of user 42");
///         return Ok(());
///     }
///     Err(error) => return Err(error),
/// };
/// // … the page passes `options` to the browser and sends back what it answered …
/// let proof = tenant.mfa().login().finalize_and_verify(&from_browser, "42").await?;
/// println!("start the session of user {}", proof.user_id);
/// # drop(options);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Mfa<'a> {
    pub(crate) transport: &'a Transport,
    pub(crate) verifier: &'a Verifier,
}

/// The two steps of proving a second factor.
#[derive(Clone, Copy)]
pub struct MfaLogin<'a> {
    transport: &'a Transport,
    verifier: &'a Verifier,
}

impl<'a> Mfa<'a> {
    /// Registering a second factor for a user who is logged in.
    #[must_use]
    pub fn registration(&self) -> Registration<'a> {
        Registration { transport: self.transport, verifier: self.verifier, routes: &Routes::MFA }
    }

    /// Proving a second factor, after the password.
    #[must_use]
    pub fn login(&self) -> MfaLogin<'a> {
        MfaLogin { transport: self.transport, verifier: self.verifier }
    }
}

impl MfaLogin<'_> {
    /// The first step, for the user whose password was right: the options for the browser's
    /// `navigator.credentials.get()`, to be handed on as they are. They name the user's second factors, and the
    /// passkeys too.
    ///
    /// A user whom Passgate does not know is [`ErrorCode::USER_NOT_FOUND`](crate::ErrorCode::USER_NOT_FOUND), one
    /// who has neither [`ErrorCode::NO_CREDENTIALS`](crate::ErrorCode::NO_CREDENTIALS).
    pub async fn initialize(&self, user_id: &str) -> Result<Value, Error> {
        let user = LoginInitialize { user_id: Some(user_id.to_owned()) };
        let call = Call::post(&["mfa", "login", "initialize"], &user, Repeat::Harmless);
        self.transport.send(call).await?.json()
    }

    /// The second step, with the credential that the browser answered. Prefer
    /// [`finalize_and_verify`](Self::finalize_and_verify): whoever began a proof for an account of their own could
    /// bring its answer to somebody else's login.
    pub async fn finalize(&self, credential: &Value) -> Result<Token, Error> {
        Token::of_ceremony(self.transport, &["mfa", "login", "finalize"], credential).await
    }

    /// The second step, and the verified claims of its token, which must be `user_id`'s: that of the user whose
    /// password was right, as the app's own session has it. Another's is
    /// [`TokenError::UserMismatch`](crate::TokenError::UserMismatch).
    pub async fn finalize_and_verify(&self, credential: &Value, user_id: &str) -> Result<Claims, Error> {
        let token = self.finalize(credential).await?;
        let claims = self.verifier.verify(token.expose_secret(), Purpose::Mfa).await?;
        if claims.user_id == user_id { Ok(claims) } else { Err(TokenError::UserMismatch.into()) }
    }
}
