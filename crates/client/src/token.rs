//! What a finished ceremony answers.

use std::fmt;

use passgate_api::public::TokenResponse;
use serde_json::Value;

use crate::error::Error;
use crate::repeat::Repeat;
use crate::transport::{Call, Transport};

/// A JWT of the tenant: whoever holds it can pass for its user until it expires (300 seconds).
///
/// Nothing in it is to be believed before [`Verifier::verify`](crate::Verifier::verify) has seen it. `Debug`
/// hides it, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Finishes a ceremony at the route `finalize`, once.
    pub(crate) async fn of_ceremony(
        transport: &Transport,
        finalize: &[&str],
        credential: &Value,
    ) -> Result<Self, Error> {
        let call = Call::post(finalize, credential, Repeat::OnlyIfUnsent);
        let answer: TokenResponse = transport.send(call).await?.json()?;
        Ok(Self(answer.token))
    }

    /// The token itself. The name is long so that each use of it is seen in a review.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}
