//! What can go wrong between an app and Passgate.

use std::sync::Arc;
use std::time::Duration;

use passgate_api::{ErrorCode, UnknownCredentialSignal};

use crate::verifier::TokenError;

/// Why a call failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The client can't be made from this configuration.
    #[error("the Passgate client is misconfigured: {0}")]
    Config(#[from] ConfigError),
    /// The Passkey API answered with an error of its own.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// No answer came.
    #[error("the Passkey API can't be reached: {kind}")]
    Unreachable {
        /// How far the request got.
        kind: UnreachableKind,
        /// What the HTTP client says, where it says anything. It never holds the URL.
        source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    },
    /// An answer came that is not the Passkey API's: mostly from something in between.
    #[error("not an answer of the Passkey API (status {status}): {problem}")]
    InvalidResponse {
        /// Its HTTP status.
        status: u16,
        /// What is wrong with it.
        problem: ResponseProblem,
    },
    /// The token is not to be believed.
    #[error("the token is refused: {0}")]
    Token(#[from] TokenError),
    /// The string can't be a credential id: those are base64url. Nothing was sent.
    #[error("not a credential id")]
    CredentialIdInvalid,
    /// The string can't name a user in a URL: it is empty, `.` or `..`. Nothing was sent.
    #[error("not a user id that a URL can hold")]
    UserIdInvalid,
}

/// An error document of the Passkey API.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the Passkey API answered {status} {code}: {details} (request {})", .request_id.as_deref().unwrap_or("without id"))]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// What a program decides on.
    pub code: ErrorCode,
    /// A short sentence, the same for every error of this code.
    pub title: String,
    /// What was wrong with this request, for a developer to read.
    pub details: String,
    /// The request's id, under which Passgate's log has more.
    pub request_id: Option<String>,
    /// How long to wait before the next try, where the server says so.
    pub retry_after: Option<Duration>,
    /// With a passkey that was deleted: what the page hands to the browser's `signalUnknownCredential`, so that the
    /// device forgets it too.
    pub signal: Option<Box<UnknownCredentialSignal>>,
}

/// How far a request got that was not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnreachableKind {
    /// No connection came about: nothing was sent.
    #[error("no connection")]
    Connect,
    /// The total timeout passed. The request may have been processed.
    #[error("timed out")]
    Timeout,
    /// The connection broke. The request may have been processed.
    #[error("the connection broke")]
    Interrupted,
}

/// What is wrong with a response that is not the Passkey API's.
///
/// It holds nothing of the body, which may carry a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResponseProblem {
    /// The body is larger than 1 MiB, or than what the call says.
    #[error("the body is too large")]
    BodyTooLarge,
    /// A success whose body is not what the contract says.
    #[error("the body is not what the contract says")]
    BodyMalformed,
    /// An error without the API's error document, or a redirect (none is followed).
    #[error("neither a success nor an error document")]
    NotAnErrorDocument,
}

/// Why a client can't be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// `base_url` is not an absolute `http` or `https` URL without query, fragment, user and password.
    #[error("the base URL must be like http://localhost:8000")]
    BaseUrl,
    /// `tenant_id` is not a UUID.
    #[error("the tenant id must be a UUID")]
    TenantId,
    /// `api_key` is empty or has characters that a header can't carry.
    #[error("the API key is empty or has characters that no API key has")]
    ApiKey,
    /// `rp_id` is empty.
    #[error("the RP ID is empty")]
    RpId,
    /// The HTTP client could not start, for example because the system has no CA certificates.
    #[error("the HTTP client can't start: {0}")]
    HttpClient(String),
}

impl ApiError {
    /// See [`Error::is_ceremony_refused`].
    #[must_use]
    pub fn is_ceremony_refused(&self) -> bool {
        const NOT_THE_PERSONS: [ErrorCode; 9] = [
            ErrorCode::API_KEY_MISSING,
            ErrorCode::API_KEY_INVALID,
            ErrorCode::TENANT_ID_INVALID,
            ErrorCode::TENANT_NOT_FOUND,
            ErrorCode::ROUTE_NOT_FOUND,
            ErrorCode::METHOD_NOT_ALLOWED,
            ErrorCode::REQUEST_TIMEOUT,
            ErrorCode::TRANSACTION_EXISTS,
            ErrorCode::RATE_LIMITED,
        ];
        (400..500).contains(&self.status) && !NOT_THE_PERSONS.contains(&self.code)
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}

impl Error {
    /// Whether what the person's browser or authenticator sent was refused, so that another try, another passkey
    /// or a PIN may help: by Passgate, or because it is another user's or another transaction's. Everything else
    /// (no answer, a wrong API key, an unknown tenant, a token that does not verify) is for the operator, and the
    /// person can only come back later.
    ///
    /// ```
    /// use passgate_client::{ApiError, Error, ErrorCode, TokenError};
    /// let error = |status, code| {
    ///     let (title, details) = (String::new(), String::new());
    ///     let (request_id, retry_after, signal) = (None, None, None);
    ///     Error::from(ApiError { status, code, title, details, request_id, retry_after, signal })
    /// };
    /// assert!(error(400, ErrorCode::CHALLENGE_EXPIRED).is_ceremony_refused());
    /// assert!(Error::Token(TokenError::TransactionMismatch).is_ceremony_refused());
    /// assert!(!error(401, ErrorCode::API_KEY_INVALID).is_ceremony_refused());
    /// assert!(!error(503, ErrorCode::UNAVAILABLE).is_ceremony_refused());
    /// ```
    #[must_use]
    pub fn is_ceremony_refused(&self) -> bool {
        match self {
            Self::Api(error) => error.is_ceremony_refused(),
            Self::Token(TokenError::UserMismatch | TokenError::TransactionMismatch) => true,
            Self::Config(_)
            | Self::Unreachable { .. }
            | Self::InvalidResponse { .. }
            | Self::Token(_)
            | Self::CredentialIdInvalid
            | Self::UserIdInvalid => false,
        }
    }

    /// The API's error code, where the error is the API's.
    #[must_use]
    pub fn code(&self) -> Option<&ErrorCode> {
        match self {
            Self::Api(error) => Some(&error.code),
            Self::Config(_)
            | Self::Unreachable { .. }
            | Self::InvalidResponse { .. }
            | Self::Token(_)
            | Self::CredentialIdInvalid
            | Self::UserIdInvalid => None,
        }
    }
}
