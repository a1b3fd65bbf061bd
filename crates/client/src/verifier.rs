//! Whether a token is to be believed.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::clock::Clock;
use crate::error::Error;
use crate::jwks::KeyCache;
use crate::transport::Transport;

/// How long after its expiry a token still counts: what two machines' clocks may differ by.
const EXPIRY_LEEWAY: Duration = Duration::from_secs(5);
/// How far in the future a token may have been issued, for the same reason.
const ISSUE_LEEWAY: Duration = Duration::from_mins(1);
/// Tokens have some 600 bytes.
const LONGEST_TOKEN: usize = 8192;

/// What a token was issued for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// A passkey was registered. It is no login: the person was logged in already, or should have been.
    Registration,
    /// Somebody logged in with a passkey.
    Login,
    /// A second factor was shown.
    Mfa,
    /// A transaction was confirmed.
    Transaction,
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Registration => "registration",
            Self::Login => "login",
            Self::Mfa => "mfa",
            Self::Transaction => "transaction",
        })
    }
}

/// What a verified token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The app's own id of the user (`sub`).
    pub user_id: String,
    /// The passkey, base64url (`cred`).
    pub credential_id: String,
    /// What it was issued for: that which was asked of the verifier.
    pub purpose: Purpose,
    /// Whether the person proved that it is them, by PIN or biometrics (`uv`).
    pub user_verified: bool,
    /// The transaction that was confirmed, where one was (`trans`).
    pub transaction_id: Option<String>,
    /// The token's own id (`jti`). The browser never sees a token that the backend asked for; one that did come
    /// through a browser can come twice, and then this tells.
    pub token_id: String,
    /// When it was issued, since the Unix epoch, in whole seconds (`iat`).
    pub issued_at: Duration,
    /// When it expires, since the Unix epoch, in whole seconds (`exp`).
    pub expires_at: Duration,
}

/// Why a token is refused. None of it repeats what the token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is no JWT, it is longer than 8 KiB, or it lacks a claim.
    #[error("it is malformed")]
    Malformed,
    /// Its header has no `kid`.
    #[error("it does not name its key")]
    KeyIdMissing,
    /// The tenant has no key of that name, or has one that is for no algorithm of ours.
    #[error("the tenant has no such key")]
    KeyUnknown,
    /// Its header names another algorithm than its key is for, such as `none`.
    #[error("its algorithm is not its key's")]
    AlgorithmMismatch,
    /// It was not signed with that key.
    #[error("its signature is wrong")]
    SignatureInvalid,
    /// Another tenant or another Passgate issued it. If this is yours, set
    /// [`public_url`](crate::TenantBuilder::public_url).
    #[error("its issuer is another")]
    IssuerMismatch,
    /// It is for another RP ID.
    #[error("its audience is another")]
    AudienceMismatch,
    /// It is for something else than what was asked for.
    #[error("it is for a {found}, not for a {expected}")]
    PurposeMismatch {
        /// What was asked for.
        expected: Purpose,
        /// What it is for.
        found: Purpose,
    },
    /// It is another user's than the one whose second factor was asked for.
    #[error("it is another user's")]
    UserMismatch,
    /// It confirms another transaction than the one that was asked for, or none.
    #[error("it is for another transaction")]
    TransactionMismatch,
    /// It expired more than 5 seconds ago.
    #[error("it has expired")]
    Expired,
    /// It was issued more than a minute in the future: one of the clocks is wrong.
    #[error("it was issued in the future")]
    IssuedInFuture,
}

/// Verifies a tenant's tokens against its published keys.
///
/// The keys are fetched when first needed and cached as long as the server says, 10 minutes at most. A token
/// that names a key which is not among them causes another fetch, at most one in 10 seconds. While Passgate
/// can't be reached, tokens go on being verified with the keys at hand, for up to an hour after their fetch.
///
/// The algorithm (ES256 or RS256) is the key's; a token whose header claims another is refused.
#[derive(Clone)]
pub struct Verifier {
    keys: Arc<KeyCache>,
    expected: Arc<Expected>,
    clock: Arc<dyn Clock>,
}

