//! Registering a passkey, or a second factor.

use passgate_api::public::RegistrationInitialize;
use serde_json::Value;

use crate::error::Error;
use crate::repeat::Repeat;
use crate::token::Token;
use crate::transport::{Call, Transport};
use crate::verifier::{Claims, Purpose, Verifier};

/// The two steps of a registration: of a passkey ([`Tenant::registration`](crate::Tenant::registration)) or of a
/// second factor ([`Mfa::registration`](crate::Mfa::registration)).
#[derive(Clone, Copy)]
pub struct Registration<'a> {
    pub(crate) transport: &'a Transport,
    pub(crate) verifier: &'a Verifier,
    pub(crate) routes: &'static Routes,
}

/// Where the two steps are.
pub(crate) struct Routes {
    initialize: &'static [&'static str],
    finalize: &'static [&'static str],
}

impl Routes {
    pub(crate) const PASSKEY: Self =
        Self { initialize: &["registration", "initialize"], finalize: &["registration", "finalize"] };
    pub(crate) const MFA: Self = Self {
        initialize: &["mfa", "registration", "initialize"],
        finalize: &["mfa", "registration", "finalize"],
    };
}

impl Registration<'_> {
    /// The first step: the options for the browser's `navigator.credentials.create()`, to be handed on as they
    /// are. Creates the user in Passgate, or updates the name there.
    ///
    /// ```no_run
    /// # async fn example(tenant: passgate_client::Tenant) -> Result<(), passgate_client::Error> {
    /// use passgate_client::RegistrationInitialize;
    /// let options = tenant
    ///     .registration()
    ///     .initialize(&RegistrationInitialize {
    ///         user_id: "42".to_owned(),
    ///         username: "john.doe@example.com".to_owned(),
    ///         display_name: Some("John Doe".to_owned()),
    ///         icon: None,
    ///     })
    ///     .await?;
    /// # drop(options);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn initialize(&self, user: &RegistrationInitialize) -> Result<Value, Error> {
        let call = Call::post(self.routes.initialize, user, Repeat::Harmless);
        self.transport.send(call).await?.json()
    }

    /// The second step, with the credential that the browser made. Prefer
    /// [`finalize_and_verify`](Self::finalize_and_verify).
    pub async fn finalize(&self, credential: &Value) -> Result<Token, Error> {
        Token::of_ceremony(self.transport, self.routes.finalize, credential).await
    }

    /// The second step, and the verified claims of its token. What was registered now belongs to
    /// [`Claims::user_id`]: compare it with the user who is logged in.
    pub async fn finalize_and_verify(&self, credential: &Value) -> Result<Claims, Error> {
        let token = self.finalize(credential).await?;
        self.verifier.verify(token.expose_secret(), Purpose::Registration).await
    }
}
