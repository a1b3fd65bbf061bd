//! What the person is told when a ceremony fails.

use std::borrow::Cow;
use std::error::Error as _;
use std::fmt::Display;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::ErrorCode;
use crate::error::{ApiError, Error};

/// Anything but a success.
pub(super) struct Refusal {
    status: StatusCode,
    message: Cow<'static, str>,
    code: Option<ErrorCode>,
}

/// The two ceremonies, for the words.
#[derive(Clone, Copy)]
pub(super) enum Ceremony {
    Registration,
    Login,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, message: message.into(), code: None }
    }

    pub(super) fn invalid_request(status: StatusCode) -> Self {
        Self::new(status, "Invalid request")
    }

    pub(super) fn with_message(self, message: &'static str) -> Self {
        Self { message: message.into(), ..self }
    }

    pub(super) fn with_code(self, code: ErrorCode) -> Self {
        Self { code: Some(code), ..self }
    }

    /// For the operator to mend: the log says what. The person learns only that it was not their doing.
    pub(super) fn fault(ceremony: Ceremony, why: &dyn Display) -> Self {
        let (name, message) = match ceremony {
            Ceremony::Registration => {
                ("registration", "An error occurred during the passkey registration process.")
            }
            Ceremony::Login => ("login", "An error occurred during the passkey login process."),
        };
        tracing::error!(ceremony = name, error = %why, "a passkey ceremony could not be carried out");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    /// A fault that the SDK reports, with its causes.
    pub(super) fn sdk_fault(ceremony: Ceremony, error: &Error) -> Self {
        Self::fault(ceremony, &with_causes(error))
    }

    /// Passgate did not finish a registration.
    pub(super) fn of_registration(error: Error) -> Self {
        match error {
            Error::Api(refused) if refused.is_ceremony_refused() => {
                tracing::debug!(error = %refused, "a passkey registration was refused");
                let status = StatusCode::from_u16(refused.status).unwrap_or(StatusCode::BAD_REQUEST);
                Self::new(status, registration_message(&refused)).with_code(refused.code)
            }
            fault => Self::sdk_fault(Ceremony::Registration, &fault),
        }
    }

    /// The second step of a login failed.
    pub(super) fn of_login(error: Error) -> Self {
        match error {
            Error::Api(refused) if refused.is_ceremony_refused() => {
                tracing::debug!(error = %refused, "a passkey login was refused");
                Self::invalid_user().with_code(refused.code)
            }
            Error::Token(refused) => {
                // Passgate's own token: a wrong `public_url` or RP ID, or somebody in between.
                tracing::error!(error = %refused, "the token of a passkey login does not verify");
                Self::invalid_user()
            }
            fault => Self::sdk_fault(Ceremony::Login, &fault),
        }
    }

    pub(super) fn invalid_user() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Invalid user")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = match self.code {
            Some(code) => json!({ "message": self.message, "code": code }),
            None => json!({ "message": self.message }),
        };
        (self.status, Json(body)).into_response()
    }
}

/// An error's text and its causes', for the log.
pub(super) fn with_causes(error: &Error) -> String {
    let mut why = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        why = format!("{why}: {error}");
        cause = error.source();
    }
    why
}

fn registration_message(refused: &ApiError) -> &'static str {
    const MESSAGES: [(ErrorCode, &str); 5] = [
        (
            ErrorCode::USER_VERIFICATION_MISSING,
            "Your device did not check that it is you. Set up a PIN or a screen lock on it, then try again.",
        ),
        (ErrorCode::CHALLENGE_EXPIRED, "That took too long. Please try again."),
        (ErrorCode::CHALLENGE_SPENT, "That took too long, or was sent twice. Please try again."),
        (ErrorCode::CHALLENGE_INVALID, "That does not belong to this registration. Please try again."),
        (ErrorCode::CREDENTIAL_ALREADY_REGISTERED, "This passkey is already registered."),
    ];
    MESSAGES
        .iter()
        .find(|(code, _)| *code == refused.code)
        .map_or("The passkey could not be registered. Please try again.", |(_, message)| message)
}