struct Expected {
    issuer: String,
    audience: String,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Payload {
    iss: String,
    sub: String,
    aud: Audience,
    iat: u64,
    exp: u64,
    purpose: Purpose,
    cred: String,
    uv: bool,
    jti: String,
    trans: Option<String>,
}

/// RFC 7519 §4.1.3: an array, or a single string.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Verifier {
    pub(crate) fn new(
        issuer: String,
        audience: String,
        transport: Arc<Transport>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let keys = Arc::new(KeyCache::new(transport, Arc::clone(&clock)));
        Self { keys, expected: Arc::new(Expected { issuer, audience }), clock }
    }

    /// The issuer that tokens must have.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.expected.issuer
    }

    /// What `token` says, if this tenant signed it for `purpose` and it has not expired.
    ///
    /// [`Error::Token`] means that the token is bad; every other error that the keys can't be had, which says
    /// nothing about the token.
    ///
    /// ```no_run
    /// # async fn example(tenant: passgate_client::Tenant, token: &str) -> Result<(), passgate_client::Error> {
    /// use passgate_client::{Error, Purpose};
    /// match tenant.verifier().verify(token, Purpose::Login).await {
    ///     Ok(claims) => println!("{} logged in with {}", claims.user_id, claims.credential_id),
    ///     Err(Error::Token(why)) => println!("refused: {why}"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn verify(&self, token: &str, purpose: Purpose) -> Result<Claims, Error> {
        let payload = self.signed_payload(token).await?;
        Ok(self.checked_claims(payload, purpose)?)
    }

    /// The payload, once the signature is known to be the tenant's.
    async fn signed_payload(&self, token: &str) -> Result<Payload, Error> {
        if token.len() > LONGEST_TOKEN {
            return Err(TokenError::Malformed.into());
        }
        let (message, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(TokenError::Malformed)?;
        if payload.contains('.') {
            return Err(TokenError::Malformed.into());
        }
        let header: Header = decode_json(header)?;
        if header.crit.is_some() {
            // RFC 7515 §4.1.11: an extension that must be understood, and no extension is.
            return Err(TokenError::Malformed.into());
        }
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).map_err(|_| TokenError::Malformed)?;

        let kid = header.kid.ok_or(TokenError::KeyIdMissing)?;
        let key = self.keys.find(&kid).await?.ok_or(TokenError::KeyUnknown)?;
        if header.alg != key.algorithm() {
            return Err(TokenError::AlgorithmMismatch.into());
        }
        if !key.verifies(message.as_bytes(), &signature) {
            return Err(TokenError::SignatureInvalid.into());
        }
        Ok(decode_json(payload)?)
    }

    fn checked_claims(&self, payload: Payload, purpose: Purpose) -> Result<Claims, TokenError> {
        let expected = &self.expected;
        if payload.iss != expected.issuer {
            return Err(TokenError::IssuerMismatch);
        }
        if !payload.aud.contains(&expected.audience) {
            return Err(TokenError::AudienceMismatch);
        }
        if payload.purpose != purpose {
            return Err(TokenError::PurposeMismatch { expected: purpose, found: payload.purpose });
        }
        let now = self.clock.unix_time();
        let issued_at = Duration::from_secs(payload.iat);
        let expires_at = Duration::from_secs(payload.exp);
        if now >= expires_at.saturating_add(EXPIRY_LEEWAY) {
            return Err(TokenError::Expired);
        }
        if issued_at > now.saturating_add(ISSUE_LEEWAY) {
            return Err(TokenError::IssuedInFuture);
        }
        if payload.sub.is_empty() {
            return Err(TokenError::Malformed);
        }
        Ok(Claims {
            user_id: payload.sub,
            credential_id: payload.cred,
            purpose,
            user_verified: payload.uv,
            transaction_id: payload.trans,
            token_id: payload.jti,
            issued_at,
            expires_at,
        })
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("issuer", &self.expected.issuer)
            .field("audience", &self.expected.audience)
            .finish_non_exhaustive()
    }
}

impl Audience {
    fn contains(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Many(many) => many.iter().any(|one| one == audience),
        }
    }
}

fn decode_json<T: DeserializeOwned>(part: &str) -> Result<T, TokenError> {
    let bytes = BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| TokenError::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| TokenError::Malformed)
}
