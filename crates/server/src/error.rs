//! The one place where what went wrong becomes a status, a title and a code.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use passgate_api::{ErrorBody, ErrorCode, UnknownCredentialSignal};
use passgate_core::administration::ResealError;
use passgate_core::asked::AskedForLess;
use passgate_core::assertion::{BeginLoginError, FinishLoginError};
use passgate_core::challenge::ChallengeError;
use passgate_core::console::{BeginSignUpError, FinishSignUpError, PasskeyError, SignInError, StepUpError};
use passgate_core::passgate::{ApiKeyError, TenantError};
use passgate_core::registration::{BeginRegistrationError, FinishRegistrationError};
use passgate_core::signals::{SignalsError, UnknownCredential};
use passgate_core::signing_key::SigningKeyError;
use passgate_core::store::StoreError;
use passgate_core::transactions::BeginTransactionError;
use passgate_webauthn::{OptionsError, RegistrationError, RelatedOriginsError};

use crate::metrics::FailureCode;

/// An answer outside 2xx.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: ErrorCode,
    title: &'static str,
    details: String,
    /// What the log is told and the client is not.
    cause: Option<String>,
    /// What the browser may be told of a credential.
    signal: Option<Box<UnknownCredential>>,
}

/// Why a request failed on our side, handed to the middleware that logs it once, with the request id.
#[derive(Debug, Clone)]
pub(crate) struct Cause(pub(crate) String);

impl ApiError {
    /// An error with a fixed title, and details of this request.
    pub(crate) fn new(
        status: StatusCode,
        code: ErrorCode,
        title: &'static str,
        details: impl Into<String>,
    ) -> Self {
        Self { status, code, title, details: details.into(), cause: None, signal: None }
    }

    /// What a person is told.
    pub(crate) fn details(&self) -> &str {
        &self.details
    }

    pub(crate) fn malformed_body(details: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::MALFORMED_BODY, "Malformed body", details)
    }

    pub(crate) fn validation(details: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::VALIDATION_FAILED, "Validation failed", details)
    }

    pub(crate) fn not_found(code: ErrorCode, details: &'static str) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, "Not found", details)
    }

    pub(crate) fn unauthorized(code: ErrorCode, details: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, "Unauthorized", details)
    }

    pub(crate) fn conflict(code: ErrorCode, details: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, code, "Conflict", details)
    }

    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        let error = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::INTERNAL,
            "Internal error",
            "the server failed; its log has the cause under this response's x-request-id",
        );
        Self { cause: Some(cause.to_string()), ..error }
    }

    pub(crate) fn unavailable(cause: impl std::fmt::Display) -> Self {
        let error = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::UNAVAILABLE,
            "Unavailable",
            "the database does not answer; try again in a moment",
        );
        Self { cause: Some(cause.to_string()), ..error }
    }

    /// What was shown, or begun, is another operator's.
    fn of_another_account(error: &impl ToString) -> Self {
        Self::new(StatusCode::FORBIDDEN, ErrorCode::OPERATOR_MISMATCH, "Forbidden", error.to_string())
    }

    /// A ceremony's refusal: the code is the core's, or the verifier's.
    fn refused(status: StatusCode, code: &'static str, title: &'static str, error: &impl ToString) -> Self {
        Self::new(status, ErrorCode::new(code), title, error.to_string())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let code = FailureCode(self.code.clone());
        let body = ErrorBody {
            title: self.title.to_owned(),
            details: self.details,
            status: self.status.as_u16(),
            code: self.code,
            signal: self.signal.map(|signal| {
                let UnknownCredential { rp_id, credential_id } = *signal;
                Box::new(UnknownCredentialSignal { rp_id, credential_id: credential_id.to_string() })
            }),
        };
        let mut response = (self.status, Json(body)).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.extensions_mut().insert(code);
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if let Some(cause) = self.cause {
            response.extensions_mut().insert(Cause(cause));
        }
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::unavailable(error),
            StoreError::CorruptRow { .. } | StoreError::Database(_) => Self::internal(error),
        }
    }
}

impl From<SigningKeyError> for ApiError {
    fn from(error: SigningKeyError) -> Self {
        Self::internal(error)
    }
}

impl From<TenantError> for ApiError {
    fn from(error: TenantError) -> Self {
        match error {
            TenantError::Store(error) => error.into(),
            TenantError::SigningKey(error) => error.into(),
        }
    }
}

