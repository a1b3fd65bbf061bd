//! Tokens: what a finished ceremony tells the app, signed.

use std::fmt;
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize, Serializer};

use crate::clock::Timestamp;
use crate::ids::CredentialId;
use crate::signing_key::SigningKey;
use crate::transaction::TransactionIdentifier;
use crate::user::AppUserId;

/// How long a token is valid.
pub const LIFETIME: Duration = Duration::from_mins(5);

/// Room for most tokens' claims, in bytes.
const CLAIMS: usize = 512;

/// The ceremony that a token vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenPurpose {
    /// A passkey was registered.
    Registration,
    /// The user logged in with a passkey.
    Login,
    /// The user proved a second factor.
    Mfa,
    /// The user confirmed a transaction.
    Transaction,
}

/// What a token says.
#[derive(Debug, Clone)]
pub struct TokenFacts<'a> {
    /// Whose public API issued it: `<public_url>/<tenant_id>`.
    pub issuer: &'a str,
    /// The relying party's id, the only audience.
    pub rp_id: &'a str,
    /// The app's own id of the user.
    pub user: &'a AppUserId,
    /// The credential that was used or made.
    pub credential: &'a CredentialId,
    /// The ceremony.
    pub purpose: TokenPurpose,
    /// The transaction that was confirmed.
    pub transaction: Option<&'a TransactionIdentifier>,
    /// Whether the authenticator verified the person.
    pub user_verified: bool,
    /// The token's own id.
    pub token_id: uuid::Uuid,
    /// Now.
    pub issued_at: Timestamp,
}

/// A signed token. `Debug` hides it: whoever holds it is let in.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The JWT in its compact form.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.0
    }

    /// Whom and what it vouches for. Of a token that was just issued here: nothing is verified.
    #[must_use]
    pub fn vouches_for(&self) -> Option<Vouched> {
        #[derive(Deserialize)]
        struct Named {
            sub: String,
            cred: String,
        }
        let claims = BASE64URL_NOPAD.decode(self.0.split('.').nth(1)?.as_bytes()).ok()?;
        let Named { sub, cred } = serde_json::from_slice(&claims).ok()?;
        Some(Vouched { user: AppUserId::new(sub).ok()?, credential: cred.parse().ok()? })
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Whom and what a token vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// The app's own id of the user.
    pub user: AppUserId,
    /// The credential that was used or made.
    pub credential: CredentialId,
}

/// aws-lc could not sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token could not be signed")]
pub struct SignError;

/// The claims in the order in which they are written. `aud` is an array, as the contract has it.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: [&'a str; 1],
    iat: i64,
    exp: i64,
    jti: uuid::Uuid,
    #[serde(serialize_with = "displayed")]
    cred: &'a CredentialId,
    #[serde(skip_serializing_if = "Option::is_none")]
    trans: Option<&'a str>,
    purpose: TokenPurpose,
    uv: bool,
}

/// Signs a token.
pub fn issue(key: &SigningKey, facts: &TokenFacts<'_>) -> Result<Token, SignError> {
    let iat = facts.issued_at.as_seconds();
    let claims = Claims {
        iss: facts.issuer,
        sub: facts.user.as_str(),
        aud: [facts.rp_id],
        iat,
        exp: iat + i64::try_from(LIFETIME.as_secs()).map_err(|_| SignError)?,
        jti: facts.token_id,
        cred: facts.credential,
        trans: facts.transaction.map(TransactionIdentifier::as_str),
        purpose: facts.purpose,
        uv: facts.user_verified,
    };
    let mut json = Vec::with_capacity(CLAIMS);
    serde_json::to_writer(&mut json, &claims).map_err(|_| SignError)?;
    key.sign(&json).map(Token).map_err(|_| SignError)
}

fn displayed<S: Serializer>(value: &impl fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
