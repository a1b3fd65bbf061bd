//! What a finished ceremony answers.

use std::fmt;

/// A JWT of the tenant: whoever holds it can pass for its user until it expires (300 seconds).
///
/// Nothing in it is to be believed before [`Verifier::verify`](crate::Verifier::verify) has seen it. `Debug`
/// hides it, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    pub(crate) fn new(token: String) -> Self {
        Self(token)
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