impl From<ResealError> for ApiError {
    fn from(error: ResealError) -> Self {
        match error {
            ResealError::Store(error) => error.into(),
            ResealError::SigningKey(error) => error.into(),
            ResealError::WebhookSecret(_) => Self::internal(error),
        }
    }
}

impl From<ApiKeyError> for ApiError {
    fn from(error: ApiKeyError) -> Self {
        match error {
            ApiKeyError::Missing => Self::unauthorized(ErrorCode::API_KEY_MISSING, error.to_string()),
            ApiKeyError::Mistyped | ApiKeyError::Unknown => {
                Self::unauthorized(ErrorCode::API_KEY_INVALID, error.to_string())
            }
            ApiKeyError::Unverifiable => Self::unavailable(error),
        }
    }
}

impl From<SignalsError> for ApiError {
    fn from(error: SignalsError) -> Self {
        let withheld = |code| Self::new(StatusCode::CONFLICT, code, "Signals withheld", error.to_string());
        match error {
            SignalsError::UnknownUser => {
                Self::not_found(ErrorCode::USER_NOT_FOUND, "there is no user with this user_id")
            }
            SignalsError::HandleShared => withheld(ErrorCode::SIGNALS_HANDLE_SHARED),
            SignalsError::ImportUnfinished => withheld(ErrorCode::SIGNALS_IMPORT_UNFINISHED),
            SignalsError::Store(error) => error.into(),
        }
    }
}

impl From<BeginSignUpError> for ApiError {
    fn from(error: BeginSignUpError) -> Self {
        use BeginSignUpError as E;
        let details = error.to_string();
        match error {
            E::Closed => Self::new(StatusCode::FORBIDDEN, ErrorCode::SIGN_UP_CLOSED, "Forbidden", details),
            E::LinkInvalid => Self::new(StatusCode::NOT_FOUND, ErrorCode::LINK_INVALID, "Not found", details),
            E::Claimed => Self::new(StatusCode::CONFLICT, ErrorCode::CONSOLE_CLAIMED, "Conflict", details),
            E::EmailTaken => Self::new(StatusCode::CONFLICT, ErrorCode::EMAIL_TAKEN, "Conflict", details),
            E::Tenant(error) => error.into(),
            E::Ceremony(error) => error.into(),
            E::Store(error) => error.into(),
        }
    }
}

impl From<FinishSignUpError> for ApiError {
    fn from(error: FinishSignUpError) -> Self {
        match error {
            FinishSignUpError::Begin(error) => error.into(),
            FinishSignUpError::OtherCeremony => Self::of_another_account(&error),
            FinishSignUpError::Ceremony(error) => error.into(),
        }
    }
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        use SignInError as E;
        let details = error.to_string();
        match error {
            E::Unclaimed => {
                Self::new(StatusCode::CONFLICT, ErrorCode::CONSOLE_UNCLAIMED, "Conflict", details)
            }
            E::UnknownOperator => Self::unauthorized(ErrorCode::OPERATOR_UNKNOWN, details),
            E::Tenant(error) => error.into(),
            E::Begin(error) => error.into(),
            E::Finish(error) => error.into(),
            E::Store(error) => error.into(),
        }
    }
}

impl From<StepUpError> for ApiError {
    fn from(error: StepUpError) -> Self {
        match error {
            StepUpError::OtherOperator => Self::of_another_account(&error),
            StepUpError::SignIn(error) => error.into(),
        }
    }
}

impl From<PasskeyError> for ApiError {
    fn from(error: PasskeyError) -> Self {
        use PasskeyError as E;
        match error {
            E::OtherCeremony => Self::of_another_account(&error),
            E::NotFound => {
                Self::not_found(ErrorCode::CREDENTIAL_NOT_FOUND, "the account has no such passkey")
            }
            E::Last => {
                Self::new(StatusCode::CONFLICT, ErrorCode::LAST_PASSKEY, "Conflict", error.to_string())
            }
            E::SignIn(error) => error.into(),
            E::Begin(error) => error.into(),
            E::Finish(error) => error.into(),
            E::Store(error) => error.into(),
        }
    }
}

impl From<RelatedOriginsError> for ApiError {
    fn from(error: RelatedOriginsError) -> Self {
        Self::refused(StatusCode::CONFLICT, error.code(), "No document of related origins", &error)
    }
}

impl From<AskedForLess> for ApiError {
    fn from(error: AskedForLess) -> Self {
        Self::validation(error.to_string())
    }
}

impl From<OptionsError> for ApiError {
    fn from(error: OptionsError) -> Self {
        Self::validation(error.to_string())
    }
}

impl From<BeginRegistrationError> for ApiError {
    fn from(error: BeginRegistrationError) -> Self {
        match error {
            BeginRegistrationError::Asked(error) => error.into(),
            BeginRegistrationError::Options(error) => error.into(),
            BeginRegistrationError::Store(error) => error.into(),
        }
    }
}

impl From<BeginLoginError> for ApiError {
    fn from(error: BeginLoginError) -> Self {
        match error {
            BeginLoginError::Asked(error) => error.into(),
            BeginLoginError::Options(error) => error.into(),
            BeginLoginError::UnknownUser => {
                Self::not_found(ErrorCode::USER_NOT_FOUND, "there is no user with this user_id")
            }
            BeginLoginError::NoCredentials => Self::new(
                StatusCode::BAD_REQUEST,
                ErrorCode::NO_CREDENTIALS,
                "No credentials",
                "the user has no credential that could be used here",
            ),
            BeginLoginError::Store(error) => error.into(),
        }
    }
}

impl From<BeginTransactionError> for ApiError {
    fn from(error: BeginTransactionError) -> Self {
        match error {
            BeginTransactionError::Login(error) => error.into(),
            BeginTransactionError::Exists => Self::new(
                StatusCode::CONFLICT,
                ErrorCode::TRANSACTION_EXISTS,
                "transaction already exists",
                "the tenant has a transaction of this transaction_id",
            ),
        }
    }
}

impl From<FinishRegistrationError> for ApiError {
    fn from(error: FinishRegistrationError) -> Self {
        use FinishRegistrationError as E;
        let code = error.code();
        match error {
            E::Response(error) => {
                Self::refused(StatusCode::BAD_REQUEST, code, "Malformed credential", &error)
            }
            E::Challenge(_) | E::ChallengeSpent => {
                Self::refused(StatusCode::BAD_REQUEST, code, "Challenge refused", &error)
            }
            // The one failure that apps answer differently: they tell people to set a PIN.
            E::Verification(RegistrationError::UserVerificationMissing) => {
                Self::refused(StatusCode::UNPROCESSABLE_ENTITY, code, "User verification missing", &error)
            }
            E::ClientData(_)
            | E::AttestationObject(_)
            | E::Verification(_)
            | E::Metadata(_)
            | E::CredentialId(_)
            | E::CredentialExists
            | E::UnknownUser => Self::refused(StatusCode::BAD_REQUEST, code, "Registration refused", &error),
            E::SigningKey(error) => error.into(),
            E::Sign(error) => Self::internal(error),
            E::Store(error) => error.into(),
        }
    }
}

impl From<FinishLoginError> for ApiError {
    fn from(error: FinishLoginError) -> Self {
        use FinishLoginError as E;
        let code = error.code();
        let details = error.to_string();
        match error {
            E::Response(_) | E::CredentialId(_) => {
                Self::refused(StatusCode::BAD_REQUEST, code, "Malformed credential", &error)
            }
            E::Challenge(
                ChallengeError::NotOurs | ChallengeError::OtherPurpose | ChallengeError::Expired,
            )
            | E::ChallengeSpent => Self::refused(StatusCode::UNAUTHORIZED, code, "Challenge refused", &error),
            E::CredentialUnknown(signal) => {
                let refused = Self::new(
                    StatusCode::UNAUTHORIZED,
                    ErrorCode::CREDENTIAL_UNKNOWN,
                    "Login refused",
                    details,
                );
                Self { signal, ..refused }
            }
            E::CredentialRevoked(signal) => {
                let refused = Self::new(
                    StatusCode::UNAUTHORIZED,
                    ErrorCode::CREDENTIAL_REVOKED,
                    "Login refused",
                    details,
                );
                Self { signal, ..refused }
            }
            E::ClientData(_)
            | E::MfaOnly
            | E::CredentialNotAllowed
            | E::UserMismatch
            | E::UserHandleMissing
            | E::Verification(_)
            | E::CounterRollback
            | E::TransactionMismatch => {
                Self::refused(StatusCode::UNAUTHORIZED, code, "Login refused", &error)
            }
            E::SigningKey(error) => error.into(),
            E::Sign(error) => Self::internal(error),
            E::Store(error) => error.into(),
        }
    }
}
